"""The best of many scenarios, with a stated probability of correct selection.

Scenarios race (`Race`): after each stage the worse ones leave, and only those that are left are simulated further.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, Unpack

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.experiment.designs import full
from devopssim.experiment.execution import Execution, run
from devopssim.experiment.experiment import Experiment
from devopssim.experiment.factorials import combinations_of
from devopssim.experiment.options import Options, values_of
from devopssim.experiment.race import FIRST, Race, mean_of_observed
from devopssim.experiment.result import unit_of
from devopssim.kpis import KPIS
from devopssim.scenario import SEVEN_CS, Scenario, check_scenario, check_scenarios, unknown_name_message

MOST: Final = 1000
Better = Literal["lower", "higher"]
Status = Literal["selected", "not decided", "eliminated", "no data"]


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Scenarios to choose from, and what each costs.

    Attributes
    ----------
    scenarios : dict of str to Scenario
        Scenarios by name.
    costs : dict of str to float
        Cost of each, in any unit.

    """

    scenarios: dict[str, Scenario]
    costs: dict[str, float]

    def within(self, most: float) -> "Candidates":
        """Return the candidates that cost at most `most`; raise InvalidInputError if there is none."""
        affordable = {name: cost for name, cost in self.costs.items() if cost <= most}
        if not affordable:
            cheapest = min(self.costs.values())
            message = f"max_cost={most:g} (most that a scenario may cost): the cheapest costs {cheapest:g}; allow at least that."
            raise InvalidInputError(message)
        return Candidates(scenarios={name: self.scenarios[name] for name in affordable}, costs=affordable)


def practice_sets(
    scenario: Scenario, practices: Sequence[str] = SEVEN_CS, *, costs: Mapping[str, float] | None = None
) -> Candidates:
    """Return the scenario with every set of the practices adopted (1), the others of them not (0).

    Parameters
    ----------
    scenario : Scenario
        Practices that are not named stay as they are, and cost nothing.
    practices : sequence of str
        Up to eight practices, `security` and `assistance` among them.
    costs : mapping of str to float, optional
        Cost of adopting each practice, in any unit; 1 for those that are not named, so a set costs the number of its practices.

    Raises
    ------
    InvalidInputError
        For an unknown or repeated practice, and for a cost below 0 or of another practice.

    Examples
    --------
    >>> from devopssim.scenario import AGILE
    >>> sets = practice_sets(AGILE, ["testing", "delivery"], costs={"testing": 3})
    >>> sets.costs
    {'none': 0.0, 'testing': 3.0, 'delivery': 1.0, 'testing + delivery': 4.0}
    >>> list(sets.within(1).scenarios)
    ['none', 'delivery']

    """
    names, given = tuple(practices), dict(costs or {})
    for name, cost in given.items():
        if name not in names:
            raise InvalidInputError(unknown_name_message("cost of practice", name, names))
        if not 0 <= cost < math.inf:
            raise InvalidInputError(f"{name}={cost:g} (cost of adopting the practice) must be a finite number from 0.")
    sets = combinations_of(check_scenario(scenario), names, full(len(names)))
    prices = [float(given.get(name, 1)) for name in names]
    totals = (math.fsum(price for bit, price in enumerate(prices) if chosen >> bit & 1) for chosen in range(len(sets)))
    return Candidates(scenarios=sets, costs=dict(zip(sets, totals, strict=True)))


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The scenario that was selected, and how the others left.

    Attributes
    ----------
    kpi : str
        KPI that decides.
    better : {'lower', 'higher'}
        Which way it is better.
    indifference : float
        Difference in the KPI's unit that does not matter.
    confidence : float
        Probability of correct selection that is stated.
    seed : int
        Random seed.
    costs : dict of str to float
        Cost of each scenario; empty without costs.
    race : Race
        Replications, and who left when.

    """

    kpi: str
    better: Better
    indifference: float
    confidence: float
    seed: int
    costs: Mapping[str, float]
    race: "Race"

    @property
    def decided(self) -> bool:
        """Whether one scenario is left."""
        return len(self.race.alive) == 1

    @property
    def best(self) -> str:
        """Name of the selected scenario; of the best so far if the race was not decided."""
        return max(self.race.alive, key=self.race.mean)

    @property
    def runs(self) -> int:
        """Simulated replications of all scenarios together."""
        return sum(map(len, self.race.values.values()))

    @property
    def runs_of_equal_allocation(self) -> int:
        """Replications if every scenario had as many as the one with most."""
        return len(self.race.values) * max(map(len, self.race.values.values()))

    @cached_property
    def table(self) -> pd.DataFrame:
        """Columns scenario, kpi, unit, cost (NaN: none given), estimate, difference, replications, status, eliminated_by: best first.

        `difference` is the scenario's mean minus that of the selected one, over the replications that both have. Means of
        scenarios that left early rest on few replications, and on ones in which they looked bad: compare no intervals of them.
        """
        sign, best = (1 if self.better == "higher" else -1), np.array(self.race.values[self.best])
        rows = []
        for name, values in self.race.values.items():
            pairs = np.array(values)[: len(best)] - best[: len(values)]
            difference = sign * mean_of_observed(pairs) + 0.0  # never -0
            mean, cost = sign * self.race.mean(name), self.costs.get(name, math.nan)
            rows.append(
                (
                    name,
                    self.kpi,
                    unit_of(self.kpi),
                    cost,
                    mean,
                    difference,
                    len(values),
                    self._status(name),
                    self.race.left.get(name, ""),
                )
            )
        columns = [
            "scenario",
            "kpi",
            "unit",
            "cost",
            "estimate",
            "difference",
            "replications",
            "status",
            "eliminated_by",
        ]
        table = pd.DataFrame(rows, columns=columns)
        order = table.assign(first=table["scenario"] != self.best, size=-sign * table["difference"])
        order = order.sort_values(["first", "replications", "size"], ascending=[True, False, True], kind="stable")
        return table.loc[order.index].reset_index(drop=True)

    @cached_property
    def values(self) -> pd.DataFrame:
        """Columns scenario, replication, kpi, unit, value: what was simulated."""
        sign = 1 if self.better == "higher" else -1
        rows = [
            (name, replication, self.kpi, unit_of(self.kpi), sign * value)
            for name, values in self.race.values.items()
            for replication, value in enumerate(values)
        ]
        return pd.DataFrame(rows, columns=["scenario", "replication", "kpi", "unit", "value"])

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that a folder keeps, by name."""
        return {"selection": self.table, "values": self.values}

    def _status(self, name: str) -> Status:
        if name in self.race.alive:
            return "selected" if self.decided else "not decided"
        return "eliminated" if self.race.left[name] else "no data"


def select(
    scenarios: Mapping[str, Scenario] | Candidates | Experiment,
    kpi: str = "lead_time",
    *,
    indifference: float,
    better: Better | None = None,
    replications: int | None = None,
    **options: Unpack[Options],
) -> Selection:
    """Select the scenario with the best mean of a KPI, with a stated probability of correct selection.

    Replication k of all scenarios meets the same demand and the same random numbers. Each gets 10 replications; then the race goes
    on in stages, without those that have left, until one is left. The result depends on the seed alone.

    Parameters
    ----------
    scenarios : mapping of str to Scenario, Candidates, or Experiment
        At least two scenarios, for example `practice_sets(...).within(max_cost)`.
    kpi : str
        KPI that decides.
    indifference : float
        Smallest difference that matters, in the KPI's unit (hours for durations, 0 to 1 for shares). With the probability
        `confidence` the selected scenario is the best one, if that is better by this much than all others.
    better : {'lower', 'higher'}, optional
        Which way the KPI is better (default: as the KPI declares).
    replications : int, optional
        Most replications of a scenario (default 1000). Where they decide nothing, `Selection.decided` is False.
    **options
        `confidence` (the probability of correct selection, default 0.95), `seed`, `warm_up`, and `workers`, `executor`,
        `progress`, `folder` or an `execution`: as for `compare`. With a `folder`, an interrupted selection is resumed.

    Raises
    ------
    InvalidInputError
        For fewer than two scenarios, an unknown KPI, one without a direction, an indifference zone that is not above 0, fewer
        than 10 replications, or where no scenario has values of the KPI.

    Examples
    --------
    >>> from devopssim.scenario import AGILE, DEVOPS, vary
    >>> short = {name: vary(scenario, {"years": 0.25}) for name, scenario in {"agile": AGILE, "devops": DEVOPS}.items()}
    >>> selection = select(short, "lead_time", indifference=24, progress=False)
    >>> selection.best, selection.decided, selection.runs
    ('devops', True, 20)

    """
    costs = scenarios.costs if isinstance(scenarios, Candidates) else {}
    given = scenarios.scenarios if isinstance(scenarios, Candidates) else scenarios
    if not isinstance(given, Experiment):
        check_scenarios(given)
    most = replications if replications is not None or isinstance(given, Experiment) else MOST
    direction = _direction(kpi, better)
    experiment, execution = values_of(given, options, replications=most, kpis=(kpi,))
    _check(experiment, indifference)
    race = Race(list(experiment.scenarios), indifference=indifference, confidence=experiment.confidence)
    _run(race, experiment, execution, sign=1 if direction == "higher" else -1)
    return Selection(
        kpi=kpi,
        better=direction,
        indifference=indifference,
        confidence=experiment.confidence,
        seed=experiment.seed,
        costs=costs,
        race=race,
    )


def _run(race: Race, experiment: Experiment, execution: Execution, *, sign: int) -> None:
    """Simulate stage by stage until one scenario is left, or the replications are used up."""
    (kpi,) = experiment.kpis
    while len(race.alive) > 1 and (stage := race.stage(experiment.replications)):
        left = replace(experiment, scenarios={name: experiment.scenarios[name] for name in race.alive})
        outcomes = run(left, execution, replications=stage)
        race.add({name: [sign * outcome.values[kpi] for outcome in runs] for name, runs in outcomes.items()})
    if not race.alive:
        message = f"{kpi}: no scenario has a value in {race.replications} replications; simulate longer runs (years), or choose another KPI."
        raise InvalidInputError(message)


def _direction(kpi: str, better: Better | None) -> Better:
    if kpi not in KPIS:
        raise InvalidInputError(unknown_name_message("KPI", kpi, KPIS))
    direction = better or KPIS[kpi].better
    if direction not in ("lower", "higher"):
        raise InvalidInputError(
            f"{kpi}: which way it is better ({direction or 'not given'}) must be lower or higher; pass better='higher'."
        )
    return direction


def _check(experiment: Experiment, indifference: float) -> None:
    if not 0 < indifference < math.inf:
        message = f"indifference={indifference:g} (smallest difference that matters, in the KPI's unit) must be a finite number above 0."
        raise InvalidInputError(message)
    if len(experiment.scenarios) < 2:
        raise InvalidInputError("one scenario: a selection needs at least two to choose from.")
    if experiment.replications < FIRST:
        message = f"replications={experiment.replications} (most of a scenario) must be at least {FIRST}: so many are run before one leaves."
        raise InvalidInputError(message)
