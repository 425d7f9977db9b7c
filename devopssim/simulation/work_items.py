"""What work is about: items with their changes, and the defects and vulnerabilities that changes bring.

A *draw* is a probability: the point of a distribution at which a value lies. A test that finds 70 % of the defects finds
those whose draw lies below 0.7, so it finds all that a test of 60 % finds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple


def total(numbers: Iterable[float]) -> float:
    """Return the sum, added up one by one: Python's own `sum` has other last bits from version 3.12 on.

    Examples
    --------
    >>> total([1.0, 1e100, 1.0, -1e100])
    0.0
    """
    added = 0.0
    for number in numbers:
        added += number
    return added


@dataclass(slots=True, eq=False)
class Defect:
    """Mistake in a change.

    `review`, `test`, `acceptance`, `regression`, `prevention` and `canary` are draws: that check finds the defect if its share of finds lies above the
    draw. `bad_fix` lies below `quality.bad_fix_share` if the fix brings a new defect. `fix_effort` and `retest`, the effort to test the
    fix by hand, are in person-hours, `surfaces_after` in hours after deployment.
    """

    id: str
    severe: bool
    review: float
    test: float
    acceptance: float
    regression: float
    prevention: float
    canary: float
    bad_fix: float
    fix_effort: float
    surfaces_after: float
    retest: float
    is_found: bool = False


@dataclass(slots=True, eq=False)
class Vulnerability:
    """Flaw in a change or a dependency that an attack can exploit.

    `search` and `embedded` are draws: a scan or review finds the vulnerability if its share of finds lies above `search`, and
    composition analysis sees a dependency's if the adoption of security lies above `embedded`. Times are in hours: `backlog_delay`, the wait for room
    in the plan without training or embedded security, `exploited_after`, and `rescan_after`, when the rules of the scans come to see
    what they missed. `fix_effort` is in person-hours.
    """

    id: str
    severity: str
    search: float
    embedded: float
    backlog_delay: float
    fix_effort: float
    exploited_after: float
    rescan_after: float = inf
    is_known: bool = False
    in_repair: bool = False
    """Whether its repair in production has begun."""
    is_patched: bool = False


class Checks(NamedTuple):
    """What the review of a change and its first run on main meet: draws, and hours for the waits and the runs on machines."""

    pairing: float
    unreviewed: float
    review_wait: float
    second_round: float
    second_wait: float
    build: float
    test: float
    flaky: float


@dataclass(slots=True, eq=False)
class Change:
    """Developer's commit. A practice is used for it if `draws[practice]` lies below the practice's adoption.

    `conflicts`, `installation` and `noise` are draws for its merge conflicts, a failed installation and false findings.
    `item` is None for the patch of a vulnerability; `effort` is its coding effort in person-hours, without assistance, `lines` its size.
    """

    id: str
    item: str | None
    effort: float
    lines: float
    draws: dict[str, float]
    conflicts: float
    installation: float
    noise: float
    checks: Checks
    defects: list[Defect] = field(default_factory=list)
    vulnerabilities: list[Vulnerability] = field(default_factory=list)
    repairs: str = ""
    """The incident that the change repairs."""
    patches: Vulnerability | None = None
    """The vulnerability that the change repairs."""
    false_findings: int = 0
    """How many false findings about it were reported so far."""
    assisted: bool = False
    """Whether it is written with AI assistance."""
    committed: bool = False
    base: int = 0
    """How many changes were on main when its coding began."""


@dataclass(slots=True, eq=False)
class WorkItem:
    """Request for something of value, with its efforts and how well its need is understood.

    Efforts are in person-hours, times in hours. A *requirements misfit* is the difference between what is built and what is
    needed: the need is `misunderstood` from the start, or it changes `drifts_after` hours after it was understood. Users who
    live with a requirements misfit complain after `complaint_after`. `number` is the item's row in its generation; `follows` names the item
    that a follow-up request comes from.
    """

    id: str
    arrives: float
    plan_effort: float
    test_effort: float
    changes: list[Change]
    misunderstood: bool
    drifts_after: float
    complaint_after: float
    service_class: str
    """Class of service: standard, expedite or fixed date."""
    value: float
    """What a week of use is worth."""
    due: float
    """Hour of its fixed date; infinite without one."""
    draws: dict[str, float]
    number: int
    generation: int = 0
    follows: str = ""
    understood_at: float = inf

    @property
    def code_effort(self) -> float:
        """Coding effort of all changes, in person-hours."""
        return total(change.effort for change in self.changes)

    @property
    def remaining_effort(self) -> float:
        """Coding effort of the changes that are not committed yet, in person-hours."""
        return total(change.effort for change in self.changes if not change.committed)

    def misfits(self, now: float) -> bool:
        """Return whether what is built differs from what is needed at hour `now`."""
        return self.misunderstood or now - self.understood_at >= self.drifts_after

    def understand(self, now: float) -> None:
        """Learn what is needed at hour `now`.

        The first time, a misunderstanding stays. The second time resolves it, and the need drifts at most once in all.
        """
        if self.understood_at < inf:
            self.misunderstood = False
            elapsed = now - self.understood_at
            self.drifts_after = self.drifts_after - elapsed if elapsed < self.drifts_after else inf
        self.understood_at = now

    def leave_to_follow_up(self) -> None:
        """Leave the requirements misfit to a new request; the item itself counts as fitting from now on."""
        self.misunderstood = False
        self.drifts_after = inf
