"""What nobody wrote into the model and what comes out of it all the same: lessons, each by paired replications in each workflow.

A lesson holds if the whole 95 % interval of the paired differences lies on its side. Where a workflow does not show it, its test
says so and holds what is true there. docs/lessons.md shows each row. Practices one by one, and agile without the costs of delay:
test_practices.py.
"""

import dataclasses
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Literal

import numpy as np
import pytest
from validation.pages import lesson_line, shown

from devopssim import kpis
from devopssim.experiment import Difference, paired
from devopssim.scenario import AGILE, DEVOPS, SEVEN_CS, WATERFALL, Scenario, adopt, vary
from devopssim.simulation import simulate

Sample = Callable[[int], float]
"""The value of a replication."""
Side = Literal["rises", "falls", "small"]
WORKFLOWS = (WATERFALL, AGILE, DEVOPS)
FEW, SOME, MANY = 8, 16, 24
"""Replications, by how large an effect is beside its noise; outages are rare and need many."""


@dataclasses.dataclass(frozen=True)
class Lesson:
    """A claim on `after` minus `before`, replication by replication: its side of zero, or `small`: closer to zero than `margin`."""

    title: str
    workflow: str
    figure: str
    before: Sample
    after: Sample
    side: Side
    replications: int = FEW
    margin: float = 0.0

    def __str__(self) -> str:
        return f"{self.workflow}-{self.figure}".replace(" ", "_")

    @property
    def difference(self) -> Difference:
        before, after = (
            [sample(number) for number in range(self.replications)] for sample in (self.before, self.after)
        )
        return paired(after, before, 0.95)

    @property
    def holds(self) -> bool:
        found = self.difference
        if self.side == "small":
            return -self.margin < found.low <= found.high < self.margin
        return found.low > 0 if self.side == "rises" else found.high < 0


def teaches(lessons: Iterable[Lesson]) -> pytest.MarkDecorator:
    """Run a test once for each lesson."""
    return pytest.mark.parametrize("lesson", list(lessons), ids=str)


def assert_holds_and_shown(lesson: Lesson) -> None:
    assert lesson.holds, (str(lesson), lesson.difference)
    assert lesson_line(lesson) in shown("lessons"), "run `python tests/validation/pages.py lessons`"


@cache
def measured(scenario: Scenario, number: int) -> dict[str, float]:
    """The KPIs of a replication, with the share of their time that operators work."""
    log = simulate(scenario, seed=11, replication=number)
    return {**kpis.values(log), "operators": float(kpis.utilisation_by_role(log)["operator"])}


def share(sample: Sample, part: float) -> Sample:
    return lambda number: part * sample(number)


def kpi(name: str, scenario: Scenario) -> Sample:
    return lambda number: measured(scenario, number)[name]


def less(minuend: Sample, subtrahend: Sample) -> Sample:
    return lambda number: minuend(number) - subtrahend(number)


# Batches

RELEASES = {
    "waterfall": [vary(WATERFALL, {"process.project_weeks": weeks, "years": 5}) for weeks in (26, 4)],
    "agile": [vary(AGILE, {"process.sprints_per_release": sprints, "years": 4}) for sprints in (13, 1)],
    "devops": [vary(DEVOPS, {"practices.deployment": 0, "process.window_weeks": weeks}) for weeks in (13, 1)],
}
BETTER: dict[str, Side] = {
    "change_failure_rate_planned": "falls",
    "mttr": "falls",
    "lead_time": "falls",
    "availability": "rises",
}
SMALLER_RELEASES = [
    Lesson("smaller releases", workflow, name, kpi(name, large), kpi(name, small), side, replications)
    for (workflow, (large, small)), replications in zip(RELEASES.items(), (MANY, SOME, SOME), strict=True)
    for name, side in BETTER.items()
]
ONE_BY_ONE = [
    Lesson(
        "changes one by one, not weekly",
        "devops",
        name,
        kpi(name, RELEASES["devops"][1]),
        kpi(name, DEVOPS),
        "falls",
        SOME,
    )
    for name in ("mttr", "lead_time", "availability")
]
UNTESTED = {"quality.regression_finds": 0}
SAME_TESTS = [
    Lesson(
        "the same, where releases are not tested by hand",
        "devops",
        name,
        kpi(name, vary(RELEASES["devops"][1], UNTESTED)),
        kpi(name, vary(DEVOPS, UNTESTED)),
        BETTER[name],
    )
    for name in ("change_failure_rate_planned", "availability")
]


@teaches(SMALLER_RELEASES)
def test_smaller_releases_fail_less_often_recover_sooner_arrive_sooner_and_cost_users_fewer_hours(
    lesson: Lesson,
) -> None:
    """Projects of 4 instead of 26 weeks, a release for each sprint instead of 13, weekly instead of quarterly windows."""
    assert_holds_and_shown(lesson)


@teaches(ONE_BY_ONE)
def test_changes_that_go_out_one_by_one_recover_and_arrive_soonest_but_cost_users_hours(lesson: Lesson) -> None:
    """The lesson ends here: availability falls from weekly windows to changes one by one.

    A weekly release is tested by hand, which finds what machines leave; a change that goes out alone is not.
    """
    assert_holds_and_shown(lesson)


@teaches(SAME_TESTS)
def test_changes_that_go_out_one_by_one_cost_users_fewer_hours_where_all_are_tested_alike(lesson: Lesson) -> None:
    assert_holds_and_shown(lesson)


# Load


def busy(workflow: Scenario, requests: float) -> Scenario:
    return vary(workflow, {"demand.requests_per_week": requests, "years": 2})


def step(workflow: Scenario, lower: float, higher: float) -> Sample:
    """Hours of lead time that more requests a week add."""
    return less(kpi("lead_time", busy(workflow, higher)), kpi("lead_time", busy(workflow, lower)))


def bend(workflow: Scenario, low: float, middle: float, high: float) -> Lesson:
    """How much more lead time the second of two equal steps of load adds than the first."""
    title = f"the second step of {low:g}, {middle:g}, {high:g} requests a week, less the first"
    steps = step(workflow, low, middle), step(workflow, middle, high)
    return Lesson(title, workflow.name, "lead_time", *steps, "rises", SOME)


LOAD = [
    Lesson(
        "eight requests a week, not four",
        workflow.name,
        "lead_time_for_changes",
        kpi("lead_time_for_changes", busy(workflow, 4)),
        kpi("lead_time_for_changes", busy(workflow, 8)),
        "rises",
    )
    for workflow in WORKFLOWS
]
HOCKEY_STICK = [bend(AGILE, 4, 5, 6), bend(DEVOPS, 6, 8, 10)]
EVEN = [
    Lesson(
        "the second step of 3, 4, 5 requests a week, less 1.5 times the first",
        "waterfall",
        "lead_time",
        share(step(WATERFALL, 3, 4), 1.5),
        step(WATERFALL, 4, 5),
        "falls",
        MANY,
    )
]


@teaches(LOAD)
def test_lead_time_for_changes_grows_with_load(lesson: Lesson) -> None:
    assert_holds_and_shown(lesson)


@teaches(HOCKEY_STICK)
def test_the_last_people_who_become_busy_cost_more_lead_time_than_the_first(lesson: Lesson) -> None:
    """Agile and DevOps, up to the load that they can just finish."""
    assert_holds_and_shown(lesson)


@teaches(EVEN)
def test_in_waterfall_lead_time_rises_evenly_with_load(lesson: Lesson) -> None:
    """Its people wait at gates and are never busy enough for a hockey stick: a project lasts as long as it has items."""
    assert_holds_and_shown(lesson)


# Limits on work in progress


def limit(title: str, items_before: int, items_after: int, name: str, side: Side) -> Lesson:
    """Ten requests a week, with a limit and another; ten thousand items are none."""
    before, after = (vary(busy(DEVOPS, 10), {"process.wip_limit": items}) for items in (items_before, items_after))
    return Lesson(title, "devops", name, kpi(name, before), kpi(name, after), side)


LIMITS = [
    limit("a limit of 14 items, not none", 10_000, 14, "cycle_time", "falls"),
    limit("a limit of 14 items, not none", 10_000, 14, "lead_time", "rises"),
    limit("a limit of 4 items, not 14", 14, 4, "throughput_new_work", "falls"),
    limit("a limit of 4 items, not 14", 14, 4, "lead_time", "rises"),
]


@teaches(LIMITS)
def test_without_a_limit_work_takes_longer_once_begun_and_with_a_low_one_less_is_finished(lesson: Lesson) -> None:
    """Only DevOps has a limit for everything in progress.

    A high limit hurts cycle time alone: from the request on, no limit is the fastest, because people take the oldest item first.
    A low one hurts throughput and lead time; cycle time it shortens.
    """
    assert_holds_and_shown(lesson)


# Practices


def with_only(workflow: Scenario, *practices: str) -> Scenario:
    return adopt(workflow, dict.fromkeys(SEVEN_CS, 0.0) | dict.fromkeys(practices, 1.0))


def with_all_but(workflow: Scenario, *practices: str) -> Scenario:
    return adopt(workflow, dict.fromkeys(SEVEN_CS, 1.0) | dict.fromkeys(practices, 0.0))


TWO_YEARS = [vary(workflow, {"years": 2}) for workflow in WORKFLOWS]


def saved(workflow: Scenario, *practices: str) -> Sample:
    """Hours of lead time that these practices save together."""
    return less(kpi("lead_time", with_only(workflow)), kpi("lead_time", with_only(workflow, *practices)))


def nothing(_: int) -> float:
    return 0.0


INTEGRATION = [
    lesson
    for workflow in TWO_YEARS
    for lesson in (
        Lesson("all seven practices", workflow.name, "lead_time saved", nothing, saved(workflow, *SEVEN_CS), "rises"),
        Lesson(
            "integration alone, less a tenth of what all seven save",
            workflow.name,
            "lead_time saved",
            share(saved(workflow, *SEVEN_CS), 0.1),
            saved(workflow, "integration"),
            "falls",
        ),
    )
]
OVERLOAD: dict[str, Side] = {"operators": "rises", "lead_time": "rises", "availability": "falls"}
BY_HAND = [
    Lesson(
        "deployment without delivery",
        workflow.name,
        name,
        kpi(name, with_all_but(workflow)),
        kpi(name, with_all_but(workflow, "delivery")),
        side,
    )
    for workflow in TWO_YEARS
    for name, side in OVERLOAD.items()
]
REMOVED: tuple[tuple[Side, float], ...] = (("falls", 0.0), ("small", 0.005), ("falls", 0.0))
FEEDBACK = [
    Lesson(
        "feedback alone",
        workflow.name,
        "failure_demand",
        kpi("failure_demand", with_only(workflow)),
        kpi("failure_demand", with_only(workflow, "feedback")),
        side,
        FEW,
        margin,
    )
    for workflow, (side, margin) in zip(WORKFLOWS, REMOVED, strict=True)
]


@teaches(INTEGRATION)
def test_continuous_integration_alone_does_little(lesson: Lesson) -> None:
    """It saves less than a tenth of the lead time that all seven practices save together."""
    assert_holds_and_shown(lesson)


@teaches(BY_HAND)
def test_deployment_without_delivery_overloads_operations(lesson: Lesson) -> None:
    """All changes one by one, each installed by hand: operators are busier, users wait longer and lose more hours."""
    assert_holds_and_shown(lesson)


@teaches(FEEDBACK)
def test_feedback_removes_failure_demand(lesson: Lesson) -> None:
    """Agile shows each sprint to its users anyway, so little is left to remove: at most half a percent of the work."""
    assert_holds_and_shown(lesson)


# People who join late

ITEMS = 80


def project(workflow: Scenario) -> Scenario:
    """A team with eighty items to do and no others."""
    return vary(
        workflow,
        {
            "demand.backlog": ITEMS,
            "demand.requests_per_week": 0,
            "process.project_weeks": 1,
            "process.wip_limit": 100,
            "team.turnover": 0,
            "years": 1,
        },
    )


@cache
def last_week(scenario: Scenario, number: int) -> float:
    """The week in which the last item of the backlog is done."""
    log = simulate(scenario, seed=11, replication=number)
    done = log.loc[(log["kind"] == "ticket.done") & log["item"].isin([f"W{n}" for n in range(1, ITEMS + 1)]), "time"]
    assert len(done) == ITEMS
    return float(done.max()) / 168


@cache
def joined(workflow: Scenario) -> Scenario:
    """Eight people join when three quarters of the time that the project takes on average are over."""
    week = 0.75 * float(np.mean([last_week(project(workflow), number) for number in range(SOME)]))
    return vary(project(workflow), {"team.joiners": 8, "team.join_week": week})


def end_alone(workflow: Scenario, number: int) -> float:
    return last_week(project(workflow), number)


def end_with_joiners(workflow: Scenario, number: int) -> float:
    return last_week(joined(workflow), number)


BROOKS = [
    Lesson(
        "eight people join after three quarters",
        workflow.name,
        "end of the project, week",
        partial(end_alone, workflow),
        partial(end_with_joiners, workflow),
        "rises",
        SOME,
    )
    for workflow in WORKFLOWS
]


@teaches(BROOKS)
def test_people_who_join_after_three_quarters_make_a_project_later(lesson: Lesson) -> None:
    assert_holds_and_shown(lesson)


def rows() -> list[Lesson]:
    """Every lesson, for docs/lessons.md."""
    return [
        *SMALLER_RELEASES,
        *ONE_BY_ONE,
        *SAME_TESTS,
        *LOAD,
        *HOCKEY_STICK,
        *EVEN,
        *LIMITS,
        *INTEGRATION,
        *BY_HAND,
        *FEEDBACK,
        *BROOKS,
    ]
