"""Replications of a twin: each takes another draw from the posterior, so that its results hold the uncertainty of the parameters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.experiment import Experiment, Measure, Outcome
from devopssim.kpis import KPIS, Run, counted
from devopssim.scenario import ADOPTABLE, LEVERS, Scenario, adopt, parameter_value, parameters, vary

AS_IS: Final = "as it is"
"""Name of the organisation without the change."""
WARM_UP: Final = HOURS_PER_YEAR
"""Hours that an organisation works before a change is compared: it starts empty, and its first releases may take most of a year."""


@dataclass(frozen=True, kw_only=True)
class Intervention:
    """A change to an organisation: practices adopted, people added, other parameters set.

    Developers who are added join as newcomers: they learn, experienced people help them, and sprints plan with them from then on. The
    model knows no ramp-up of other roles. All else of a change holds from the beginning of a run.
    """

    practices: tuple[tuple[str, float], ...] = ()
    people: tuple[tuple[str, int], ...] = ()
    parameters: tuple[tuple[str, float | str], ...] = ()

    def applied(self, scenario: Scenario, *, week: float = 0.0) -> Scenario:
        """Return the scenario with the change; developers who are added join in this week, or with those who join anyway.

        Examples
        --------
        >>> from devopssim.scenario import AGILE
        >>> team = Intervention(people=(("developers", 2),)).applied(AGILE, week=52).team
        >>> team.developers, team.joiners, team.join_week
        (8, 2, 52.0)
        """
        changed = adopt(scenario, dict(self.practices))
        for role, count in self.people:
            if role == "developers" and count > 0:
                team = changed.team
                weeks = {} if team.joiners else {"team.join_week": week}
                changed = vary(changed, {"team.joiners": team.joiners + count, **weeks})
            else:
                name = f"team.{role}"
                changed = vary(changed, {name: float(parameter_value(changed, name)) + count})
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
        clauses += [
            f"change {name} from {_shown(parameter_value(scenario, name))} to {new}" for name, new in self.parameters
        ]
        return " and ".join(clauses)


def _shown(value: float | str) -> str:
    """Return a parameter's value to four significant digits."""
    if isinstance(value, str):
        return value
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.0f}"


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
    begun_before : bool
        Whether durations count that began in the warm-up and ended after it: those of an organisation in the midst of work.
    """

    base: Scenario
    draws: tuple[tuple[tuple[str, float | str], ...], ...] = ()
    interventions: tuple[tuple[str, Intervention], ...] = ()
    begun_before: bool = True

    def observed(self, run: Run) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
        """Return value, count and unfinished number of each KPI after the warm-up."""
        cut = super().observed(run)
        durations = [name for name in cut[0] if KPIS[name].shape == "duration"]
        if not (self.begun_before and self.warm_up and durations):
            return cut
        window = counted(run.part(0, len(run.time), {**run.attrs, "window": self.warm_up}), durations)
        return cut[0] | window[0], cut[1] | window[1], cut[2] | window[2]

    def __call__(self, scenario: Scenario, seed: int, replication: int) -> Outcome:
        """Simulate and measure one draw."""
        if not self.draws:
            return super().__call__(scenario, seed, replication)
        drawn = vary(self.base, dict(self.draws[replication % len(self.draws)]))
        intervention = dict(self.interventions).get(scenario.name)
        if intervention:
            drawn = intervention.applied(_with_enough(drawn, intervention), week=self.warm_up / HOURS_PER_WEEK)
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
    begun_before: bool = True

    @classmethod
    def of(
        cls,
        base: Scenario,
        interventions: Iterable[Intervention],
        draws: tuple[Mapping[str, float | str], ...],
        *,
        warm_up: float = 0.0,
        **fields: Any,
    ) -> "DrawnExperiment":
        """Return the experiment of a twin as it is and with each of the interventions, by their texts.

        It works for the `warm_up` (hours) before its `years` are observed. Who joins, joins as much later.
        """
        week = warm_up / HOURS_PER_WEEK
        later = {"years": min(base.years + warm_up / HOURS_PER_YEAR, parameters()["years"].high)}
        if base.team.joiners:
            later["team.join_week"] = base.team.join_week + week
        as_is = vary(replace(base, name=AS_IS), later)
        scenarios, named = {AS_IS: as_is}, {}
        for intervention in interventions:
            changed = intervention.applied(as_is, week=week)  # refuses unknown names, of which there is no text
            name = intervention.text(base)
            scenarios[name], named[name] = replace(changed, name=name), intervention
        return cls(
            scenarios=scenarios,
            draws=draws,
            interventions=tuple(named.items()),
            warm_up=warm_up,
            **fields,
        )

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
            begun_before=self.begun_before,
        )
