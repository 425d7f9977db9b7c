"""Assistance: how long the coding of a change takes with it, and the complexity that it leaves behind."""

from typing import TYPE_CHECKING

from devopssim.events import HOURS_PER_MONTH, encode_detail
from devopssim.scenario import LINES_OF_A_CHANGE, Assistance
from devopssim.simulation.work_items import Change

if TYPE_CHECKING:
    from devopssim.simulation.organisation import Organisation


class AssistedWork:
    """Write changes, some of them with AI assistance.

    Each assisted change adds complexity, unless refactoring pays for it. Complexity slows all later coding, by at most what assistance
    gains.

    Parameters
    ----------
    org : Organisation
        Owner of the clock and the log.
    """

    def __init__(self, org: "Organisation") -> None:
        self._org = org
        self._assistance = org.scenario.assistance
        self._commits = 0
        """Number of assisted changes that were committed."""

    def coding_effort(self, change: Change) -> float:
        """Return the person-hours in which the change is written now, alone or in a pair, and verified by its author."""
        effort = self._org.reviews.coding_effort(change) * self.slow_down
        if not change.assisted:
            return effort
        assistance = self._assistance
        verification = assistance.verification_effort * change.lines / LINES_OF_A_CHANGE
        return effort * assistance.coding_effort * (1 + assistance.refactoring) / self._learnt + verification

    @property
    def planned_factor(self) -> float:
        """The factor on the effort of coding that a team plans its sprints with: what it needs now, in the mean of its changes."""
        assistance = self._assistance
        assisted = assistance.coding_effort * (1 + assistance.refactoring) / self._learnt
        return self.slow_down * (1 - assistance.share + assistance.share * assisted)

    @property
    def slow_down(self) -> float:
        """The factor on the effort of coding that complexity brings now."""
        return slow_down(self._assistance, self._org.scenario.team.developers, self._commits)

    @property
    def _learnt(self) -> float:
        """The productivity in assisted coding, as a share of what it is when people have learnt it."""
        is_new = self._org.env.now < self._assistance.learning_months * HOURS_PER_MONTH
        return 1 - self._assistance.learning_dip if is_new else 1.0

    def commit(self, change: Change, *, unplanned: str | None = None) -> None:
        """Record `change.created`; an assisted change adds its complexity."""
        detail = encode_detail(unplanned=unplanned, assisted="yes" if change.assisted else None)
        self._org.log.record("change.created", item=change.item, change=change.id, detail=detail)
        if change.assisted:
            self._commits += 1


def assisted_detail(change: Change) -> str | None:
    """Return the detail of an event of a change: whether it is assisted."""
    return encode_detail(assisted="yes" if change.assisted else None)


def slow_down(assistance: Assistance, developers: int, commits: int) -> float:
    """Return the factor on the effort of coding after so many assisted changes: from 1 to where it takes all that assistance gains.

    Examples
    --------
    >>> from devopssim.scenario import Assistance
    >>> assistance = Assistance(share=0.5, coding_effort=0.5, refactoring=0, debt_half_life=100)
    >>> [round(slow_down(assistance, 8, commits), 3) for commits in (0, 800, 80_000)]
    [1.0, 1.167, 1.333]
    """
    if not commits:
        return 1.0
    half_lives = commits * unpaid_share(assistance) / (assistance.debt_half_life * developers)
    return 1 + (1 / gain_factor(assistance) - 1) * (1 - float(0.5**half_lives))


def gain_factor(assistance: Assistance) -> float:
    """Return the factor on the team's coding effort that assistance gains before complexity grows; 1 where it gains nothing.

    Examples
    --------
    >>> from devopssim.scenario import Assistance
    >>> gain_factor(Assistance(share=0.5, coding_effort=0.8))
    0.9
    """
    return min(1.0, 1 - assistance.share * (1 - assistance.coding_effort))


def unpaid_share(assistance: Assistance) -> float:
    """Return the share of the added complexity that refactoring leaves.

    Examples
    --------
    >>> from devopssim.scenario import Assistance
    >>> unpaid_share(Assistance(refactoring=0.05, refactoring_needed=0.2))
    0.75
    """
    return max(0.0, 1 - assistance.refactoring / assistance.refactoring_needed)
