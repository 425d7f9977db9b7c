"""`widgets.compare`: scenarios side by side, with sliders."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import traitlets

from devopssim.kpis import KPIS
from devopssim.plots import USUAL_KPIS, colour_of
from devopssim.scenario import AGILE, DEVOPS, SEVEN_CS, WATERFALL, Scenario
from devopssim.widgets.chart_data import chart
from devopssim.widgets.controls import controls
from devopssim.widgets.kpi_cards import kpi_cards
from devopssim.widgets.live_estimates import LiveEstimate, Query, WorkerPools
from devopssim.widgets.panel import script, styles
from devopssim.widgets.scenario_panel import ScenarioPanel
from devopssim.widgets.state import State, differing_parameters, state_of
from devopssim.widgets.status import status
from devopssim.wording import explain_changes

CURVES: Final = ("lead_time", "wip", "throughput", "change_failure_rate")
TEAM: Final = ("team.developers", "team.testers", "team.operators", "team.analysts", "team.security")
DEMAND: Final = ("demand.requests_per_week", "demand.code_effort", "demand.misunderstood_share")


def compare(
    scenarios: Mapping[str, Scenario] | None = None,
    *,
    kpis: Sequence[str] = USUAL_KPIS,
    replications: int = 30,
    precision: float = 0.1,
    seed: int = 1,
) -> "Compare":
    """Show scenarios side by side, with sliders for practices, security, team and demand.

    A moved slider gets one replication first, and then more and more until the confidence intervals of lead time and deployment frequency are
    tight enough; scenarios that it does not change keep their estimates. Sliders of practices set the chosen scenario; sliders of team and
    demand set all scenarios.

    Parameters
    ----------
    scenarios : mapping of str to Scenario, optional
        Scenarios by name; default: waterfall, agile and devops.
    kpis : sequence of str
        KPIs on the cards.
    replications : int
        Largest number of replications.
    precision : float
        Half-width ÷ mean at which replications stop.
    seed : int
        Seed of the random numbers, which all scenarios share.

    Returns
    -------
    Compare
        The widget; its `scenarios` are the present settings.

    Raises
    ------
    InvalidInputError
        If `scenarios` is empty or a KPI is unknown.

    Examples
    --------
    >>> widget = compare(replications=10)
    >>> widget
    devopssim.widgets.compare(waterfall, agile, devops): open in JupyterLab or Voilà
    >>> widget.scenarios["devops"].team.developers
    8
    """
    compared = {"waterfall": WATERFALL, "agile": AGILE, "devops": DEVOPS} if scenarios is None else scenarios
    return Compare(state_of(compared), kpis=kpis, replications=replications, precision=precision, seed=seed)


class Compare(ScenarioPanel):
    """The widget of `compare`: a view of a `State` and of the estimates for it."""

    chosen = traitlets.Unicode().tag(sync=True)
    actions: ClassVar = ("ready", "gone", "set", "predict", "choose", "curve", "reset", "pin", "toml", "load")
    curves: ClassVar = CURVES

    _esm = script("parts.js", "chart.js", "compare.js", view="compareView")
    _css = styles()

    def __init__(
        self,
        state: State,
        *,
        kpis: Sequence[str] = USUAL_KPIS,
        replications: int = 30,
        precision: float = 0.1,
        seed: int = 1,
        pools: WorkerPools | None = None,
    ) -> None:
        self.curve = CURVES[0]
        self._last: tuple[Query, LiveEstimate] | None = None
        names = list(state.scenarios)
        settings = {
            "names": names,
            "colours": {name: colour_of(name, index) for index, name in enumerate(names)},
            "curves": [[kpi, KPIS[kpi].title] for kpi in CURVES],
        }
        super().__init__(
            state,
            kpis=kpis,
            replications=replications,
            precision=precision,
            seed=seed,
            pools=pools,
            settings=settings,
            chosen=state.chosen,
        )

    def __repr__(self) -> str:
        return f"devopssim.widgets.compare({', '.join(self.state.scenarios)}): open in JupyterLab or Voilà"

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios as the sliders set them; `devopssim.compare(widget.scenarios)` returns the same numbers."""
        return dict(self.state.scenarios)

    def do_choose(self, name: str) -> None:
        """Choose the scenario that the sliders of practices set."""
        self.state = self.state.choose(name)
        self.show_state()

    def do_curve(self, kpi: str) -> None:
        """Show another KPI over time; an unknown one is ignored."""
        self.curve = kpi if kpi in CURVES else self.curve
        if self._last is not None and kpi in self._last[1].result.curve_values["kpi"].unique():
            self.show(*self._last)
        else:
            self.request_estimates()

    @property
    def shown_curves(self) -> tuple[str, ...]:
        """The curve on display."""
        return (self.curve,)

    def show(self, query: Query, estimate: LiveEstimate) -> None:
        """Show an estimate: status, cards, chart and explanations."""
        self._last = query, estimate
        result = estimate.result
        baselines = query.pairs
        self.shown = {
            "status": status(query, estimate),
            "cards": kpi_cards(result, self.kpis, baselines),
            "chart": chart(result, self.curve, baselines={baseline: name for name, baseline in baselines.items()}),
            "explanations": explain_changes(result, baselines),
        }

    def show_state(self) -> None:
        """Show the present settings."""
        self.chosen = self.state.chosen
        super().show_state()

    def groups(self) -> list[dict[str, Any]]:
        """Return the groups of sliders: practices and security of the chosen scenario, team and demand of all."""
        return _groups(self.state)


def _groups(state: State) -> list[dict[str, Any]]:
    """Return the groups of sliders; a title warns where scenarios differ in a shared parameter."""
    scenario = state.scenario
    scope = {
        key: "all scenarios"
        if not differing_parameters(state, list(names))
        else "all scenarios; values differ, and moving a slider sets all"
        for key, names in (("team", TEAM), ("demand", DEMAND))
    }
    practices = [f"practices.{name}" for name in SEVEN_CS]
    return [
        {"key": "practices", "title": f"Practices of {state.chosen}", "controls": controls(practices, scenario)},
        {
            "key": "security",
            "title": f"Security of {state.chosen}",
            "controls": controls(["practices.security"], scenario),
        },
        {
            "key": "assistance",
            "title": f"Assistance of {state.chosen}",
            "controls": controls(["assistance.share", "quality.reviewers"], scenario),
        },
        {"key": "team", "title": f"Team ({scope['team']})", "controls": controls(TEAM, scenario)},
        {"key": "demand", "title": f"Demand ({scope['demand']})", "controls": controls(DEMAND, scenario)},
    ]
