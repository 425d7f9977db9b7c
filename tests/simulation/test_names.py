"""Codes get the names and details that the reference writes."""

import pandas as pd
import pytest

from devopssim.events import CodedLog
from devopssim.scenario import DEVSECOPS, WATERFALL, Scenario, vary
from devopssim.simulation import simulate, simulate_coded

pytestmark = pytest.mark.fast


@pytest.mark.parametrize("scenario", [WATERFALL, DEVSECOPS])
def test_every_kind_of_id_and_detail_is_the_references(scenario: Scenario) -> None:
    short = vary(scenario, {"years": 1.5, "team.time_zones": 2, "production.hosts": 2, "demand.fixed_date_share": 0.2})
    coded, log = simulate_coded(short), simulate(short, engine="reference")
    assert isinstance(coded, CodedLog)
    named = coded.log()
    for column in ("item", "change", "deployment", "incident", "finding", "detail"):
        pd.testing.assert_series_equal(named[column], log[column])


def test_a_detail_is_asked_for_key_by_key() -> None:
    coded = simulate_coded(vary(DEVSECOPS, {"years": 0.3}))
    assert isinstance(coded, CodedLog)
    codes = sorted(set(coded.codes["detail"].tolist()) - {-1})
    texts = coded.texts("detail", pd.array(codes, dtype="int64").to_numpy())
    for key in ("value", "rework_of", "task", "automated", "outcome", "severity", "covered", "zone"):
        expected = [dict(pair.split("=", 1) for pair in text.split(";")).get(key, "") for text in texts]
        assert coded.values(key, pd.array(codes, dtype="int64").to_numpy()) == expected
