"""What-if: a twin or scenario with and without an intervention, under common random numbers.

Both are compared in the midst of work: an organisation starts empty, so its first year is cut off. An interval holds what a run may
bring: which parameters and workflow the log may come from (draws from the posterior), and the chance of that run. So it is the range of
the effect in one run, which more replications do not narrow.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, Unpack

import numpy as np
import pandas as pd
from scipy import stats

from devopssim import kpis
from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.experiment import Difference, Options, Result, compare
from devopssim.kpis import Floats
from devopssim.scenario import Scenario, check_scenario, parameters
from devopssim.twin.clauses import downtime, failures, lead_time
from devopssim.twin.drawn import AS_IS, WARM_UP, DrawnExperiment, Intervention
from devopssim.twin.overload import Overload, overloads
from devopssim.twin.twin import ASKED, HOLDS, Twin

WEEKS_PER_YEAR: Final = HOURS_PER_YEAR / HOURS_PER_WEEK
DEFAULT_REPLICATIONS: Final = 100
CONFIDENCE: Final = 0.9
"""Probability that the effect in a run lies in its interval."""
EXPLAINED: Final = ("lead_time", "lead_time_for_changes", "change_failure_rate", "availability")
"""KPIs of which an answer names what their effects depend on."""
NAMED_UNTOUCHED: Final = 0.1
"""Share of replications without any effect from which an answer states their number."""
NAMED_CAUSES: Final = 3
"""Parameters that an answer names at most as those that it depends on."""


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Result of a what-if: both scenarios simulated with common random numbers, and what was changed.

    Parameters
    ----------
    result : Result
        Comparison of the scenario as it is and the variant.
    change : str
        The change as text; also the variant's name.
    people : int
        Number of people added.
    hours_per_week : float
        Effort that one person gives in a week.
    cost_per_hour : float, optional
        Cost of an hour of downtime.
    twin : Twin, optional
        The twin that was asked; None for a plain scenario, whose parameters are certain.
    """

    result: Result
    change: str
    people: int
    hours_per_week: float
    cost_per_hour: float | None = None
    """Cost of an hour of downtime."""
    twin: Twin | None = None

    @cached_property
    def table(self) -> pd.DataFrame:
        """KPIs before and after, and the effect, `difference` = `after` - `before`, with the interval of 90 % of the runs.

        All three are means over the replications in which the KPI has a value before and after; without any, `before` and `after` are
        means over those in which it has one. Columns: kpi, unit, before, after, difference, low, high, replications, verdict.
        """
        rows = []
        for kpi in ASKED:
            before, after = (self._values(name, kpi) for name in (AS_IS, self.change))
            effect = effect_of(after - before, kpis.KPIS[kpi].better)
            if effect.replications:
                both = np.isfinite(after - before)
                before, after = before[both], after[both]
            rows.append((kpi, kpis.KPIS[kpi].unit, _mean(before), _mean(after), *effect[:4], effect.verdict))
        columns = ["kpi", "unit", "before", "after", "difference", "low", "high", "replications", "verdict"]
        return pd.DataFrame(rows, columns=columns)

    def _values(self, scenario: str, kpi: str) -> Floats:
        values = self.result.values
        chosen = values[(values["scenario"] == scenario) & (values["kpi"] == kpi)]
        return chosen["value"].to_numpy(float)

    @property
    def downtime(self) -> Difference:
        """Effect on the hours of downtime per year; negative if the change saves downtime."""
        before, after = ((1 - self._values(name, "availability")) * HOURS_PER_YEAR for name in (AS_IS, self.change))
        return effect_of(after - before, "lower")

    @cached_property
    def depends_on(self) -> pd.DataFrame:
        """Parameters that the log does not determine and the effect depends on, the strongest first.

        Columns: parameter, meaning, kpi, correlation (of ranks, with the effect over the draws). A correlation is named only if it is
        clear among all parameters and KPIs together (Bonferroni, 5 %).
        """
        columns = ["parameter", "meaning", "kpi", "correlation"]
        draws = self.twin.draws if self.twin else ()
        if not draws:
            return pd.DataFrame(columns=columns)
        learnt = set(self.twin.learnt) if self.twin else set()
        numbers = {
            name: np.array([float(draws[k % len(draws)][name]) for k in range(self.result.replications)])
            for name, value in draws[0].items()
            if name not in learnt and not isinstance(value, str)
        }
        rows = []
        for kpi in EXPLAINED:
            effect = self._values(self.change, kpi) - self._values(AS_IS, kpi)
            observed = np.isfinite(effect)
            if observed.sum() < LEAST_FOR_CORRELATION or np.ptp(effect[observed]) == 0:
                continue
            for name, values in numbers.items():
                if np.ptp(values[observed]) > 0:
                    correlation, p = stats.spearmanr(values[observed], effect[observed])
                    if p < 0.05 / (len(EXPLAINED) * len(numbers)):
                        rows.append((name, parameters()[name].meaning, kpi, float(correlation)))
        table = pd.DataFrame(rows, columns=columns)
        return table.sort_values("correlation", key=lambda column: -column.abs()).reset_index(drop=True)

    @cached_property
    def untouched(self) -> int:
        """Replications in which the change alters no KPI: the draw works so already, or in a way that has no use for the change."""
        before, after = (np.array([self._values(name, kpi) for kpi in ASKED]) for name in (AS_IS, self.change))
        return int(((before == after) | (np.isnan(before) & np.isnan(after))).all(axis=0).sum())

    @property
    def overloads(self) -> tuple[tuple[str, Overload], ...]:
        """Overloads of the two scenarios, by name; an overloaded scenario's lead time grows with the run length."""
        both = self.result.scenarios
        return tuple((name, overload) for name, scenario in both.items() for overload in overloads(scenario))

    def sentence(self) -> str:
        """Return the result for a manager: in days, in money where the log allows it, and what it rests on."""
        rows = {row["kpi"]: row for row in self.table.to_dict("records")}
        if not any(rows["deployment_frequency"][when] > 0 for when in ("before", "after")):
            return (
                f"If we {self.change}, there is nothing to compare: with the change and without it, nothing is released "
                f"({self._basis})."
            )
        unseen = self.twin.unseen if self.twin else ()
        of_changes = "lead_time" in unseen and "lead_time_for_changes" not in unseen
        times = lead_time(rows["lead_time_for_changes"], "change") if of_changes else lead_time(rows["lead_time"])
        clauses = [f"If we {self.change}, {times}; {failures(rows['change_failure_rate'])}"]
        down, refusal = self.downtime, self.twin.refusal if self.twin else ""
        if math.isfinite(down.estimate):
            before = (1 - rows["availability"]["before"]) * HOURS_PER_YEAR
            clauses.append(downtime(down, before, None if refusal else self.cost_per_hour))
        if refusal and self.cost_per_hour is not None:
            clauses.append(f"no answer in money, because {refusal}")
        if self.people:
            hours = self.people * self.hours_per_week * WEEKS_PER_YEAR
            clauses.append(f"it {'takes' if hours > 0 else 'saves'} {abs(hours):,.0f} hours of work a year")
        return "; ".join(clauses) + f" ({self._basis}; 90 % intervals for one run)."

    @property
    def _basis(self) -> str:
        years = f"{next(iter(self.result.scenarios.values())).years - self.result.warm_up / HOURS_PER_YEAR:.2g}"
        length = "a year" if years == "1" else f"{years} years"
        return f"{self.result.replications} replications of {length}{' in the midst of work' if self.result.warm_up else ''}"

    def remarks(self) -> list[str]:
        """Return what the answer rests on: the twin's check, the structures that the log allows, and what the log cannot tell."""
        remarks = self._remarks_of(self.twin) if self.twin else []
        why = "the team works so already, or in a way that has no use for it"
        if self.untouched == self.result.replications:
            remarks.append(f"The change alters nothing: {why}.")
        elif self.untouched >= NAMED_UNTOUCHED * self.result.replications:
            remarks.append(
                f"In {self.untouched} of the {self.result.replications} replications the change alters nothing, because {why}; "
                "the means hold these, too."
            )
        return remarks + [
            f"The effect on {kpis.KPIS[row['kpi']].title.lower()} depends on {row['parameter']} ({row['meaning']}), of which the log "
            f"shows little or nothing; if you know it, calibrate with --set {row['parameter']}=…."
            for row in self.depends_on.drop_duplicates("parameter").head(NAMED_CAUSES).to_dict("records")
        ]

    @staticmethod
    def _remarks_of(twin: Twin) -> list[str]:
        remarks = []
        if twin.verdict != HOLDS:
            remarks.append(f"The twin did not pass its check ({twin.verdict}); take the direction, not the amount.")
        if twin.differing:
            remarks.append(
                f"The twin differs from the log in KPIs that it was not fitted to ({'; '.join(twin.differing)}); take amounts with care."
            )
        if twin.unseen:
            titles = ", ".join(kpis.KPIS[name].title.lower() for name in twin.unseen)
            remarks.append(
                f"The log does not show these KPIs: {titles}; their values here rest on the model's defaults."
            )
        if twin.open_structure:
            remarks.append(f"{twin.open_structure}; the intervals hold all of these.")
        return remarks


LEAST_FOR_CORRELATION: Final = 20
ROUNDING: Final = 1e-9
"""Relative spread below which differences are equal but for rounding errors."""


def _mean(values: Floats) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else math.nan


def effect_of(differences: Floats, better: Literal["lower", "higher"] | None) -> Difference:
    """Return the mean of the differences, and the interval in which the next one lies with the confidence.

    Quantiles at k ÷ (n + 1) cover the next value exactly on average, whatever its distribution; too few values reach less far, so that
    their smallest and largest are taken. A mean that a few distant values draw out of the interval widens it.

    Examples
    --------
    >>> effect = effect_of(np.array([-1.0, -2.0, -3.0, np.nan]), "lower")
    >>> effect.estimate, effect.low, effect.high, effect.replications, effect.verdict
    (-2.0, -3.0, -1.0, 3, 'better')
    """
    known = differences[np.isfinite(differences)]
    if not len(known):
        return Difference(math.nan, math.nan, math.nan, 0, better=better)
    mean = float(known.mean())
    if len(known) == 1:
        return Difference(mean, math.nan, math.nan, 1, better=better)
    if np.ptp(known) <= ROUNDING * np.abs(known).max():
        value = float(known[0])
        return Difference(value, value, value, len(known), better=better)
    low, high = np.quantile(known, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], method="weibull")
    return Difference(mean, min(mean, float(low)), max(mean, float(high)), len(known), better=better)


def what_if(
    subject: Scenario | Twin,
    *,
    adopt_practices: Mapping[str, float] | None = None,
    add: Mapping[str, int] | None = None,
    changes: Mapping[str, float | str] | None = None,
    cost_per_hour: float | None = None,
    replications: int = DEFAULT_REPLICATIONS,
    **options: Unpack[Options],
) -> WhatIf:
    """Compare a twin or a scenario with a variant of it, under common random numbers.

    Parameters
    ----------
    subject : Twin or Scenario
        A twin, each replication of which is another draw from its posterior, or a scenario whose parameters are certain.
    adopt_practices : mapping of str to float, optional
        Adoption by practice: `{"testing": 1}`.
    add : mapping of str to int, optional
        People to add by field of the team: `{"developers": 2}`; negative numbers remove. Developers join as newcomers when the comparison
        begins; all else of a change holds from the beginning of the warm-up, so its introduction is past.
    changes : mapping of str to float or str, optional
        New values of other parameters by dotted name.
    cost_per_hour : float, optional
        Cost of an hour of downtime, 0 or more.
    replications : int, default 100
        Number of replications.
    **options
        Options of `experiment.compare`: `warm_up` (hours that the organisation works before the comparison, by default a year), seed,
        workers, progress, …

    Returns
    -------
    WhatIf
        The comparison.

    Raises
    ------
    InvalidInputError
        Without any change, for a change of `years`, for unknown names and for values out of range.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, vary
    >>> answer = what_if(
    ...     vary(DEVOPS, {"years": 0.1}), add={"developers": 2}, replications=2, progress=False
    ... )
    >>> answer.change, answer.people
    ('add 2 developers', 2)
    >>> answer.table["kpi"].tolist()[:2]
    ['lead_time', 'lead_time_for_changes']
    """
    adopting, adding, changing = adopt_practices or {}, add or {}, changes or {}
    if not (adopting or adding or changing):
        raise InvalidInputError("the intervention changes nothing; adopt a practice, add people or set a parameter.")
    if "years" in changing:
        raise InvalidInputError(
            f"years={changing['years']} (run length) is the same before and after; give it with --years, or to the scenario."
        )
    if cost_per_hour is not None and not 0 <= cost_per_hour < math.inf:
        raise InvalidInputError(f"cost_per_hour={cost_per_hour:g} (cost of an hour of downtime) must be 0 or more.")
    intervention = Intervention(
        practices=tuple(adopting.items()), people=tuple(adding.items()), parameters=tuple(changing.items())
    )
    twin = subject if isinstance(subject, Twin) else None
    scenario = twin.scenario if twin else check_scenario(subject)
    experiment = DrawnExperiment.of(
        scenario,
        [intervention],
        twin.draws if twin else (),
        warm_up=options.get("warm_up", WARM_UP),
        replications=replications,
        kpis=ASKED,
    )
    return WhatIf(
        result=compare(experiment, **options),
        change=intervention.text(scenario),
        people=sum(adding.values()),
        hours_per_week=scenario.team.hours_per_week,
        cost_per_hour=cost_per_hour,
        twin=twin,
    )
