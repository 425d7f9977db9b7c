"""Durations that have not ended count for as long as the log saw them."""

import numpy as np
import pytest
from logs import closed, log_of, requested

from devopssim.kpis import EventPair, Run

PAIR = EventPair(start="ticket.created", end="ticket.closed", entity="item")


def test_the_share_that_has_ended_is_the_estimate_of_kaplan_and_meier() -> None:
    """Of four items two end after 2 and 6 hours; one is seen open for 4 hours, one for 9: 1/4, then 1 - 3/4 · 1/2."""
    log = log_of(
        requested("W1", at=0), closed("W1", at=2),
        requested("W2", at=0), closed("W2", at=6),
        requested("W3", at=6), requested("W4", at=1),
        horizon=10,
    )  # fmt: skip
    hours, shares = PAIR.durations(Run(log)).shares_ended(10)
    assert hours.tolist() == [2, 6]
    assert shares.tolist() == pytest.approx([1 / 4, 1 - 3 / 4 / 2])


def test_without_unfinished_ones_it_is_the_share_of_the_durations() -> None:
    lengths = (3, 1, 1, 8)
    rows = [row for n, length in enumerate(lengths) for row in (requested(f"W{n}"), closed(f"W{n}", at=length))]
    hours, shares = PAIR.durations(Run(log_of(*rows, horizon=9))).shares_ended(9)
    assert (hours.tolist(), shares.tolist()) == ([1, 3, 8], [0.5, 0.75, 1])


def test_nothing_has_ended_where_nothing_ends() -> None:
    hours, shares = PAIR.durations(Run(log_of(requested("W1"), horizon=9))).shares_ended(9)
    assert not np.size(hours)
    assert not np.size(shares)


def test_a_log_without_any_has_no_share() -> None:
    hours, shares = PAIR.durations(Run(log_of(horizon=9))).shares_ended(9)
    assert (len(hours), len(shares)) == (0, 0)


def test_what_ends_in_the_hour_of_its_start_has_taken_no_time_and_is_finished() -> None:
    durations = PAIR.durations(Run(log_of(requested("W1", at=3), closed("W1", at=3), requested("W2", at=4), horizon=9)))
    assert durations.lengths.tolist() == [0]
    assert durations.unfinished == 1


def test_an_end_before_its_start_is_missing() -> None:
    durations = PAIR.durations(Run(log_of(closed("W1", at=2), requested("W1", at=3), horizon=9)))
    assert (durations.lengths.tolist(), durations.unfinished) == ([], 1)


def test_durations_come_in_the_order_of_their_starts_each_with_the_name_of_its_entity() -> None:
    log = log_of(closed("W2", at=0), requested("W1", at=1), requested("W2", at=2), requested("W3", at=2), horizon=9)
    durations = PAIR.durations(Run(log))
    assert durations.names.tolist() == ["W1", "W2", "W3"]
    assert durations.start.tolist() == [1, 2, 2]
    assert durations.select(durations.start > 1).names.tolist() == ["W2", "W3"]
