"""Replications of a twin: each takes another draw from the posterior, so that its results hold the uncertainty of the parameters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from devopssim.experiment import Experiment, Measure, Outcome
from devopssim.scenario import ADOPTABLE, LEVERS, Scenario, adopt, parameter_value, parameters, vary

AS_IS: Final = "as it is"
"""Name of the organisation without the change."""


@dataclass(frozen=True, kw_only=True)
class Intervention:
    """A change to an organisation: practices adopted, people added, other parameters set.

    Developers who are added join in the first week as newcomers: they learn, and experienced people help them. Sprints plan with them
    from the start. The model knows no ramp-up of other roles.
    """

    practices: tuple[tuple[str, float], ...] = ()
    people: tuple[tuple[str, int], ...] = ()
    parameters: tuple[tuple[str, float | str], ...] = ()

    def applied(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the change.

        Examples
        --------
        >>> from devopssim.scenario import AGILE
        >>> team = Intervention(people=(("developers", 2),)).applied(AGILE).team
        >>> team.developers, team.joiners, team.join_week
        (8, 2, 0.0)
        """
        changed = adopt(scenario, dict(self.practices))
        for role, count in self.people:
            changed = _joined(changed, count) if role == "developers" and count > 0 else _added(changed, role, count)
        return vary(changed, dict(self.parameters))

    def text(self, scenario: Scenario) -> str:
        """Return the change as text: 'adopt continuous testing and add 2 developers'."""
        clauses = []
        for name, share in self.practices:
            title = LEVERS[ADOPTABLE[name]].name
            clauses.append(f"adopt {title}" + ("" if share == 1 else f" for {share:.0%} of the changes"))
        for role, count in self.people:
            verb = "add" if count >= 0 else "do without"
            clauses.append(f"{verb} {abs(count)} {role if abs(count) != 1 else role.removesuffix('s')}")
        clauses += [f"change {name} from {parameter_value(scenario, name)} to {new}" for name, new in self.parameters]
        return " and ".join(clauses)


def _joined(scenario: Scenario, count: int) -> Scenario:
    """Return the scenario with developers who join in the first week, or with those who join anyway."""
    team = scenario.team
    week = team.join_week if team.joiners else 0
    return vary(scenario, {"team.joiners": team.joiners + count, "team.join_week": week})


def _added(scenario: Scenario, role: str, count: int) -> Scenario:
    name = f"team.{role}"
    return vary(scenario, {name: float(parameter_value(scenario, name)) + count})


@dataclass(frozen=True, kw_only=True)
class DrawnMeasure(Measure):
    """Measure of a twin: replication k simulates draw k, with or without an intervention, under the same random numbers.

    Parameters
    ----------
    base : Scenario
        The twin.
    draws : tuple of tuple
        Values of the parameters of each draw.
    interventions : tuple of tuple
        The change that each scenario of another name is, by that name.
    """

    base: Scenario
    draws: tuple[tuple[tuple[str, float | str], ...], ...] = ()
    interventions: tuple[tuple[str, Intervention], ...] = ()

    def __call__(self, scenario: Scenario, seed: int, replication: int) -> Outcome:
        """Simulate and measure one draw."""
        if not self.draws:
            return super().__call__(scenario, seed, replication)
        drawn = vary(self.base, dict(self.draws[replication % len(self.draws)]))
        intervention = dict(self.interventions).get(scenario.name)
        if intervention:
            drawn = intervention.applied(_with_enough(drawn, intervention))
        return super().__call__(replace(drawn, name=scenario.name), seed, replication)


def _with_enough(drawn: Scenario, intervention: Intervention) -> Scenario:
    """Return the draw with at least as many people as the intervention removes: a draw may have too few where no log counts them."""
    least = {
        f"team.{role}": parameters()[f"team.{role}"].low - count for role, count in intervention.people if count < 0
    }
    return vary(drawn, {name: people for name, people in least.items() if float(parameter_value(drawn, name)) < people})


@dataclass(frozen=True, kw_only=True)
class DrawnExperiment(Experiment):
    """Experiment whose replications are draws from a posterior; see `DrawnMeasure`."""

    draws: tuple[Mapping[str, float | str], ...] = ()
    interventions: tuple[tuple[str, Intervention], ...] = ()

    @classmethod
    def of(
        cls,
        base: Scenario,
        interventions: Iterable[Intervention],
        draws: tuple[Mapping[str, float | str], ...],
        **fields: Any,
    ) -> "DrawnExperiment":
        """Return the experiment of a twin as it is and with each of the interventions, by their texts."""
        as_is = replace(base, name=AS_IS)
        named = {intervention.text(as_is): intervention for intervention in interventions}
        scenarios = {name: replace(intervention.applied(as_is), name=name) for name, intervention in named.items()}
        return cls(scenarios={AS_IS: as_is, **scenarios}, draws=draws, interventions=tuple(named.items()), **fields)

    @property
    def measure(self) -> DrawnMeasure:
        """What is measured of each replication."""
        return DrawnMeasure(
            kpis=self.kpis,
            curves=self.curves,
            warm_up=self.warm_up,
            base=next(iter(self.scenarios.values())),
            draws=tuple(tuple(draw.items()) for draw in self.draws),
            interventions=self.interventions,
        )
