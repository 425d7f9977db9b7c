"""Production: how the service fails, and how failures are detected and repaired."""

from dataclasses import dataclass

from devopssim.scenario.declaration import Part, parameter
from devopssim.scenario.demand import DISTRIBUTIONS


@dataclass(frozen=True, kw_only=True)
class Production(Part):
    """Failures of the service: how often they occur, and how long people take to detect, diagnose and repair them.

    Each field declares its meaning, unit, range and evidence; `evidence_cards("production")` lists them. A value outside its
    range raises InvalidInputError.

    Examples
    --------
    >>> Production(infrastructure_mttf=8760).surfacing
    24.0
    """

    hosts: int = parameter(
        1,
        "hosts of the service that fail and are repaired one by one",
        whole=True,
        low=1,
        high=200,
        grade="assumed",
        source="one installation",
    )
    infrastructure_mttf: float = parameter(
        4380,
        "time that the infrastructure runs until it fails, mean",
        unit="h",
        low=1,
        high=1e9,
        grade="assumed",
        source="three failures a year",
        tuned=True,
    )
    surfacing: float = parameter(
        24,
        "time from deployment until a severe defect breaks the service, mean",
        unit="h",
        low=0.01,
        high=20000,
        grade="assumed",
        source="a day or two of real use",
    )
    minor_surfacing: float = parameter(
        1440,
        "time from deployment until a minor defect is noticed, mean",
        unit="h",
        low=0.01,
        high=50000,
        grade="assumed",
        source="two months of real use",
    )
    report_delay: float = parameter(
        30,
        "time until users' reports reach the team, mean",
        unit="h",
        high=5000,
        grade="assumed",
        source="hours to days",
        tuned=True,
    )
    alert_delay: float = parameter(
        0.15,
        "time until an alert is seen, mean",
        unit="h",
        high=100,
        grade="assumed",
        source="minutes: a probe a minute and a person on call",
    )
    prevented_share: float = parameter(
        0.25,
        "share of failures that monitoring lets people prevent",
        high=1,
        grade="assumed",
        source="disks that fill, leaks, slow growth of errors",
    )
    observation: float = parameter(
        168,
        "time for which the use of a new item is measured before the result is clear",
        unit="h",
        high=5000,
        grade="assumed",
        source="a week of use: week-days and a week-end",
    )
    diagnosis: float = parameter(
        1.0,
        "finding the cause of a failure, on call, mean",
        unit="h",
        high=500,
        grade="assumed",
        source="an hour of one person who knows the system",
        tuned=True,
    )
    repair_time: float = parameter(
        1.0,
        "restarting or replacing infrastructure, on call, mean",
        unit="h",
        high=500,
        grade="assumed",
        source="an hour; minutes where delivery is automated",
    )
    response_time: float = parameter(
        0.25,
        "time until a person on call answers in working hours, mean",
        unit="h",
        high=100,
        grade="assumed",
        source="on-call practice: a page is answered within 15 minutes",
    )
    night_response_time: float = parameter(
        0.75,
        "time until a person on call answers at night and on weekends, mean",
        unit="h",
        high=100,
        grade="assumed",
        source="no measured figure was found; a person wakes up and gets to a keyboard",
    )
    reaction_distribution: str = parameter(
        "lognormal",
        "distribution of the times to detect, answer, diagnose and restore",
        choices=DISTRIBUTIONS,
        grade="assumed",
        source="as the efforts",
    )
    reaction_cv: float = parameter(
        1.0, "coefficient of variation of these times", high=5, grade="assumed", source="as the efforts"
    )
