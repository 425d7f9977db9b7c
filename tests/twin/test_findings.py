"""How long findings of security wait for their repair."""

from typing import Final

import numpy as np
import pytest
from known_organisations import assert_true, estimated
from scipy import stats

from devopssim.scenario import DEVOPS, vary
from devopssim.twin.findings import adoption, findings, weibull

SCALE: Final = 9120.0
SHAPE: Final = 0.4


def test_the_waits_and_the_false_findings_are_recovered() -> None:
    truth = vary(DEVOPS, {"practices.security": 1.0, "security.disclosures_per_year": 60.0})
    found = estimated(findings, truth)
    assert_true(found, truth, "security.backlog_shape", within=0.15)
    assert_true(found, truth, "security.backlog_delay", within=0.5)
    assert_true(found, truth, "security.false_findings", within=0.15)
    adopted = estimated(lambda run, _: adoption(run), truth)["practices.security"]
    assert all(0.95 < float(each.value) <= 1 for each in adopted)  # the last merges are not scanned yet


def test_the_most_likely_waits_are_those_of_scipy_but_for_the_bias() -> None:
    """With many observations the correction vanishes."""
    rng = np.random.default_rng(1)
    waits = SCALE * rng.weibull(SHAPE, 3000)
    seen = rng.uniform(0, 20000, len(waits))
    over = waits <= seen
    scale, shape = weibull(np.minimum(waits, seen), over, "")
    data = stats.CensoredData(uncensored=waits[over], right=seen[~over])
    expected_shape, _, expected_scale = stats.weibull_min.fit(data, floc=0)
    assert shape.value == pytest.approx(expected_shape, rel=5e-3)
    assert scale.value == pytest.approx(expected_scale, rel=2e-2)


def test_small_samples_have_the_true_shape_on_average() -> None:
    """Uncorrected, the mean is a tenth too large: 1 + 1.32 ÷ (15 - 1.32)."""
    rng = np.random.default_rng(1)
    shapes = [weibull(SCALE * rng.weibull(SHAPE, 15), np.ones(15, dtype=bool), "")[1].value for _ in range(300)]
    assert np.mean([float(shape) for shape in shapes]) == pytest.approx(SHAPE, rel=0.04)
