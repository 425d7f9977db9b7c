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
    total_share: float = parameter(
        0.05,
        "share of incidents that are total outages",
        high=1,
        grade="measured",
        source="GitHub's 801 incidents of 2022 to 2026: 3.5 % critical; FireHydrant and Ghosh et al. 2022: about 8 %; so 2 to 8 %",
    )
    partial_share: float = parameter(
        0.2,
        "share of incidents that are partial outages; the others are minor",
        high=1,
        grade="measured",
        source="GitHub's incidents: 17 % major; FireHydrant, 53,034 incidents: 27 % high severity; so 15 to 27 %",
    )
    partial_affected: float = parameter(
        0.3,
        "share of users whom a partial outage affects",
        high=1,
        grade="assumed",
        source="no measured share was found; 0.1 to 0.6 is plausible",
    )
    minor_affected: float = parameter(
        0.03,
        "share of users whom a minor incident affects",
        high=1,
        grade="assumed",
        source="no measured share was found; 0.01 to 0.1 is plausible",
    )
    quiet_load: float = parameter(
        0.13,
        "use of the service at night and on weekends, as a share of that in working hours",
        high=1,
        grade="derived",
        source="GitHub and FireHydrant: a weekend day has 0.16 to 0.21 of a weekday's incidents, the night a fifth of the afternoon's",
    )
    report_delay: float = parameter(
        2.5,
        "time until users' reports of an outage reach the team, mean",
        unit="h",
        high=5000,
        grade="assumed",
        source="no usable share or time was found; one to four hours are plausible for outages",
    )
    minor_report_delay: float = parameter(
        48,
        "time until users' reports of a minor incident reach the team, mean",
        unit="h",
        high=5000,
        grade="assumed",
        source="no measured time was found; days are plausible where few users are affected",
    )
    alert_delay: float = parameter(
        0.08,
        "time until an alert is seen, mean",
        unit="h",
        high=100,
        grade="assumed",
        source="five minutes; 2 to 20 are plausible",
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
        1.03,
        "finding the cause of an incident, mean, where one change or part can be to blame",
        unit="h",
        high=500,
        grade="derived",
        source="GitHub's incidents last 75 minutes in the median, lognormal with sigma 1.1, and 48 % of that until the cause is identified",
    )
    diagnosis_per_change: float = parameter(
        0.25,
        "growth of the diagnosis with each further change of the deployment, without monitoring",
        high=10,
        grade="assumed",
        source="no measured source was found; changes are looked at one by one",
    )
    diagnosis_per_doubling: float = parameter(
        0.5,
        "growth of the diagnosis with each doubling of the changes of the deployment, with monitoring",
        high=10,
        grade="assumed",
        source="no measured source was found; logs and bisection halve the candidates",
    )
    longest_diagnosis: float = parameter(
        80,
        "largest factor by which the size of a deployment lengthens the diagnosis",
        low=1,
        high=10000,
        grade="assumed",
        source="two working weeks; nobody looks at thousands of changes one by one",
    )
    mitigable_share: float = parameter(
        0.8,
        "share of incidents of defects that people mitigate without a code change: a switch, configuration, the previous version",
        high=1,
        grade="derived",
        source="Ghosh et al. 2022: rollback, fail-over, configuration and ad-hoc steps mitigate most incidents; about a fifth need a code fix",
    )
    repair_time: float = parameter(
        1.26,
        "restoring the service by hand: a restart, a switch, the previous version, mean",
        unit="h",
        high=500,
        grade="derived",
        source="GitHub's incidents: the time to restore once the cause is known",
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
        1.5,
        "coefficient of variation of these times",
        high=5,
        grade="measured",
        source="GitHub's incidents: lognormal with sigma 1.12; 0.9 to 1.3 is plausible",
    )
