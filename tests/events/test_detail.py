"""The column `detail` is encoded and decoded without loss."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from logs import committed, deployed, failed, log_of, requested, worked

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


def test_details_tell_one_key_of_each_row() -> None:
    log = log_of(failed(incident="I1", at=1, cause="defect", severity="high"), worked("code", 2, 3, item="W1"))
    assert events.details(log, "cause").fillna("-").tolist() == ["defect", "-", "-"]
    with pytest.raises(InvalidInputError, match="unknown"):
        events.details(log, "colour")


@given(
    st.dictionaries(
        st.sampled_from(sorted(events.DETAIL_KEYS)), st.text(st.characters(exclude_characters=";=\n"), min_size=1)
    )
)
def test_any_pairs_come_back(pairs: dict[str, str]) -> None:
    assert events.decode_detail(events.encode_detail(**pairs)) == pairs


def test_what_is_not_known_is_left_out() -> None:
    assert events.encode_detail(task="fix", sprint=None, name="") == "task=fix"
    assert events.encode_detail(sprint=None) is None
    assert events.decode_detail(None) == {}


def test_details_of_an_unknown_key_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="'colour' is unknown"):
        events.details(a_log(), "colour")
