"""`widgets.explore`: one scenario with sliders for any of its parameters, its KPIs, and figures to choose from."""

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, Final

import traitlets

from devopssim.plots import USUAL_KPIS
from devopssim.scenario import DEVOPS, Scenario, check_scenario, parameter_value, parameters
from devopssim.widgets.controls import controls
from devopssim.widgets.figures import FIGURES, check_figures, draw_figures
from devopssim.widgets.kpi_cards import kpi_cards
from devopssim.widgets.live_estimates import LiveEstimate, Query, WorkerPools
from devopssim.widgets.panel import script, styles
from devopssim.widgets.scenario_panel import ScenarioPanel
from devopssim.widgets.state import State, state_of
from devopssim.widgets.status import status
from devopssim.widgets.worker_pools import LatestTask, event_loop_scheduler
from devopssim.wording import explain_changes, parameter_label

PARAMETERS: Final = (
    "workflow",
    "team.developers",
    "demand.requests_per_week",
    "practices.testing",
    "practices.deployment",
)


def explore(
    scenario: Scenario = DEVOPS,
    *,
    parameters: Sequence[str] = PARAMETERS,
    figures: Sequence[str] = ("cumulative_flow",),
    kpis: Sequence[str] = USUAL_KPIS,
    replications: int = 30,
    precision: float = 0.1,
    seed: int = 1,
) -> "Explore":
    """Show one scenario with sliders, its KPIs, and figures of one replication.

    KPIs get one replication first, and then more and more until the confidence intervals of lead time and deployment frequency are tight
    enough. Figures show one replication, which may be an outlier.

    Parameters
    ----------
    scenario : Scenario
        Scenario to begin with.
    parameters : sequence of str
        Dotted names of the first sliders; more can be added in the widget.
    figures : sequence of str
        Names of functions in `devopssim.plots` that take one log; `FIGURES` lists them.
    kpis : sequence of str
        KPIs on the card.
    replications : int
        Largest number of replications.
    precision : float
        Half-width ÷ mean at which replications stop.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    Explore
        The widget; its `scenario` is the present setting.

    Raises
    ------
    InvalidInputError
        If a parameter, figure or KPI is unknown.

    Examples
    --------
    >>> widget = explore(parameters=["team.developers"])
    >>> widget
    devopssim.widgets.explore(devops): open in JupyterLab or Voilà
    """
    return Explore(
        state_of({check_scenario(scenario).name: scenario}),
        names=parameters,
        figures=figures,
        kpis=kpis,
        replications=replications,
        precision=precision,
        seed=seed,
    )


class Explore(ScenarioPanel):
    """The widget of `explore`: a view of a scenario, of its estimates, and of figures of one replication."""

    drawn_figures = traitlets.Dict().tag(sync=True)
    figure_names: Any = traitlets.List().tag(sync=True)
    actions: ClassVar = (
        "ready",
        "gone",
        "set",
        "predict",
        "add",
        "remove",
        "figures",
        "replication",
        "reset",
        "pin",
        "toml",
        "load",
    )

    _esm = script("parts.js", "explore.js", view="exploreView")
    _css = styles()

    def __init__(
        self,
        state: State,
        *,
        names: Sequence[str] = PARAMETERS,
        figures: Sequence[str] = ("cumulative_flow",),
        kpis: Sequence[str] = USUAL_KPIS,
        replications: int = 30,
        precision: float = 0.1,
        seed: int = 1,
        pools: WorkerPools | None = None,
    ) -> None:
        self.names = list(dict.fromkeys(names))
        self.replication = 0
        self._figure_task: LatestTask | None = None
        settings = {
            "name": state.chosen,
            "parameters": [
                [name, f"{parameter_label(name)} ({name})", parameter.meaning]
                for name, parameter in parameters().items()
            ],
            "figures": [[name, title] for name, (title, _) in FIGURES.items()],
        }
        super().__init__(
            state,
            kpis=kpis,
            replications=replications,
            precision=precision,
            seed=seed,
            pools=pools,
            settings=settings,
            figure_names=check_figures(figures),
        )

    def __repr__(self) -> str:
        return f"devopssim.widgets.explore({self.state.chosen}): open in JupyterLab or Voilà"

    @property
    def scenario(self) -> Scenario:
        """The scenario as the sliders set it."""
        return self.state.scenario

    def pause(self) -> None:
        """Cancel pending simulations and figures."""
        super().pause()
        if self._figure_task is not None:
            self._figure_task.run([])

    def do_add(self, name: str) -> None:
        """Add a slider."""
        parameter_value(self.scenario, name)
        self.names = list(dict.fromkeys([*self.names, name]))
        self.controls = self.groups()

    def do_remove(self, name: str) -> None:
        """Remove a slider; its parameter keeps its value."""
        self.names = [other for other in self.names if other != name]
        self.controls = self.groups()

    def do_figures(self, names: Sequence[str]) -> None:
        """Show these figures."""
        self.figure_names = check_figures(names)
        self._draw()

    def do_replication(self, number: int) -> None:
        """Draw the figures of another replication."""
        self.replication = max(0, int(number))
        self._draw()

    def request_estimates(self) -> None:
        """Request KPIs and figures of the present scenario."""
        super().request_estimates()
        self._draw()

    def groups(self) -> list[dict[str, Any]]:
        """Return the sliders of the chosen parameters as one group."""
        title = f"Parameters of {self.state.chosen}"
        return [{"key": "parameters", "title": title, "controls": controls(self.names, self.scenario)}]

    def show(self, query: Query, estimate: LiveEstimate) -> None:
        """Show an estimate: status, card and, if the scenario changed, explanations."""
        baselines = query.pairs
        self.shown = {
            "status": status(query, estimate),
            "cards": kpi_cards(estimate.result, self.kpis, baselines),
            "explanations": explain_changes(estimate.result, baselines) if baselines else [],
        }

    def _draw(self) -> None:
        """Request the figures of one replication."""
        if self._figure_task is None:
            self._figure_task = LatestTask(
                on_result=self._show_figures, on_error=self.show_error, scheduler=event_loop_scheduler()
            )
        names = list(self.figure_names)
        draw = partial(draw_figures, self.scenario, self._experiment.seed, self.replication, names)
        self._figure_task.run([(self.pools.quick, draw)] if names else [])
        if not names:
            self.drawn_figures = {}

    def _show_figures(self, drawn: dict[str, Any]) -> None:
        self.drawn_figures = drawn
