"""Base of the widgets with sliders: a state of scenarios, and live estimates for it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from devopssim.experiment import Experiment, Precision
from devopssim.kpis import chosen
from devopssim.widgets.live_estimates import LiveEstimate, LiveEstimates, Query, WorkerPools, error_text
from devopssim.widgets.panel import Panel
from devopssim.widgets.state import State
from devopssim.widgets.status import waiting
from devopssim.widgets.worker_pools import event_loop_scheduler, shared_pools

PRECISELY: Final = ("lead_time", "deployment_frequency")
"""KPIs whose precision ends the replications."""
BEFORE: Final = "{} at the start"
"""Name of a scenario in its form at the start."""


class ScenarioPanel(Panel):
    """A panel whose sliders set a `State` and that shows live estimates for it.

    A subclass defines `curves`, `groups` and `show`.

    Parameters
    ----------
    state : State
        Scenarios to begin with.
    kpis : sequence of str
        KPIs on the cards.
    replications : int
        Largest number of replications.
    precision : float
        Half-width ÷ mean at which replications stop.
    seed : int
        Seed of the random numbers.
    pools : WorkerPools or None
        Pools that simulate; default: those that all widgets of the kernel share.
    **traits
        Further traits of the widget.
    """

    curves: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        state: State,
        *,
        kpis: Sequence[str],
        replications: int,
        precision: float,
        seed: int,
        pools: WorkerPools | None,
        **traits: Any,
    ) -> None:
        self.state = state
        self.kpis = tuple(kpi.name for kpi in chosen(kpis))
        self._experiment = Experiment(
            scenarios=state.scenarios,
            kpis=tuple(dict.fromkeys([*self.kpis, *PRECISELY, "utilisation"])),
            curves=self.curves,
            seed=seed,
            replications=replications,
            precision=Precision(target=precision, kpis=PRECISELY),
        )
        self._pools = pools
        self._estimates: LiveEstimates | None = None
        super().__init__(shown={"status": waiting()}, knobs=self.groups(), **traits)

    @property
    def preview_curves(self) -> tuple[str, ...]:
        """Curves that a preview measures."""
        return self.curves

    def show(self, query: Query, estimate: LiveEstimate) -> None:
        """Show an estimate for a query."""
        raise NotImplementedError

    def groups(self) -> list[dict[str, Any]]:
        """Return the groups of sliders at their present values."""
        raise NotImplementedError

    @property
    def pools(self) -> WorkerPools:
        """Pools that simulate."""
        return self._pools or shared_pools()

    def begin(self) -> None:
        """Request estimates for the present state."""
        self.ask()

    def pause(self) -> None:
        """Drop the running query."""
        if self._estimates is not None:
            self._estimates.pause()

    def do_set(self, name: str, value: float | str) -> None:
        """Set a parameter."""
        self.become(self.state.set(name, value))

    def do_reset(self) -> None:
        """Return to the start."""
        self.become(self.state.reset())

    def do_pin(self) -> None:
        """Make the present state the start from which changes count."""
        self.become(self.state.pin())

    def do_toml(self) -> None:
        """Show the chosen scenario as TOML text."""
        self.toml = {"name": self.state.chosen, "text": self.state.toml()}

    def do_load(self, text: str) -> None:
        """Set the chosen scenario from TOML text."""
        self.become(self.state.load(text))
        self.note = "Loaded."

    def become(self, state: State) -> None:
        """Show another state and, if it differs, request its estimates."""
        same = state == self.state
        self.state, self.note = state, ""
        self.show_state()
        if not same:
            self.ask()

    def show_state(self) -> None:
        """Show the present settings."""
        self.knobs = self.groups()
        if self.toml:
            self.do_toml()

    def ask(self) -> None:
        """Request estimates for the present state."""
        if self._estimates is None:
            self._estimates = LiveEstimates(
                self.pools, on_result=self.show, on_error=self.show_error, scheduler=event_loop_scheduler()
            )
        self._estimates.ask(self.query())

    def query(self) -> Query:
        """Return the query for the present state.

        It holds each changed scenario as it was at the start too, so that differences are paired under common random numbers.
        """
        before = {BEFORE.format(name): self.state.start[name] for name in self.state.changed}
        experiment = replace(self._experiment, scenarios={**before, **self.state.scenarios})
        return Query(experiment=experiment, preview_curves=self.preview_curves)

    def show_error(self, error: Exception) -> None:
        """Show why there is no estimate."""
        self.shown = {**self.shown, "status": {"stage": "error", "text": error_text(error), "done": 0, "of": 1}}
