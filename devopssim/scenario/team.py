"""Team: who does the work."""

from dataclasses import dataclass

from devopssim.scenario.declaration import Part, parameter


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
