"""Assistance: how long the coding of a change takes with it, and the complexity that it leaves behind."""

from typing import TYPE_CHECKING

from devopssim.events import HOURS_PER_MONTH, encode_detail
from devopssim.scenario import Scenario
from devopssim.simulation.work_items import LINES, Change

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
        self._assistance = assistance = org.scenario.assistance
        self._growth = unpaid_share(org.scenario) / (assistance.debt_half_life * org.scenario.team.developers)
        """Half-lives of the gain that an assisted change uses up."""
        self._half_lives = 0.0
        """Half-lives of the gain that all assisted changes have used up."""

    def coding_effort(self, change: Change) -> float:
        """Return the person-hours in which the change is written now, alone or in a pair, and verified by its author."""
        effort = self._org.reviews.coding_effort(change) * self.slow_down
        if not change.assisted:
            return effort
        assistance = self._assistance
        verification = assistance.verification_effort * change.lines / LINES
        return effort * assistance.coding_effort * (1 + assistance.refactoring) / self._learnt + verification

    @property
    def planned_factor(self) -> float:
        """The factor on the effort of coding that a team plans its sprints with: what it needs now, in the mean of its changes."""
        assistance = self._assistance
        assisted = assistance.coding_effort * (1 + assistance.refactoring) / self._learnt
        return self.slow_down * (1 - assistance.share + assistance.share * assisted)

    @property
    def slow_down(self) -> float:
        """The factor on the effort of coding that complexity brings: from 1 to where it takes all that assistance gains."""
        if not self._half_lives:
            return 1.0
        lost = 1 - float(0.5**self._half_lives)
        return 1 + (1 / gain_factor(self._org.scenario) - 1) * lost

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
            self._half_lives += self._growth


def assisted_detail(change: Change) -> str | None:
    """Return the detail of an event of a change: whether it is assisted."""
    return encode_detail(assisted="yes" if change.assisted else None)


def gain_factor(scenario: Scenario) -> float:
    """Return the factor on the team's coding effort that assistance gains before complexity grows; 1 where it gains nothing.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, adopt
    >>> gain_factor(adopt(DEVOPS, {"assistance": 0.5}))
    0.9
    """
    assistance = scenario.assistance
    return min(1.0, 1 - assistance.share * (1 - assistance.coding_effort))


def unpaid_share(scenario: Scenario) -> float:
    """Return the share of the added complexity that refactoring leaves.

    Examples
    --------
    >>> from devopssim.scenario import DEVOPS, vary
    >>> unpaid_share(vary(DEVOPS, {"assistance.refactoring": 0.05, "assistance.refactoring_needed": 0.2}))
    0.75
    """
    return max(0.0, 1 - scenario.assistance.refactoring / scenario.assistance.refactoring_needed)
