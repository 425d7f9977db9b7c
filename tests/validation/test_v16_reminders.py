"""V16: what a reminder of a review saves.

Reference: Nudge (Maddila et al. 2022), randomised over 147 repositories: overdue pull requests finish 60 % sooner. Here each change
waits for its first review with and without reminders after a day, under common random numbers; of those that wait for longer than
a day without, the time that remains after that day is compared.
"""

from functools import cache

from validation.comparison import SEED, RangeComparison, between
from validation.test_v15_reviews import first_reviews

from devopssim.scenario import DEVOPS, vary
from devopssim.simulation import simulate

REPLICATIONS = 6
DAY = 24


def saved(replication: int) -> float:
    """Return the share of the remaining wait that reminders save."""
    without, reminded = (
        first_reviews(simulate(vary(DEVOPS, {"quality.reminder_after": hours}), seed=SEED, replication=replication))
        for hours in (0, DAY)
    )
    overdue = without.loc[without["wait"] > DAY, "wait"]
    later = reminded["wait"].reindex(overdue.index)
    both = later.notna()
    return 1 - float((later[both] - DAY).sum() / (overdue[both] - DAY).sum())


@cache
def measured() -> RangeComparison:
    values = [saved(replication) for replication in range(REPLICATIONS)]
    return between("V16 reminders", "share of the remaining wait that is saved", 0.4, 0.7, values)


def rows() -> list[RangeComparison]:
    return [measured()]


def test_reminders_save_the_published_share_of_the_remaining_wait() -> None:
    assert measured().agrees, measured()
