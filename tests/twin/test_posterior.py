"""Draws from the posterior: learnt parameters keep their intervals, hidden ones follow the log."""

from functools import cache

import numpy as np
import pytest

from devopssim.kpis import Run
from devopssim.scenario import AGILE, parameter_value, parameters, vary
from devopssim.simulation import simulate
from devopssim.twin.estimates import ParameterEstimate, mean, share
from devopssim.twin.posterior import Candidate, Posterior, hidden, prior, sample, summaries, with_prior


@cache
def posterior(defects: float = 1.0, severe: float = 0.2) -> Posterior:
    truth = vary(AGILE, {"years": 0.5, "quality.defects_per_change": defects})
    estimate = ParameterEstimate(
        parameter="quality.severe_share",
        value=severe,
        low=severe / 2,
        high=severe * 2,
        n=20,
        how="",
        posterior="gamma",
        per=lambda scenario: scenario.quality.defects_per_change,
    )
    base = vary(AGILE, {"years": 0.5})
    candidate = Candidate(probability=1.0, scenario=base, estimates={"quality.severe_share": estimate}, base=base)
    settled = [name for name in parameters() if not name.startswith("quality.")]
    return sample(Run(simulate(truth, seed=3)), [candidate], settled, seed=1, progress=False)


def column(found: Posterior, name: str) -> np.ndarray:
    return np.array([float(draw[name]) for draw in found.draws])


def test_a_log_with_more_defects_moves_the_hidden_defects_up() -> None:
    few, many = (column(posterior(defects), "quality.defects_per_change") for defects in (0.7, 1.5))
    assert np.median(few) < 1 < np.median(many)
    assert np.quantile(many, 0.95) > 1.3
    assert posterior(1.5).explained["quality.defects_per_change"] > 0.2


def test_a_product_that_the_log_shows_is_the_same_in_each_draw() -> None:
    found = posterior()
    products = column(found, "quality.severe_share") * column(found, "quality.defects_per_change")
    alone = np.log(column(found, "quality.defects_per_change")).std()
    assert np.median(products) == pytest.approx(0.2, rel=0.15)
    assert np.corrcoef(np.log(products), np.log(column(found, "quality.defects_per_change")))[0, 1] < 0.5
    assert alone > 0.02


def test_a_product_beyond_the_range_of_its_factors_is_no_draw() -> None:
    assert posterior(severe=0.2).possible == (1.0,)
    assert posterior(severe=30.0).possible == (0.0,)
    assert posterior(severe=0.2).impossible == ()
    assert posterior(severe=30.0).impossible == ("quality.severe_share",)


def test_hidden_parameters_are_numbers_that_nobody_settled() -> None:
    names = hidden(["demand.code_effort"], AGILE)
    assert "quality.review_finds" in names
    assert not {"demand.code_effort", "workflow", "years", "process.gates", "pipeline.canary"} & {*names}
    assert "practices.monitoring" in names  # 0 in the base, but nobody knows


def test_priors_stay_inside_the_range_and_whole_where_something_is_counted() -> None:
    rng = np.random.default_rng(1)
    for name in hidden([], AGILE):
        declared, values = parameters()[name], prior(name, float(parameter_value(AGILE, name)), rng, 50)
        assert ((values >= declared.low) & (values <= declared.high)).all(), name
        assert not declared.whole or (values == np.round(values)).all(), name


def test_summaries_are_finite_where_the_log_shows_something() -> None:
    found = summaries(Run(simulate(vary(AGILE, {"years": 0.5}), seed=1)))
    assert np.isfinite(found).mean() > 0.9


def test_few_cases_do_not_widen_what_is_known_without_them() -> None:
    """One of two incidents was total: the log alone would allow shares of 5 to 95 %."""
    rng, estimate = np.random.default_rng(1), share("production.total_share", 1, 2, "")
    draws = with_prior(estimate, 0.3, rng, 2000)
    assert draws is not None
    assert np.ptp(np.quantile(draws, [0.05, 0.95])) < 0.5 * np.ptp(np.quantile(estimate.draws(rng, 2000), [0.05, 0.95]))


def test_a_log_far_from_the_prior_is_believed() -> None:
    """Ten outages in a year are not the two of the default, however strange."""
    estimate = ParameterEstimate(
        parameter="production.infrastructure_mttf", value=876.0, n=10, how="", posterior="inverse gamma"
    )
    draws = with_prior(estimate, 4380, np.random.default_rng(1), 2000)
    assert draws is not None
    assert 800 < np.median(draws) < 1200


def test_many_cases_and_what_each_organisation_has_of_its_own_have_no_prior() -> None:
    rng = np.random.default_rng(1)
    assert with_prior(share("production.total_share", 300, 1000, ""), 0.3, rng, 10) is None
    assert with_prior(mean("demand.plan_effort", [1, 2, 9, 40, 3], ""), 8.0, rng, 10) is None
