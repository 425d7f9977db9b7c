"""Security: vulnerabilities, how they are searched for, and what attackers do."""

from dataclasses import dataclass

from devopssim.scenario.declaration import Part, parameter


@dataclass(frozen=True, kw_only=True)
class Security(Part):
    """Vulnerabilities, how they are searched for (as an afterthought or embedded), and what attackers do.

    Fields whose meaning begins with *afterthought* act on changes without embedded security, those with *embedded* on the
    others; `practices.security` is the share. Each field declares its meaning, unit, range and evidence;
    `evidence_cards("security")` lists them. A value outside its range raises InvalidInputError.

    Examples
    --------
    >>> Security(scan_time=0.2).scan_covers
    0.9
    """

    vulnerabilities_per_change: float = parameter(
        0.06,
        "vulnerabilities that a change brings, mean",
        high=20,
        grade="derived",
        source="Veracode: most applications carry some; about one for eight ordinary defects",
    )
    disclosures_per_year: float = parameter(
        12,
        "vulnerabilities that become known in dependencies",
        unit="per year",
        high=2000,
        grade="assumed",
        source="one a month for a service of some dozens of dependencies",
    )
    critical_share: float = parameter(
        0.25,
        "share of vulnerabilities of high or critical severity",
        high=1,
        grade="derived",
        source="Veracode 12: about a quarter of flaws are high or very high",
    )
    review_effort: float = parameter(
        24,
        "afterthought: review of a release by hand",
        unit="h",
        high=2000,
        grade="assumed",
        source="three days of a security engineer",
    )
    review_finds: float = parameter(
        0.4,
        "afterthought: share of the vulnerabilities that a review finds",
        high=1,
        grade="assumed",
        source="reviews sample; a minority is found",
    )
    review_covers: float = parameter(
        0.3,
        "afterthought: share of the code that a review covers",
        high=1,
        grade="assumed",
        source="Snyk 2019: 37 % of teams test no security at all in CI",
    )
    scan_time: float = parameter(
        0.1,
        "embedded: a scan on a machine",
        unit="h",
        high=100,
        grade="assumed",
        source="minutes for static analysis of a change",
    )
    scan_covers: float = parameter(
        0.9,
        "embedded: share of the code that scans cover",
        high=1,
        grade="assumed",
        source="scans skip generated and vendored code",
    )
    scan_finds: float = parameter(
        0.7,
        "embedded: share of the vulnerabilities in covered code that scans find",
        high=1,
        grade="assumed",
        source="static and composition analysis together",
    )
    false_positives: float = parameter(
        0.5,
        "share of findings that are false positives (tool noise)",
        high=0.95,
        grade="derived",
        source="static analysis: 35 to 91 % unactionable, weak sources",
    )
    triage_effort: float = parameter(
        0.5, "judging one finding", unit="h", high=40, grade="assumed", source="half an hour"
    )
    advisory_delay: float = parameter(
        12,
        "embedded: time until composition analysis reports a disclosed vulnerability",
        unit="h",
        high=5000,
        grade="derived",
        source="a daily scan waits half a day on average",
    )
    training: float = parameter(
        24,
        "embedded: training of each developer, at the start",
        unit="h",
        high=2000,
        grade="assumed",
        source="three days",
    )
    training_effect: float = parameter(
        0.35,
        "share of the repair effort that training saves",
        high=1,
        grade="derived",
        source="Veracode 12: 110 days to fix with training, 170 without",
    )
    fix_effort: float = parameter(
        4,
        "repair of a vulnerability that is found at once, mean",
        unit="h",
        high=400,
        grade="assumed",
        source="half a working day",
    )
    backlog_delay: float = parameter(
        720,
        "afterthought: wait of a finding until the plan has room for it, mean",
        unit="h",
        high=20000,
        grade="derived",
        source="Veracode 9: a quarter of flaws closed after 21 days, 45 % after three months",
    )
    exploits_per_year: float = parameter(
        0.05,
        "successful attacks on one open vulnerability",
        unit="per year",
        high=100,
        grade="assumed",
        source="Householder et al. 2020: few vulnerabilities are ever exploited",
    )
    containment: float = parameter(
        4,
        "making the service safe after an attack, on call, mean",
        unit="h",
        high=1000,
        grade="assumed",
        source="half a working day",
    )
