"""The security KPIs. Each docstring gives numerator, denominator, and the keys of `detail` that the KPI reads.

All are NaN, never 0, where the denominator is 0. *Identified* means reported to the team: an unreported vulnerability counts
in `vulnerabilities_hidden` alone, which only a simulation can know; more scanning makes the number of identified ones rise before
it falls.
"""

from devopssim.kpis.security.findings import (
    FIX,
    PATCH,
    false_positive_rate,
    fixed_in_sprint_share,
    patch_deployment_time,
    review_and_fix_time,
)
from devopssim.kpis.security.hidden import vulnerabilities_hidden, vulnerabilities_unreported
from devopssim.kpis.security.identified import findings_open, open_vulnerabilities, vulnerabilities_open
from devopssim.kpis.security.incidents import security_downtime, security_incidents_per_deployment
from devopssim.kpis.security.testing import automated_scan_share, security_automation_rate, security_test_coverage

__all__ = [
    "FIX",
    "PATCH",
    "automated_scan_share",
    "false_positive_rate",
    "findings_open",
    "fixed_in_sprint_share",
    "open_vulnerabilities",
    "patch_deployment_time",
    "review_and_fix_time",
    "security_automation_rate",
    "security_downtime",
    "security_incidents_per_deployment",
    "security_test_coverage",
    "vulnerabilities_hidden",
    "vulnerabilities_open",
    "vulnerabilities_unreported",
]
