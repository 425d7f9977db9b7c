"""Clauses of an answer: what is clear, what may be, and what stays the same."""

import pytest

from devopssim.experiment import Difference
from devopssim.twin.clauses import Row, downtime, failures, lead_time


def row(before: float, after: float, verdict: str = "unclear") -> Row:
    effect = after - before
    low, high = sorted((2 * effect, -effect))
    return {
        "before": before, "after": after, "difference": effect, "low": low, "high": high, "replications": 30, "verdict": verdict,
    }  # fmt: skip


def test_an_unclear_effect_is_not_called_none() -> None:
    """A rate that halves on average, and rises in some runs, is not about the same."""
    assert failures(row(0.124, 0.054)) == "perhaps fewer deployments fail (5.4% on average, not 12.4%)"
    assert failures(row(0.054, 0.124)) == "perhaps more deployments fail (12.4% on average, not 5.4%)"
    assert lead_time(row(240, 480)) == "perhaps requests reach their users later (after 20 days on average, not 10)"


def test_a_slight_unclear_effect_is_about_the_same() -> None:
    assert failures(row(0.20, 0.195)) == "about as many deployments fail as now (20.0%)"
    assert lead_time(row(240, 234)) == "the lead time stays about the same (10 days)"
    slight = Difference(-1.0, -3.0, 2.0, 30, better="lower")
    assert downtime(slight, 24.0, None) == "downtime stays about the same"


def test_no_effect_at_all_is_the_same() -> None:
    assert failures(row(0.2, 0.2, "same")) == "as many deployments fail as now (20.0%)"
    assert lead_time(row(240, 240, "same")) == "the lead time stays the same (10 days)"
    assert downtime(Difference(0.0, 0.0, 0.0, 30, better="lower"), 0.0, 5) == (
        "downtime stays the same, so no money is saved there"
    )


@pytest.mark.parametrize(("cost", "money"), [(None, ""), (100, ", so no amount of money is stated")])
def test_unclear_downtime_has_no_price(cost: float | None, money: str) -> None:
    effect = Difference(13.0, -4.0, 30.0, 30, better="lower")
    assert downtime(effect, 10.0, cost) == (
        f"perhaps the service is down more (23 hours a year on average, not 10){money}"
    )
