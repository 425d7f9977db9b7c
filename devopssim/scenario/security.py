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
    rules_per_year: float = parameter(
        1,
        "embedded: how often the rules of scans come to see a vulnerability that they miss in covered code",
        unit="per year",
        high=100,
        grade="assumed",
        source="scanners are updated all the time; a vulnerability that they miss is seen after a year on average",
    )
    false_findings: float = parameter(
        0.04,
        "false findings about a change that a scan or review covers in full, mean (tool noise)",
        high=20,
        grade="derived",
        source="one false finding for each true one at the default vulnerabilities; static analysis: 35 to 91 % unactionable "
        "(Ghost 2025: 1,936 of 2,116 findings), which is 0.3 to 10 for each true one",
    )
    false_at_adoption: int = parameter(
        50,
        "embedded: false findings of the first scan of the whole code base",
        whole=True,
        high=10000,
        grade="assumed",
        source="a scanner's first run reports 20 to 200 that nobody can act on",
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
        "share of a repair's wait and effort that training saves",
        high=1,
        grade="derived",
        source="Veracode 12: 110 days to fix with training, 170 without; that it acts on the effort, too, is assumed",
    )
    fix_effort: float = parameter(
        4,
        "repair of a vulnerability that is found at once, mean",
        unit="h",
        high=400,
        grade="assumed",
        source="half a working day",
    )
    sign_off: float = parameter(
        8,
        "waterfall: review by a security engineer at the gate after test; 0 for none",
        unit="h",
        high=2000,
        grade="assumed",
        source="a day; it finds as large a part of what a whole review finds as its effort is of review_effort",
    )
    backlog_delay: float = parameter(
        9120,
        "wait of a finding in production until the plan has room for it, scale of a Weibull distribution (63 % wait less)",
        unit="h",
        high=200000,
        grade="derived",
        source="380 days, so that wait and repair together follow Veracode 9 and 2025: 15, 25 and 45 % of flaws closed after 7, 21 "
        "and 90 days, 28 % open after 2 years; fitted to the whole time, which holds some days of work, the scale is 317 days",
        tuned=True,
    )
    backlog_shape: float = parameter(
        0.4,
        "shape of that distribution; 1 is exponential, below 1 some findings are repaired at once and some wait for years",
        low=0.2,
        high=10,
        grade="derived",
        source="so that wait and repair together follow Veracode 9 and 2025; fitted to the whole time it is 0.46; 0.4 to 0.6 is "
        "plausible, and editions are mixed",
        tuned=True,
    )
    critical_delay: float = parameter(
        0.4,
        "factor on that wait for critical findings",
        high=10,
        grade="derived",
        source="Edgescan 2022 and 2024: critical ones take 60 to 65 days on average; Veracode: all take 171 (2020) to 252 (2025)",
    )
    scanned_delay: float = parameter(
        0.28,
        "embedded: factor on that wait for what is found in deployed code and dependencies",
        high=10,
        grade="derived",
        source="Veracode 10: 72 % shorter with daily scans than with rare ones, median 19 instead of 59 days",
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
