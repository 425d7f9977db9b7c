"""Team: who does the work."""

from dataclasses import dataclass
from typing import Final

from devopssim.events import ROLES
from devopssim.scenario.declaration import Part, parameter

SKILLS: Final = tuple(f"{role} as {other}" for role in ROLES for other in ROLES if role != other)
"""Secondary skills that a team may have: people of the first role do work of the second."""


@dataclass(frozen=True, kw_only=True)
class Team(Part):
    """People by role. A person gives `hours_per_week` of effort in the 168 hours of a week.

    Each field declares its meaning, unit, range and evidence; `evidence_cards("team")` lists them. A value outside its
    range raises InvalidInputError.

    Examples
    --------
    >>> Team(developers=6).testers
    3
    """

    analysts: int = parameter(
        2,
        "people who find out what is needed",
        whole=True,
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
        high=200,
        grade="assumed",
        source="one for two to three developers, usual where testing is manual",
    )
    operators: int = parameter(
        2,
        "people who install and run the service",
        whole=True,
        high=200,
        grade="assumed",
        source="the least that allows a holiday",
    )
    security: int = parameter(
        1,
        "security engineers",
        whole=True,
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
    time_zones: int = parameter(
        1,
        "time zones that the people of each role are spread over, evenly around the world",
        whole=True,
        low=1,
        high=24,
        grade="assumed",
        source="one office",
    )
    secondary_skills: str = parameter(
        "all",
        "roles whose work people of another role can do where collaboration opens it",
        choices=SKILLS,
        several=True,
        grade="assumed",
        source="with collaboration, people help where work waits; no study measures who can",
    )
    secondary_effort: float = parameter(
        2.0,
        "factor on the effort of work in another role, at first",
        low=1,
        high=10,
        grade="assumed",
        source="no study was found that measures it; 1.5 to 2.5 is plausible",
    )
    practised_effort: float = parameter(
        1.1,
        "factor on the effort of work in another role, with practice",
        low=1,
        high=10,
        grade="assumed",
        source="no study was found that measures it",
    )
    practice_tasks: float = parameter(
        20,
        "tasks in another role until a person is practised",
        unit="tasks",
        low=1,
        high=1000,
        grade="assumed",
        source="no study was found that measures it",
    )
    joiners: int = parameter(
        0,
        "developers who join later",
        whole=True,
        high=200,
        grade="assumed",
        source="a choice: experiments set it",
    )
    join_week: float = parameter(
        26,
        "week in which they join",
        unit="weeks",
        high=2600,
        grade="assumed",
        source="a choice: experiments set it",
    )
    newcomer_productivity: float = parameter(
        0.3,
        "productivity of a newcomer, as a share of an experienced person's",
        low=0.05,
        high=1,
        grade="assumed",
        source="Abdel-Hamid & Madnick 1991 take 0.67; Zhou & Mockus 2010: productivity plateaus after months",
    )
    ramp_up: float = parameter(
        5,
        "time constant with which a newcomer's arrears shrink; after three of them 5 % are left",
        unit="weeks",
        low=0.1,
        high=260,
        grade="derived",
        source="Zhou & Mockus 2010: tasks a month plateau within two to six months in small and medium projects",
    )
    mentoring: float = parameter(
        0.25,
        "share of an experienced person's time that a newcomer takes at first",
        high=1,
        grade="derived",
        source="Abdel-Hamid & Madnick 1991, as Madachy 2008 gives it",
    )
    communication: float = parameter(
        0.0006,
        "share of everybody's time that talking takes, for each square of the people in a role",
        high=0.05,
        grade="derived",
        source="Abdel-Hamid & Madnick 1991: 0.06 n² %; efforts hold that of the first team, so it acts when people join",
    )
    turnover: float = parameter(
        0.12,
        "share of the people who leave in a year; newcomers take their places",
        unit="per year",
        high=3,
        grade="assumed",
        source="5 to 25 % is usual; no measured figure for small firms was found",
    )
    vacancy: float = parameter(
        6,
        "time until a newcomer takes the place of a person who left",
        unit="weeks",
        high=104,
        grade="assumed",
        source="about the length of a hiring process, less the notice given",
    )
    interruptions_per_week: float = parameter(
        1,
        "questions and alarms that interrupt a developer in a week",
        unit="per week",
        high=100,
        grade="assumed",
        source="far below what studies of office work count: those that cost more than their own minutes",
    )
    interruption_effort: float = parameter(
        0.5,
        "effort of an interruption, mean",
        unit="h",
        high=100,
        grade="assumed",
        source="a question is answered within half an hour",
    )
