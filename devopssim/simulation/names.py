"""Names of what the fast engine numbers: ids and details of its log's rows, as the reference writes them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any, Final

from devopssim.events import encode_detail
from devopssim.scenario import Scenario
from devopssim.simulation.demand import (
    CHANGE_COLUMNS,
    CLASSES,
    ITEM_COLUMNS,
    change_name,
    item_name,
    vulnerability_name,
)
from devopssim.simulation.security import sign_off_part
from devopssim.simulation.staff import zones
from devopssim.simulation.tables import Tables

FOUND_IN: Final = ("review", "test", "acceptance", "production")
SCANNERS: Final = ("sast", "sca", "review", "incident")
CAUSES: Final = ("installation", "defect", "infrastructure", "vulnerability")
SEVERITIES: Final = ("total", "partial", "minor")
VIA: Final = ("fix", "rollback", "restart", "mitigation")
TASKS: Final = (
    {"task": "review"},
    {"task": "interruption"},
    {"task": "patch", "automated": "no"},
    {"unplanned": "yes"},
    {"task": "training"},
    {"task": "scan", "automated": "yes"},
    {"task": "triage", "automated": "no"},
    {"task": "fix", "automated": "no"},
    {"task": "review", "automated": "no"},
)
"""What the engine calls them by their numbers; see engine/recorder.hpp."""
Pairs = dict[str, str | None]


@dataclass(frozen=True, eq=False, kw_only=True)
class Names:
    """Texts of the codes of one run.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    tables : Tables
        What the engine has read.
    details : array
        Packed details, by the numbers that rows name them with.
    false_findings : array
        Change (-1: the whole code base) and number of each false finding.
    forms : list of str
        Forms of details, by their numbers.
    """

    scenario: Scenario
    tables: Tables
    details: Any
    false_findings: Any
    forms: list[str]

    def texts(self, column: str, codes: Any) -> list[str]:
        """Return the text of each code of a column of the log."""
        text: Callable[[int], str] = self._detail if column == "detail" else getattr(self, column)
        return [text(code) for code in codes.tolist()]

    @cached_property
    def _requests(self) -> int:
        return len(self.tables.generations[0].items)

    @cached_property
    def _tickets(self) -> list[list[float]]:
        """Class of service, value and due date of each item."""
        columns = [ITEM_COLUMNS.index(name) for name in ("service_class", "value", "due")]
        return [row for one in self.tables.generations for row in one.items[:, columns].tolist()]

    @cached_property
    def _changes(self) -> list[tuple[int, int]]:
        """Number and generation of each change of a request."""
        column = CHANGE_COLUMNS.index("number")
        return [(int(row[column]), one.number) for one in self.tables.generations for row in one.changes]

    @cached_property
    def _vulnerabilities(self) -> list[tuple[int, int]]:
        """Number and generation of each vulnerability of a change."""
        return [(row, one.number) for one in self.tables.generations for row in range(len(one.vulnerabilities))]

    def item(self, code: int) -> str:
        """Return the id of an item."""
        generation, number = divmod(code, self._requests)
        return item_name(number, generation)

    def change(self, code: int) -> str:
        """Return the id of a change: of a request, or of a repair."""
        repair = code - len(self._changes)
        return change_name(*self._changes[code]) if repair < 0 else f"CR{repair + 1}"

    def deployment(self, code: int) -> str:
        """Return the id of a deployment."""
        return f"D{code + 1}"

    def incident(self, code: int) -> str:
        """Return the id of an incident."""
        return f"I{code + 1}"

    def finding(self, code: int) -> str:
        """Return the id of a vulnerability of a change or of a dependency, or of a false finding."""
        if code < len(self._vulnerabilities):
            return vulnerability_name(*self._vulnerabilities[code])
        disclosed = code - len(self._vulnerabilities)
        if disclosed < self.tables.disclosed:
            return f"VD{disclosed + 1}"
        change, number = self.false_findings[disclosed - self.tables.disclosed].tolist()
        return f"VN{self.change(change)[1:] if change >= 0 else 0}.{number}"

    def _detail(self, code: int) -> str:
        return encode_detail(**self.pairs(code)) or ""

    def pairs(self, code: int) -> Pairs:
        """Return the pairs of a detail."""
        packed = int(self.details[code])
        form, zone, first, second, number = (
            packed & 255,
            packed >> 8 & 255,
            packed >> 16 & 255,
            packed >> 24 & 255,
            packed >> 32,
        )
        pairs: Pairs = getattr(self, f"_{self.forms[form]}")(first, second, number) if form else {}
        if zone:
            pairs["zone"] = f"{zones(self.scenario.team)[zone]:g}"
        return pairs

    def _ticket(self, _first: int, _second: int, item: int) -> Pairs:
        generation, number = divmod(item, self._requests)
        service_class, value, due = self._tickets[item]
        return {
            "rework_of": item_name(number, generation - 1) if generation else None,
            "service_class": CLASSES[int(service_class)] if service_class else None,
            "value": f"{value:.4g}",
            "due": f"{due:.6g}" if due < inf else None,
        }

    def _commit(self, unplanned: int, assisted: int, _: int) -> Pairs:
        return {"unplanned": "yes" if unplanned else None, "assisted": "yes" if assisted else None}

    def _injected_vulnerability(self, critical: int, in_dependency: int, _: int) -> Pairs:
        return {"severity": "critical" if critical else "medium", "cause": "dependency" if in_dependency else None}

    def _injected_defect(self, severe: int, bad_fixes: int, number: int) -> Pairs:
        return {"defect": f"{number + 1}" + "b" * bad_fixes, "severity": "high" if severe else "low"}

    def _defect(self, found_in: int, bad_fixes: int, number: int) -> Pairs:
        return {"defect": f"{number + 1}" + "b" * bad_fixes, "found_in": FOUND_IN[found_in]}

    def _outcome(self, green: int, _second: int, _number: int) -> Pairs:
        return {"outcome": "success" if green else "failure"}

    def _step(self, green: int, _: int, step: int) -> Pairs:
        return {"name": self.scenario.pipeline.steps[step].name, **self._outcome(green, 0, 0)}

    def _task(self, task: int, _second: int, _number: int) -> Pairs:
        return {**TASKS[task]}

    def _scan(self, scanner: int, covered: int, _: int) -> Pairs:
        security = self.scenario.security
        covers = (security.scan_covers, security.review_covers, security.review_covers * sign_off_part(self.scenario))
        return {"scanner": SCANNERS[scanner], "automated": _by_machine(scanner), "covered": f"{covers[covered]:g}"}

    def _report(self, scanner: int, critical: int, _: int) -> Pairs:
        severity = "critical" if critical else "medium"
        return {"scanner": SCANNERS[scanner], "severity": severity, "automated": _by_machine(scanner)}

    def _dismissed(self, _first: int, _second: int, _number: int) -> Pairs:
        return {"reason": "false positive"}

    def _repairs_incident(self, _first: int, _second: int, incident: int) -> Pairs:
        return {"repair": self.incident(incident)}

    def _patches(self, _first: int, _second: int, finding: int) -> Pairs:
        return {"repair": self.finding(finding)}

    def _failed(self, cause: int, severity: int, replica: int) -> Pairs:
        production, on_canary = self.scenario.production, severity % 2
        affected = (1.0, production.partial_affected, production.minor_affected)[severity // 2]
        affected *= self.scenario.pipeline.canary_users if on_canary else 1
        return {
            "cause": CAUSES[cause],
            "severity": SEVERITIES[severity // 2],
            "affected": f"{affected:g}",
            "downtime": "yes",
            "replica": str(replica - 1) if replica else None,
        }

    def _detected(self, automated: int, _second: int, _number: int) -> Pairs:
        return {"automated": "yes" if automated else "no"}

    def _via(self, via: int, _second: int, _number: int) -> Pairs:
        return {"via": VIA[via]}


def _by_machine(scanner: int) -> str:
    return "no" if SCANNERS[scanner] == "review" else "yes"
