"""What widgets with sliders have in common: scenarios that are set, and answers to them that get better and better."""

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
"""The KPIs that are to be known well before an answer is final."""
BEFORE: Final = "{} at the start"
"""What a scenario is called as it was at the start."""


class ScenarioPanel(Panel):
    """A panel whose sliders set a `State`, and that shows the answers to it.

    A subclass says what there is to set (`groups`) and which `curves` are measured, and shows answers.
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
        """The curves that a glance shows."""
        return self.curves

    def show(self, query: Query, estimate: LiveEstimate) -> None:
        """Show an answer."""
        raise NotImplementedError

    def groups(self) -> list[dict[str, Any]]:
        """Return the groups of sliders, as they are set now."""
        raise NotImplementedError

    @property
    def pools(self) -> WorkerPools:
        """Where the work is done."""
        return self._pools or shared_pools()

    def begin(self) -> None:
        """Ask what comes of the state, or go on where it was left."""
        self.ask()

    def pause(self) -> None:
        """Ask nothing more."""
        if self._estimates is not None:
            self._estimates.pause()

    def do_set(self, name: str, value: float | str) -> None:
        """Set a parameter."""
        self.become(self.state.set(name, value))

    def do_reset(self) -> None:
        """Go back to the start."""
        self.become(self.state.reset())

    def do_pin(self) -> None:
        """Count changes from now on."""
        self.become(self.state.pin())

    def do_toml(self) -> None:
        """Offer the chosen scenario as text."""
        self.toml = {"name": self.state.chosen, "text": self.state.toml()}

    def do_load(self, text: str) -> None:
        """Set the chosen scenario as the text says."""
        self.become(self.state.load(text))
        self.note = "Loaded."

    def become(self, state: State) -> None:
        """Show another state, and ask what comes of it."""
        same = state == self.state
        self.state, self.note = state, ""
        self.show_state()
        if not same:
            self.ask()

    def show_state(self) -> None:
        """Show what is set now."""
        self.knobs = self.groups()
        if self.toml:
            self.do_toml()

    def ask(self) -> None:
        """Ask what comes of the state."""
        if self._estimates is None:
            self._estimates = LiveEstimates(
                self.pools, on_result=self.show, on_error=self.show_error, scheduler=event_loop_scheduler()
            )
        self._estimates.ask(self.query())

    def query(self) -> Query:
        """Return what is asked: the scenarios, and those that changed as they were at the start, under the same luck."""
        before = {BEFORE.format(name): self.state.start[name] for name in self.state.changed}
        experiment = replace(self._experiment, scenarios={**before, **self.state.scenarios})
        return Query(experiment=experiment, preview_curves=self.preview_curves)

    def show_error(self, error: Exception) -> None:
        """Say why there is no answer."""
        self.shown = {**self.shown, "status": {"stage": "error", "text": error_text(error), "done": 0, "of": 1}}
