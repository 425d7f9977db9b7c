"""V3: five newcomers help a late project a little, ten make it later.

Reference: R. Madachy, Software Process Dynamics, after T. Abdel-Hamid, recomputed in steps of a quarter of a day; it hires during
the whole of day 111. Its days are the first quarter on which all is developed; our log says the moment within that quarter.
"""

from functools import cache
from math import ceil

import pandas as pd
import pytest
from validation.comparison import Comparison, compare, days
from validation.pages import assert_agreed_and_shown

from devopssim import events
from devopssim.errors import InvalidInputError
from devopssim.simulation.reference import STEP, Staffing, progress, project

REFERENCE = {0: 274.25, 5: 272.25, 10: 294.5}


@cache
def log_with(hired: int) -> pd.DataFrame:
    return events.validate(project(Staffing(hired=hired)))


def quarter_of_completion(hired: int) -> float:
    return ceil(days(log_with(hired)["time"].iloc[-1]) / STEP) * STEP


def rows() -> list[Comparison]:
    return [
        compare(f"V3 {hired} hired on day 111", "ends on day", day, [quarter_of_completion(hired)])
        for hired, day in REFERENCE.items()
    ]


@pytest.mark.parametrize("hired", REFERENCE)
def test_the_project_ends_in_the_quarter_of_a_day_of_the_reference(hired: int) -> None:
    assert quarter_of_completion(hired) == REFERENCE[hired]


def test_the_page_shows_the_three_days() -> None:
    assert_agreed_and_shown(rows())


def test_without_hiring_the_end_is_the_closed_form() -> None:
    """500 function points ÷ (20 people x 1.2 x 0.1 x (1 - 24 %)) = 274.1 days."""
    assert days(log_with(0)["time"].iloc[-1]) == pytest.approx(500 / (20 * 1.2 * 0.1 * 0.76))


def test_twenty_people_spend_a_quarter_of_the_day_talking() -> None:
    assert Staffing().talking(20) == pytest.approx(0.24)


def test_nobody_is_lost_while_learning() -> None:
    table = progress(Staffing(hired=10))
    after = table[table["day"] >= 112]
    assert (after["newcomers"] + after["experienced"]).to_numpy() == pytest.approx(30.0)


def test_every_function_point_is_delivered_once() -> None:
    closed = log_with(5).query("kind == 'ticket.closed'")["item"]
    assert closed.nunique() == len(closed) == 500


def test_too_many_people_to_get_anything_done_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="41 people talk all day"):
        Staffing(hired=21)
