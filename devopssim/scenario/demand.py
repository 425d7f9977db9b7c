"""Demand: how often something is requested, how large it is and how well it is understood."""

from dataclasses import dataclass
from typing import Final

from devopssim.scenario.declaration import Part, parameter

DISTRIBUTIONS: Final = ("lognormal", "gamma", "uniform", "fixed")
"""Shapes that efforts and reaction times can have; mean and coefficient of variation are parameters of their own."""


@dataclass(frozen=True, kw_only=True)
class Demand(Part):
    """Requests: how often they arrive, how large they are, how well their need is understood.

    Each field declares its meaning, unit, range and evidence; `evidence_cards("demand")` lists them. A value outside its
    range raises InvalidInputError.

    Examples
    --------
    >>> Demand(requests_per_week=3).code_effort
    24.0
    """

    requests_per_week: float = parameter(
        5,
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
        high=50000,
        grade="assumed",
        source="a new product starts empty",
    )
    plan_effort: float = parameter(
        6,
        "analysis of one item, mean",
        unit="h",
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
    effort_distribution: str = parameter(
        "lognormal",
        "distribution of the efforts",
        choices=DISTRIBUTIONS,
        grade="derived",
        source="7digital: cycle times are lognormal; gamma with cv 1 is exponential, as queueing theory has it",
    )
    effort_cv: float = parameter(
        1.0,
        "coefficient of variation of the efforts",
        high=5,
        grade="derived",
        source="7digital: cycle times are lognormal with sigma 1.02, which is a cv of 1.35, queues included",
    )
    change_effort: float = parameter(
        8,
        "coding effort that makes one change",
        unit="h",
        low=0.5,
        high=10000,
        grade="assumed",
        source="about a person-day, the advice of trunk-based development",
    )
    lines_per_hour: float = parameter(
        12.5,
        "lines that an hour of coding changes",
        unit="lines per h",
        low=0.1,
        high=10000,
        grade="assumed",
        source="a person-day makes a change of 100 lines; LinearB 2026: median pull request about 200, elite below 105",
    )
    expedite_share: float = parameter(
        0,
        "share of requests that are expedited: they overtake all others",
        high=1,
        grade="assumed",
        source="Kanban practice names 5 to 15 %; no measured share was found, so the default leaves the class out",
    )
    fixed_date_share: float = parameter(
        0,
        "share of requests with a fixed date: they overtake all others when it comes near",
        high=1,
        grade="assumed",
        source="Anderson 2010, Kanban: a class of service; no measured share was found, so the default leaves it out",
    )
    fixed_date_weeks: float = parameter(
        12,
        "time from a request to its fixed date",
        unit="weeks",
        low=0.1,
        high=520,
        grade="assumed",
        source="a quarter",
    )
    fixed_date_lead: float = parameter(
        3,
        "time before a fixed date from which the item overtakes all others",
        unit="weeks",
        high=520,
        grade="assumed",
        source="Anderson 2010, Kanban: such items start in time for their date",
    )
    value_per_week: float = parameter(
        1,
        "value that an item brings its users in a week, mean: the cost of a week of delay",
        unit="value per week",
        high=1e9,
        grade="assumed",
        source="a unit of its own; Reinertsen 2009 asks each organisation to put a number on it",
    )
    value_cv: float = parameter(
        1.0,
        "coefficient of variation of the value",
        high=5,
        grade="assumed",
        source="as the efforts",
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
