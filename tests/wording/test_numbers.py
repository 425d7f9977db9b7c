"""Amounts in words: the unit that people think in, and as many digits as help."""

import math

import pytest

from devopssim.wording import duration, estimate_text, plain_estimate, short_amount, significant, with_interval


@pytest.mark.parametrize(
    ("hours", "words"), [(0.5, "30 minutes"), (30, "30 hours"), (24 * 30, "30 days"), (8760, "52.1 weeks")]
)
def test_a_duration_is_told_in_the_unit_that_people_think_in(hours: float, words: str) -> None:
    assert duration(hours) == words


def test_an_interval_is_told_in_one_unit() -> None:
    assert with_interval(0.5, 0.4, 0.6, "share") == "50 % (40 to 60)"
    assert with_interval(-0.1, -0.2, 0.0, "share", sign=True) == "\N{MINUS SIGN}10 points (\N{MINUS SIGN}20 to 0)"


def test_the_parts_of_an_estimate_are_those_of_its_text() -> None:
    assert estimate_text(0.5, 0.4, 0.6, "share") == ("50 %", "40 to 60")
    assert estimate_text(0.5, math.nan, math.nan, "share") == ("50 %", "")
    assert with_interval(math.nan, math.nan, math.nan, "h") == "no data"


@pytest.mark.parametrize(
    ("estimate", "low", "high", "text"),
    [
        (2.3456, 1.9, 2.7, "2.35 (1.90 to 2.70)"),
        (1234.5, 1000.0, 1469.0, "1,234 (1,000 to 1,469)"),
        (0.5, math.nan, math.nan, "0.5"),
        (0.5, 0.5, 0.5, "0.5"),
        (math.nan, math.nan, math.nan, "-"),
    ],
)
def test_a_mean_has_as_many_digits_as_its_interval_allows(estimate: float, low: float, high: float, text: str) -> None:
    assert plain_estimate(estimate, low, high) == text


def test_a_number_has_four_digits_and_no_exponent() -> None:
    assert [significant(value) for value in (0.123456, 9999.4, 123456.7, math.nan)] == [
        "0.1235",
        "9,999",
        "123,457",
        "-",
    ]


def test_short_amounts_are_those_that_people_say() -> None:
    assert [short_amount(hours, "h") for hours in (0, 0.5, 1.5, 36, 336, 1460, math.inf)] == [
        "0", "30 min", "1.5 h", "1.5 days", "2 weeks", "2 months", "no limit",
    ]  # fmt: skip
    assert short_amount(0.0183, "share") == "1.83 %"
    assert short_amount(0.5, "per week") == "0.5 per week"
    assert short_amount(168, "h") == "1 week"
    assert short_amount(1460, "h", like=336) == "8.69 weeks"
