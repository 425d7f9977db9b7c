"""Factorial experiments: designs known from textbooks, effects one can compute by hand, shares that add up."""

from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.errors import InvalidInputError
from devopssim.experiment import Factorial, factorial
from devopssim.experiment.designs import Design, fraction, full, shapley_weights
from devopssim.scenario import DEVOPS, SEVEN_CS, vary

TEXTBOOK = {
    (3, 0): None,
    (5, 1): 5,
    (6, 1): 6,
    (6, 2): 4,
    (7, 1): 7,
    (7, 2): 4,
    (7, 3): 4,
    (7, 4): 3,
    (8, 2): 5,
    (8, 3): 4,
    (8, 4): 4,
}
"""Resolutions of the best fractions, from the table in Box, Hunter and Hunter."""


@pytest.mark.parametrize(("factors", "halvings"), TEXTBOOK)
def test_fractions_have_the_resolution_of_the_textbook(factors: int, halvings: int) -> None:
    design = fraction(factors, halvings)
    assert design.resolution == TEXTBOOK[factors, halvings]
    assert len(design.runs) == 2 ** (factors - halvings)


@pytest.mark.parametrize(("factors", "halvings"), TEXTBOOK)
def test_what_a_design_does_not_call_aliases_it_can_tell_apart(factors: int, halvings: int) -> None:
    """Columns of signs are orthogonal, except those of aliases, which are the same."""
    design = fraction(factors, halvings)
    effects = [sum(bits) for size in (1, 2) for bits in combinations([1 << number for number in range(factors)], size)]
    for one, other in combinations(effects, 2):
        together = design.signs(one) @ design.signs(other)
        assert together == (len(design.runs) if other in design.aliases(one) else 0)


def test_half_of_three_practices_confuses_each_with_the_other_two_together() -> None:
    """The classic: with C = AB, four runs (C, B, A, ABC in some order) and each main effect an alias of an interaction."""
    design = fraction(4, 1)
    assert design.words == (0b1111,)
    assert design.aliases(0b0001) == (0b1110,)
    assert design.aliases(0b0011) == (0b1100,)


def test_the_sign_of_an_effect_is_the_product_of_the_levels() -> None:
    design = full(2)
    assert design.runs == (0b00, 0b01, 0b10, 0b11)
    np.testing.assert_array_equal(design.signs(0b01), [-1, 1, -1, 1])
    np.testing.assert_array_equal(design.signs(0b11), [1, -1, -1, 1])


@given(st.lists(st.floats(-1e6, 1e6), min_size=16, max_size=16))
def test_shapley_values_are_the_mean_over_all_orders_of_adoption(values: list[float]) -> None:
    added = np.zeros(4)
    for order in permutations(range(4)):
        adopted = 0
        for practice in order:
            added[practice] += values[adopted | 1 << practice] - values[adopted]
            adopted |= 1 << practice
    np.testing.assert_allclose(shapley_weights(4) @ values, added / 24, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("factors", range(1, 9))
def test_shapley_weights_add_up_to_all_minus_none_exactly(factors: int) -> None:
    """In fractions, so that nothing is lost to rounding: the columns sum to 1 for all, to -1 for none, else to 0."""
    weights = shapley_weights(factors)
    exact = [[Fraction(each).limit_denominator(1000) for each in row] for row in weights]
    assert np.array_equal(np.array(exact, dtype=float), weights)
    sums = [sum(column) for column in zip(*exact, strict=True)]
    assert sums == [-1, *[0] * (2**factors - 2), 1]


@pytest.fixture(scope="module")
def three() -> Factorial:
    """Three practices, eight combinations, three replications of a quarter of a year."""
    return factorial(vary(DEVOPS, {"years": 0.25}), ["testing", "delivery", "deployment"], 3)


def test_shares_add_up_to_the_whole_difference(three: Factorial) -> None:
    assert not three.shapley.empty
    for kpi, rows in three.shapley.groupby("kpi"):
        runs = three.result.values[three.result.values["kpi"] == kpi].pivot(
            index="scenario", columns="replication", values="value"
        )
        known = runs.loc[:, runs.notna().all()]
        difference = known.loc["testing + delivery + deployment"].mean() - known.loc["none"].mean()
        if len(known.columns):
            assert rows["estimate"].sum() == pytest.approx(difference, rel=1e-9, abs=1e-9)
            assert difference == 0 or rows["share"].sum() == pytest.approx(1, rel=1e-9)


def test_a_main_effect_is_the_mean_with_minus_the_mean_without(three: Factorial) -> None:
    values = three.result.values.query("kpi == 'lead_time'")
    has = values["scenario"].str.contains("testing")
    effect = three.effects.query("kpi == 'lead_time' and effect == 'testing'").iloc[0]
    assert effect["estimate"] == pytest.approx(values["value"][has].mean() - values["value"][~has].mean())
    assert effect["order"] == 1
    assert effect["low"] < effect["estimate"] < effect["high"]


def test_an_interaction_is_half_of_what_one_effect_gains_by_the_other(three: Factorial) -> None:
    mean = three.result.values.query("kpi == 'lead_time'").groupby("scenario")["value"].mean()
    without = (mean["testing"] - mean["none"] + mean["testing + deployment"] - mean["deployment"]) / 2
    with_delivery = (
        mean["testing + delivery"]
        - mean["delivery"]
        + mean["testing + delivery + deployment"]
        - mean["delivery + deployment"]
    ) / 2
    effect = three.effects.query("kpi == 'lead_time' and effect == 'testing x delivery'").iloc[0]
    assert effect["estimate"] == pytest.approx((with_delivery - without) / 2)


def test_a_fraction_says_what_it_cannot_tell_apart() -> None:
    found = factorial(
        vary(DEVOPS, {"years": 0.05}), ["testing", "delivery", "deployment", "monitoring"], 2, halvings=1, kpis=["wip"]
    )
    assert len(found.result.scenarios) == 8
    rows = found.effects.set_index("effect")
    assert rows.loc["testing x delivery", "aliases"] == "deployment x monitoring"
    assert rows["estimate"]["testing x delivery"] == rows["estimate"]["deployment x monitoring"]
    assert rows.loc["testing", "aliases"] == "", "only three practices together look like it"
    with pytest.raises(InvalidInputError, match="every combination"):
        _ = found.shapley


@pytest.mark.parametrize(
    ("practices", "halvings", "said"),
    [
        (("testing", "testing"), 0, "name each practice once"),
        (("tests",), 0, "practice 'tests' is unknown"),
        ((), 0, "0 practices"),
        (SEVEN_CS, 5, "halvings=5"),
        (SEVEN_CS, -1, "halvings=-1"),
    ],
)
def test_a_factorial_that_cannot_be_is_refused(practices: tuple[str, ...], halvings: int, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        factorial(DEVOPS, practices, 1, halvings=halvings)


def test_a_full_design_has_no_aliases() -> None:
    assert full(7) == Design(factors=7, runs=tuple(range(128)))
    assert full(7).aliases(1) == ()


def test_assistance_is_a_factor_beside_the_practices() -> None:
    """Each combination adopts it or not."""
    short = vary(DEVOPS, {"years": 0.05})
    found = factorial(short, ["assistance", "testing"], 2, kpis=["throughput"])
    shares = {name: (made.assistance.share, made.practices.testing) for name, made in found.result.scenarios.items()}
    assert shares == {"none": (0, 0), "assistance": (1, 0), "testing": (0, 1), "assistance + testing": (1, 1)}
