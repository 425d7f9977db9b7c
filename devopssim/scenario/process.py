"""Process: when work moves."""

from dataclasses import dataclass
from typing import Final

from devopssim.scenario.declaration import Part, parameter

GATES: Final = ("plan", "code", "test")
"""Stages of a project that may end with a gate."""


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
        12,
        "waterfall: weeks for which a project gathers requests",
        unit="weeks",
        low=1,
        high=156,
        grade="derived",
        source="DORA 2019 low: a deployment every one to six months",
        tuned=True,
    )
    gates: str = parameter(
        "all",
        "waterfall: stages that end for the whole project before the next one begins",
        choices=GATES,
        several=True,
        grade="assumed",
        source="Royce 1970: the steps that the name waterfall stands for",
    )
    sign_off: float = parameter(
        40,
        "waterfall: wait for the signature under requirements, and again under acceptance, in working hours",
        unit="h",
        high=2000,
        grade="assumed",
        source="a working week",
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
        1,
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
        high=10000,
        grade="assumed",
        source="a little under two for each developer",
    )
    hand_over: float = parameter(
        8,
        "wait when work passes from one function to another, in working hours",
        unit="h",
        high=2000,
        grade="assumed",
        source="the next working day",
    )
    approval: float = parameter(
        16,
        "wait for the approval of a release, in working hours",
        unit="h",
        high=2000,
        grade="derived",
        source="DORA 2018: 75 % of medium performers approve changes by hand",
        tuned=True,
    )
    window_weeks: float = parameter(
        1,
        "time between two release windows; 0 without windows",
        unit="weeks",
        high=52,
        grade="assumed",
        source="a weekly night of maintenance",
    )
    largest_batch: int = parameter(
        10000,
        "changes that one deployment installs at most",
        whole=True,
        unit="changes",
        low=1,
        high=10000,
        grade="assumed",
        source="a release takes all that is ready",
    )
    expedite: str = parameter(
        "overtakes",
        "what an expedited item does to work under way: it overtakes what waits, or it interrupts",
        choices=("overtakes", "interrupts"),
        grade="assumed",
        source="Anderson 2010, Kanban: the expedite class goes first",
    )
    switching: float = parameter(
        0.25,
        "effort with which a person takes up another item than the last one",
        unit="h",
        high=40,
        grade="derived",
        source="Parnin & Rugaber 2011: 10 to 15 minutes to the first edit after an interruption; 0.15 to 0.4 h is plausible",
    )
