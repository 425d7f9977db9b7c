"""What is asked for, who does it, and when it moves."""

from dataclasses import dataclass
from typing import Final

from devopssim.parameters import check_all, parameter

WORKFLOWS: Final = ("waterfall", "agile", "devops")


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What is asked for: how often, how large, how well understood."""

    requests_per_week: float = parameter(
        6,
        "requests for something of value that arrive, at random",
        unit="per week",
        high=500,
        grade="assumed",
        source="keeps 8 developers a little over half busy; 7digital finished 5.24 items a working day with more people",
    )
    backlog: int = parameter(
        0,
        "requests that wait at the start",
        whole=True,
        unit="items",
        high=5000,
        grade="assumed",
        source="a new product starts empty",
    )
    plan_effort: float = parameter(
        6,
        "analysis of one item, mean",
        unit="h",
        low=0.1,
        high=400,
        grade="assumed",
        source="a quarter of the coding effort",
    )
    code_effort: float = parameter(
        24,
        "design and coding of one item, mean",
        unit="h",
        low=0.1,
        high=2000,
        grade="derived",
        source="7digital: median cycle time 3 working days an item",
    )
    test_effort: float = parameter(
        8,
        "testing of one item by hand, mean",
        unit="h",
        high=800,
        grade="assumed",
        source="a third of the coding effort; Jones gives 20 to 35 %",
    )
    effort_cv: float = parameter(
        1.0,
        "coefficient of variation of the efforts (lognormal)",
        high=5,
        grade="derived",
        source="7digital: cycle times are lognormal with sigma 1.02, which is a cv of 1.35, queues included",
    )
    change_effort: float = parameter(
        8,
        "coding effort that makes one change",
        unit="h",
        low=0.5,
        high=400,
        grade="assumed",
        source="about a person-day, the advice of trunk-based development",
    )
    misunderstood_share: float = parameter(
        0.15,
        "share of items whose need was understood wrongly from the start",
        high=1,
        grade="assumed",
        source="no study separates misunderstanding from change; see drift_per_month",
    )
    drift_per_month: float = parameter(
        0.02,
        "share of needs that change in a month while the item waits or travels",
        unit="per month",
        high=1,
        grade="measured",
        source="Jones: requirements grow about 2 % a month; Kulk & Verhoef 2008: above 5 % in successful projects",
    )

    def __post_init__(self) -> None:
        check_all(self)


@dataclass(frozen=True, kw_only=True)
class Team:
    """Who does the work. A person gives `hours_per_week` of effort in the 168 hours of a week."""

    analysts: int = parameter(
        2,
        "people who find out what is needed",
        whole=True,
        low=1,
        high=200,
        grade="assumed",
        source="one for four developers",
    )
    developers: int = parameter(
        8,
        "people who write code",
        whole=True,
        low=1,
        high=200,
        grade="assumed",
        source="a team of the size that the Scrum Guide names",
    )
    testers: int = parameter(
        3,
        "people who test by hand",
        whole=True,
        low=1,
        high=200,
        grade="assumed",
        source="one for two to three developers, usual where testing is manual",
    )
    operators: int = parameter(
        2,
        "people who install and run the service",
        whole=True,
        low=1,
        high=200,
        grade="assumed",
        source="the least that allows a holiday",
    )
    security: int = parameter(
        1,
        "security engineers",
        whole=True,
        low=1,
        high=200,
        grade="assumed",
        source="rare: BSIMM reports about one for a hundred developers",
    )
    hours_per_week: float = parameter(
        40,
        "effort that one person gives in a week",
        unit="h",
        low=1,
        high=168,
        grade="assumed",
        source="a full-time week",
    )

    def __post_init__(self) -> None:
        check_all(self)


@dataclass(frozen=True, kw_only=True)
class Process:
    """When work moves: cadences, limits, gates and the waits between functions."""

    project_weeks: float = parameter(
        13,
        "waterfall: weeks for which a project gathers requests",
        unit="weeks",
        low=1,
        high=156,
        grade="derived",
        source="DORA 2019 low: a deployment every one to six months",
        tuned=True,
    )
    sign_off: float = parameter(
        120,
        "waterfall: wait for the signature under requirements, and again under acceptance",
        unit="h",
        high=2000,
        grade="assumed",
        source="about a working week",
    )
    acceptance_effort: float = parameter(
        1,
        "acceptance of one item by the client, with an analyst",
        unit="h",
        high=100,
        grade="assumed",
        source="an hour with the client",
    )
    sprint_weeks: float = parameter(
        2,
        "agile: length of a sprint",
        unit="weeks",
        low=0.5,
        high=8,
        grade="measured",
        source="State of Agile reports: two weeks is the most common length",
    )
    focus: float = parameter(
        0.7,
        "agile: share of the developers' hours that a sprint plans with",
        low=0.1,
        high=1,
        grade="assumed",
        source="the focus factor that Scrum teams start with",
    )
    sprints_per_release: int = parameter(
        2,
        "agile: sprints whose items are released together",
        whole=True,
        low=1,
        high=26,
        grade="derived",
        source="DORA 2019 medium: a deployment every week to every month",
        tuned=True,
    )
    wip_limit: int = parameter(
        14,
        "devops: items that may be in progress at once",
        whole=True,
        unit="items",
        low=1,
        high=1000,
        grade="assumed",
        source="a little under two for each developer",
    )
    hand_over: float = parameter(
        16,
        "wait when work passes from one function to another",
        unit="h",
        high=2000,
        grade="assumed",
        source="the next working day",
    )
    approval: float = parameter(
        48,
        "wait for the approval of a release",
        unit="h",
        high=2000,
        grade="derived",
        source="DORA 2018: 75 % of medium performers approve changes by hand",
        tuned=True,
    )
    window_weeks: float = parameter(
        1,
        "time between two release windows",
        unit="weeks",
        low=0.02,
        high=52,
        grade="assumed",
        source="a weekly night of maintenance",
    )
    cross_training: float = parameter(
        0.05,
        "extra effort where one team does everything",
        high=1,
        grade="assumed",
        source="learning what used to be others' work",
    )
    switching: float = parameter(
        1.0,
        "effort that is lost each time somebody is interrupted",
        unit="h",
        high=40,
        grade="assumed",
        source="above the 23 minutes that Mark et al. 2008 measured for office work: code needs more context",
    )

    def __post_init__(self) -> None:
        check_all(self)
