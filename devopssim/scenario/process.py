"""Process: when work moves."""

from dataclasses import dataclass

from devopssim.scenario.declaration import Part, parameter


@dataclass(frozen=True, kw_only=True)
class Process(Part):
    """Cadences, limits, gates and the waits between functions.

    Fields whose meaning begins with a workflow act in that workflow only. Each field declares its meaning, unit, range and
    evidence; `evidence_cards("process")` lists them. A value outside its range raises InvalidInputError.

    Examples
    --------
    >>> Process(sprint_weeks=3).focus
    0.7
    """

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
        "effort that each interruption costs the interrupted person",
        unit="h",
        high=40,
        grade="assumed",
        source="above the 23 minutes that Mark et al. 2008 measured for office work: code needs more context",
    )
