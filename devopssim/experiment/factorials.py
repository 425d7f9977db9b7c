"""Which of the practices does it? All combinations of them, their effects, and fair shares of the whole improvement."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.experiment.comparison import compare
from devopssim.experiment.designs import Design, fraction, shapley_weights
from devopssim.experiment.experiment import Experiment
from devopssim.experiment.intervals import Difference, Interval, Verdict, interval, p_value
from devopssim.experiment.multiplicity import Multiplicity
from devopssim.experiment.options import Options, scenario_of, values_of
from devopssim.experiment.result import Result, unit_of
from devopssim.kpis import KPIS
from devopssim.scenario import SEVEN_CS, Scenario, adopt

SHOWN_ALIASES = 2
"""Aliases among more practices than that are not listed: what three practices do only together is mostly small."""


@dataclass(frozen=True, kw_only=True)
class Factorial:
    """KPIs with every combination of practices (or a fraction of them), all with common random numbers.

    `result.scenarios` are named by the practices that they adopt, `testing + delivery`, and `none`.
    """

    practices: tuple[str, ...]
    design: Design
    result: Result

    @cached_property
    def effects(self) -> pd.DataFrame:
        """Columns effect, order, kpi, unit, estimate, low, high, replications, aliases, verdict, p (of no effect).

        A main effect (order 1) is the mean KPI with the practice minus the mean without it. An interaction `a x b` (order
        2) is half of what a's effect is larger with b than without; 0: they do not need each other. `aliases` names the
        effects of up to two practices that a fraction cannot separate from this one: the estimate is the sum of them all.
        """
        rows = []
        for effect in self._up_to_two():
            contrast = 2 * self.design.signs(effect) / len(self.design.runs)
            for kpi, runs in self._runs.items():
                values = contrast @ runs
                effect_size = interval(values, self.result.confidence)
                name, aliases, verdict = self._name(effect), self._aliases(effect), _verdict(effect_size, kpi)
                rows.append(
                    (name, effect.bit_count(), kpi, unit_of(kpi), *effect_size, aliases, verdict, p_value(values))
                )
        columns = [
            "effect",
            "order",
            "kpi",
            "unit",
            "estimate",
            "low",
            "high",
            "replications",
            "aliases",
            "verdict",
            "p",
        ]
        return pd.DataFrame(rows, columns=columns)

    @property
    def multiplicity(self) -> Multiplicity:
        """How many effects are shown, how many are clear, and how many would be by chance."""
        return Multiplicity.of(self.effects["p"], list(self.effects["verdict"]), self.result.confidence)

    @cached_property
    def shapley(self) -> pd.DataFrame:
        """Columns practice, kpi, unit, estimate, low, high, replications, share, verdict.

        What a practice adds to the KPI, averaged over all orders in which the practices could be adopted. Over the
        practices, estimates add up to the KPI with all minus the KPI with none, and shares to 1 (NaN: no difference at
        all). A share below 0, or above 1, is a practice that works against, or for more than, the whole.

        Raises InvalidInputError for a fraction: what every combination gives must be known.
        """
        if self.design.words:
            raise InvalidInputError(
                "Shapley shares need every combination of practices; run the factorial without halvings."
            )
        weights = shapley_weights(len(self.practices))
        rows = []
        for kpi, runs in self._runs.items():
            added = weights @ runs
            parts = [interval(values, self.result.confidence) for values in added]
            whole = sum(part.estimate for part in parts)
            for practice, part in zip(self.practices, parts, strict=True):
                share = part.estimate / whole if whole else np.nan
                rows.append((practice, kpi, unit_of(kpi), *part, share, _verdict(part, kpi)))
        columns = ["practice", "kpi", "unit", "estimate", "low", "high", "replications", "share", "verdict"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def _runs(self) -> dict[str, npt.NDArray[np.float64]]:
        """Values by KPI, shape (runs of the design, replications); a replication with a gap in one run has it in all."""
        by_kpi = {}
        for kpi, group in self.result.values.groupby("kpi", sort=False):
            runs = group["value"].to_numpy().reshape(-1, self.result.replications)
            by_kpi[str(kpi)] = np.where(np.isfinite(runs).all(axis=0), runs, np.nan)
        return by_kpi

    def _up_to_two(self) -> list[int]:
        single = [1 << number for number in range(len(self.practices))]
        return single + [one | other for one, other in combinations(single, 2)]

    def _aliases(self, effect: int) -> str:
        return ", ".join(
            self._name(alias) or "mean" for alias in self.design.aliases(effect) if alias.bit_count() <= SHOWN_ALIASES
        )

    def _name(self, effect: int) -> str:
        return " x ".join(_members(self.practices, effect))


def factorial(
    scenario: Scenario | Experiment,
    practices: Sequence[str] = SEVEN_CS,
    replications: int | None = None,
    *,
    halvings: int = 0,
    kpis: Sequence[str] | None = None,
    **options: Unpack[Options],
) -> Factorial:
    """Run the scenario with every combination of the `practices` adopted (1) or not (0); practices not named stay as they are.

    Seven practices make 128 combinations; each of the `halvings` leaves half of them out, in the way that confuses least
    (see `Factorial.effects`). `security` and `assistance` count as practices. `replications` of each combination (default 5), `kpis` and
    `options` as for `compare`; an Experiment with one scenario gives them all. Raises InvalidInputError for an unknown or
    repeated practice.
    """
    names = tuple(practices)
    design = fraction(len(names), halvings)
    variants = combinations_of(scenario_of(scenario), names, design)
    experiment, execution = values_of(
        scenario, options, usual={"replications": 5}, scenarios=variants, replications=replications, kpis=kpis
    )
    return Factorial(practices=names, design=design, result=compare(experiment, execution=execution))


def combinations_of(scenario: Scenario, practices: Sequence[str], design: Design) -> dict[str, Scenario]:
    """Return the scenario with each combination of practices that a design runs, by the names of those that are adopted.

    Raises InvalidInputError for an unknown or repeated practice.
    """
    if len(set(practices)) < len(practices):
        raise InvalidInputError(f"practices={', '.join(practices)}: name each practice once.")
    variants = {}
    for combination in design.runs:
        adopted = _members(practices, combination)
        variants[" + ".join(adopted) or "none"] = adopt(scenario, {name: float(name in adopted) for name in practices})
    return variants


def _verdict(effect: Interval, kpi: str) -> Verdict:
    return Difference(*effect, better=KPIS[kpi].better).verdict


def _members(practices: Sequence[str], bits: int) -> tuple[str, ...]:
    return tuple(name for number, name in enumerate(practices) if bits >> number & 1)
