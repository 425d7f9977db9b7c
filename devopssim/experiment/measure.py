"""What is kept of one replication: its KPIs, and curves where they are wanted. The log itself is let go."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from devopssim import kpis
from devopssim.errors import InvalidInputError
from devopssim.kpis import Run
from devopssim.scenario import Scenario, unknown_name_message
from devopssim.simulation import simulate_coded

WEEK_OF_CURVES: Final = "7D"
MONTH_OF_CURVES: Final = "28D"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one replication gave, by KPI: its value (NaN: nothing to count), over how many it was counted, how many had not
    ended (NaN for rates), and curves as (hours, values).
    """

    values: dict[str, float]
    n: dict[str, float] = field(default_factory=dict)
    unfinished: dict[str, float] = field(default_factory=dict)
    curves: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)


class Measures(Protocol):
    """Turns one replication of a scenario into an Outcome; it and the scenario travel to other processes."""

    def __call__(self, scenario: Scenario, seed: int, replication: int) -> Outcome:
        """Return the outcome of this replication, and of nothing else: the same arguments give the same bits."""


def kpi_names(given: Sequence[str]) -> tuple[str, ...]:
    """Return names of KPIs as a tuple; one word is one name, as it is in `devopssim.kpis`."""
    return (given,) if isinstance(given, str) else tuple(given)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """The ordinary measure: simulate, leave the `warm_up` (hours) out, take these KPIs and the curves of those.

    `kpis` empty: all. A point of a curve looks back over `window`, one point each `step` (pandas offsets). Curves are of the
    whole run, warm-up included, so that one can see it. Raises InvalidInputError for a KPI that is unknown, or a warm-up
    below 0.
    """

    kpis: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()
    warm_up: float = 0.0
    window: str = MONTH_OF_CURVES
    step: str = WEEK_OF_CURVES

    def __post_init__(self) -> None:
        for name in (*self.kpis, *self.curves):
            if name not in kpis.KPIS:
                raise InvalidInputError(unknown_name_message("KPI", name, kpis.KPIS))
        if not self.warm_up >= 0:
            raise InvalidInputError(
                f"warm_up={self.warm_up:g} h (the start of a run that is cut off) must be 0 or more."
            )

    def __call__(self, scenario: Scenario, seed: int, replication: int) -> Outcome:
        """Simulate and measure one replication."""
        run = kpis.Run(simulate_coded(scenario, seed=seed, replication=replication))
        values, n, unfinished = self.observed(run)
        curves = {}
        for name in self.curves:
            curve = kpis.kpi_curve(run, name, window=self.window, step=self.step)
            curves[name] = (curve.index.to_numpy(float).tolist(), curve.to_numpy(float).tolist())
        return Outcome(values=values, n=n, unfinished=unfinished, curves=curves)

    def observed(self, run: Run) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
        """Return value, count and unfinished number of each KPI after the warm-up."""
        return kpis.counted(kpis.since(run, self.warm_up), self.kpis or None)
