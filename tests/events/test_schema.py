"""Rows become a log in their order, and a log that is cut remembers what was in progress."""

import pandas as pd
import pytest
from logs import closed, committed, deployed, log_of, requested, valid

from devopssim import events
from devopssim.errors import InvalidInputError


def a_log() -> pd.DataFrame:
    return log_of(
        requested("W1", at=0),
        committed("C1", at=0.1 + 0.2, item="W1"),
        deployed("C1", "D1", at=1 / 3),
        horizon=10,
        start="2026-01-05T09:00:00+00:00",
        source={"git": "shop", "rules": ["ä", "ö"]},
    )


def test_events_of_one_instant_keep_the_order_in_which_they_happened() -> None:
    log = log_of(requested("W2", at=1), requested("W1", at=1), requested("W3", at=0))
    assert list(log["item"]) == ["W3", "W2", "W1"]


def test_a_cut_log_remembers_what_was_in_progress() -> None:
    log = log_of(requested("W1", at=1), requested("W2", at=2), closed("W1", at=3), closed("W2", at=9), horizon=10)
    cut = events.since(log, 2.5)
    assert list(cut["time"]) == [3, 9]
    assert cut.attrs["open_items"] == 2
    assert cut.attrs["warm_up"] == 2.5
    assert valid(cut) is cut


@pytest.mark.parametrize("warm_up", [-1.0, 10.0, float("nan")])
def test_a_warm_up_outside_the_log_is_refused(warm_up: float) -> None:
    with pytest.raises(InvalidInputError, match="warm_up"):
        events.since(log_of(requested("W1"), horizon=10), warm_up)
