"""Base of the widgets with sliders: a state of scenarios, and live estimates for it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.experiment import Experiment, Precision
from devopssim.kpis import KPIS, chosen
from devopssim.widgets.live_estimates import LiveEstimate, LiveEstimates, Query, WorkerPools, error_text
from devopssim.widgets.panel import Panel
from devopssim.widgets.predictions import Prediction, table, with_results
from devopssim.widgets.state import State
from devopssim.widgets.status import waiting
from devopssim.widgets.worker_pools import event_loop_scheduler, shared_pools

PRECISE_KPIS: Final = ("lead_time", "deployment_frequency")
"""KPIs whose precision ends the replications."""
BASELINE_NAME: Final = "{} (baseline)"
"""Name of a scenario's baseline, in results and on the page."""


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
    settings : mapping
        Fixed values of the view.
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
        settings: Mapping[str, Any],
        **traits: Any,
    ) -> None:
        self.state = state
        self.kpis = tuple(kpi.name for kpi in chosen(kpis))
        self._experiment = Experiment(
            scenarios=state.scenarios,
            kpis=tuple(dict.fromkeys([*self.kpis, *PRECISE_KPIS, "utilisation"])),
            curves=self.curves,
            seed=seed,
            replications=replications,
            precision=Precision(target=precision, kpis=PRECISE_KPIS),
        )
        self._pools = pools
        self._estimates: LiveEstimates | None = None
        self._predictions: list[Prediction] = []
        titles = [[kpi, KPIS[kpi].title] for kpi in self.kpis]
        super().__init__(
            shown={"status": waiting()}, controls=self.groups(), settings={**settings, "kpis": titles}, **traits
        )

    @property
    def shown_curves(self) -> tuple[str, ...]:
        """The curves on display: all that is measured where a replication takes some milliseconds."""
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

    @property
    def predictions(self) -> pd.DataFrame:
        """The recorded guesses beside the results, one row each, in the units of the KPIs."""
        return table(self._predictions)

    def begin(self) -> None:
        """Request estimates for the present state."""
        self.request_estimates()

    def pause(self) -> None:
        """Drop the running query."""
        if self._estimates is not None:
            self._estimates.pause()

    def do_set(self, name: str, value: float | str) -> None:
        """Set a parameter."""
        self.change_state(self.state.set(name, value))

    def do_reset(self) -> None:
        """Return to the baseline."""
        self.change_state(self.state.reset())

    def do_pin(self) -> None:
        """Make the present state the baseline for changes."""
        self.change_state(self.state.pin())

    def do_predict(self, scenario: str, kpi: str, guess: float) -> None:
        """Record a guess, given in the unit that the cards show."""
        rows = {(card["scenario"], row["kpi"]): row for card in self.shown.get("cards", []) for row in card["rows"]}
        if (scenario, kpi) not in rows:
            raise InvalidInputError(
                f"kpi={kpi!r} (KPI of the guess) is on no card of {scenario}; wait for the first estimate."
            )
        before, value = self.state.scenarios[scenario], guess * rows[scenario, kpi]["scale"]
        self._predictions.append(Prediction(before=before, scenario=scenario, kpi=kpi, guess=value))
        self._show_predictions()

    def _receive_estimate(self, query: Query, estimate: LiveEstimate) -> None:
        """Show an estimate, and the guesses beside it."""
        self.show(query, estimate)
        self._predictions = with_results(self._predictions, self.state.scenarios, estimate.result)
        self._show_predictions()

    def _show_predictions(self) -> None:
        rows = [prediction.row for prediction in self._predictions]
        self.guesses = {"rows": rows, "csv": self.predictions.to_csv(index=False)}

    def do_toml(self) -> None:
        """Show the chosen scenario as TOML text."""
        self.toml = {"name": self.state.chosen, "text": self.state.toml()}

    def do_load(self, text: str) -> None:
        """Set the chosen scenario from TOML text."""
        self.change_state(self.state.load(text))
        self.note = "Scenario loaded."

    def change_state(self, state: State) -> None:
        """Show another state and, if it differs, request its estimates."""
        same = state == self.state
        self.state, self.note = state, ""
        self.show_state()
        if not same:
            self.request_estimates()

    def show_state(self) -> None:
        """Show the present settings."""
        self.controls = self.groups()
        if self.toml:
            self.do_toml()

    def request_estimates(self) -> None:
        """Request estimates for the present state."""
        if self._estimates is None:
            self._estimates = LiveEstimates(
                self.pools, on_result=self._receive_estimate, on_error=self.show_error, scheduler=event_loop_scheduler()
            )
        self._estimates.start(self.query())

    def query(self) -> Query:
        """Return the query for the present state.

        It includes the baseline of each changed scenario, so that differences are paired under common random numbers.
        """
        pairs = {name: BASELINE_NAME.format(name) for name in self.state.changed}
        baselines = {baseline: self.state.baseline[name] for name, baseline in pairs.items()}
        curves = self.shown_curves if self.pools.fast else self.curves
        experiment = replace(self._experiment, scenarios={**baselines, **self.state.scenarios}, curves=curves)
        return Query(experiment=experiment, pairs=pairs)

    def show_error(self, error: Exception) -> None:
        """Show an error in the status line."""
        self.shown = {**self.shown, "status": {"stage": "error", "text": error_text(error), "done": 0, "of": 1}}
