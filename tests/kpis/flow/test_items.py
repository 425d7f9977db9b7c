"""Work in progress and throughput on logs small enough to check by hand."""

import pytest
from logs import log_of, requested, travelled

from devopssim import events, kpis


def test_wip_is_the_average_number_of_open_items_over_time() -> None:
    log = log_of(travelled("W1", 0, 5), requested("W2", at=6), horizon=10)
    assert kpis.wip(log) == pytest.approx((5 + 4) / 10)


def test_wip_after_a_cut_starts_from_what_was_open_then() -> None:
    log = log_of(travelled("W1", 0, 15), requested("W2", at=2), horizon=20)
    assert kpis.wip(events.since(log, 10)) == pytest.approx((5 + 10) / 10)


def test_wip_counts_every_item_that_was_open_at_some_moment() -> None:
    log = log_of(travelled("W1", 0, 15), requested("W2", at=2), requested("W3", at=12), horizon=20)
    assert kpis.table(events.since(log, 10), ["wip"])["n"].tolist() == [3]


def test_throughput_counts_what_reached_the_users_per_week() -> None:
    log = log_of(travelled("W1", 0, 5), travelled("W2", 0, 6), requested("W3"), horizon=336)
    assert kpis.throughput(log) == 1
