"""Names of what the fast engine numbers: ids and details of its log's rows, as the reference writes them."""

from collections.abc import Callable, Mapping
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
from devopssim.simulation.staff import zones
from devopssim.simulation.tables import Tables, shares_covered

FOUND_IN: Final = ("review", "test", "acceptance", "production")
SCANNERS: Final = ("sast", "sca", "review", "incident")
CAUSES: Final = ("installation", "defect", "infrastructure", "vulnerability")
SEVERITIES: Final = ("total", "partial", "minor")
OUTCOMES: Final = ("failure", "success")
VIA: Final = ("fix", "rollback", "restart", "mitigation")
TASKS: Final[tuple[Mapping[str, str], ...]] = (
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
    def tickets(self) -> list[list[float]]:
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
        packed = int(self.details[code])
        pairs = {key: text(self, *_unpacked(packed)) for key, text in FORMS[self.forms[packed & 255]].items()}
        return encode_detail(**pairs, zone=self._zone(packed)) or ""

    def values(self, key: str, codes: Any) -> list[str]:
        """Return the text of a key in each of these details; empty where it has none."""
        packed = self.details[codes].tolist()
        if key == "zone":
            return [self._zone(detail) or "" for detail in packed]
        texts = [FORMS[form].get(key) for form in self.forms]
        return [(text(self, *_unpacked(detail)) or "" if (text := texts[detail & 255]) else "") for detail in packed]

    def _zone(self, packed: int) -> str | None:
        zone = packed >> 8 & 255
        return f"{zones(self.scenario.team)[zone]:g}" if zone else None

    def rework_of(self, item: int) -> str | None:
        """Return the id of the item that a request follows from."""
        generation, number = divmod(item, self._requests)
        return item_name(number, generation - 1) if generation else None

    def affected(self, severity: int) -> str:
        """Return the share of users whom an incident affects: a canary's are few."""
        production = self.scenario.production
        affected = (1.0, production.partial_affected, production.minor_affected)[severity // 2]
        return f"{affected * (self.scenario.pipeline.canary_users if severity % 2 else 1):g}"

    def covered(self, covered: int) -> str:
        """Return the share of the code that a scan, a review or a sign-off covers."""
        return f"{shares_covered(self.scenario)[covered]:g}"


def _unpacked(packed: int) -> tuple[int, int, int]:
    """Return the two small numbers and the large one of a detail."""
    return packed >> 16 & 255, packed >> 24 & 255, packed >> 32


def _defect(_: Names, __: int, bad_fixes: int, number: int) -> str:
    return f"{number + 1}" + "b" * bad_fixes


def _by_machine(_: Names, scanner: int, *__: int) -> str:
    return "no" if SCANNERS[scanner] == "review" else "yes"


def _if_yes(yes: int) -> str | None:
    return "yes" if yes else None


def _class(service_class: float) -> str | None:
    return CLASSES[int(service_class)] if service_class else None


Text = Callable[[Names, int, int, int], str | None]
FORMS: Final[Mapping[str, Mapping[str, Text]]] = {
    "nothing": {},
    "ticket": {
        "rework_of": lambda names, _, __, item: names.rework_of(item),
        "service_class": lambda names, _, __, item: _class(names.tickets[item][0]),
        "value": lambda names, _, __, item: f"{names.tickets[item][1]:.4g}",
        "due": lambda names, _, __, item: f"{names.tickets[item][2]:.6g}" if names.tickets[item][2] < inf else None,
    },
    "commit": {
        "unplanned": lambda _, unplanned, __, ___: _if_yes(unplanned),
        "assisted": lambda _, __, assisted, ___: _if_yes(assisted),
    },
    "injected_vulnerability": {
        "severity": lambda _, critical, __, ___: "critical" if critical else "medium",
        "cause": lambda _, __, in_dependency, ___: "dependency" if in_dependency else None,
    },
    "injected_defect": {"defect": _defect, "severity": lambda _, severe, __, ___: "high" if severe else "low"},
    "defect": {"defect": _defect, "found_in": lambda _, found_in, __, ___: FOUND_IN[found_in]},
    "outcome": {"outcome": lambda _, green, __, ___: OUTCOMES[green]},
    "step": {
        "name": lambda names, _, __, step: names.scenario.pipeline.steps[step].name,
        "outcome": lambda _, green, __, ___: OUTCOMES[green],
    },
    "task": {
        "task": lambda _, task, __, ___: TASKS[task].get("task"),
        "unplanned": lambda _, task, __, ___: TASKS[task].get("unplanned"),
        "automated": lambda _, task, __, ___: TASKS[task].get("automated"),
    },
    "scan": {
        "scanner": lambda _, scanner, __, ___: SCANNERS[scanner],
        "automated": _by_machine,
        "covered": lambda names, _, covered, __: names.covered(covered),
    },
    "report": {
        "scanner": lambda _, scanner, __, ___: SCANNERS[scanner],
        "severity": lambda _, __, critical, ___: "critical" if critical else "medium",
        "automated": _by_machine,
    },
    "dismissed": {"reason": lambda *_: "false positive"},
    "repairs_incident": {"repair": lambda names, _, __, incident: names.incident(incident)},
    "patches": {"repair": lambda names, _, __, finding: names.finding(finding)},
    "failed": {
        "cause": lambda _, cause, __, ___: CAUSES[cause],
        "severity": lambda _, __, severity, ___: SEVERITIES[severity // 2],
        "affected": lambda names, _, severity, __: names.affected(severity),
        "downtime": lambda *_: "yes",
        "replica": lambda _, __, ___, replica: str(replica - 1) if replica else None,
    },
    "detected": {"automated": lambda _, automated, __, ___: "yes" if automated else "no"},
    "via": {"via": lambda _, via, __, ___: VIA[via]},
}
"""Pairs of each form of detail, in the order in which the reference writes them."""
