"""A parameter is checked when a part of a scenario is made."""

from typing import Any

import numpy as np
import pytest

from devopssim.errors import InvalidInputError
from devopssim.scenario import (
    Team,
)


def test_a_value_out_of_range_is_refused_with_its_meaning_and_what_is_allowed() -> None:
    message = r"developers=0 \(people who write code\) must be a whole number between 1 and 200"
    with pytest.raises(InvalidInputError, match=message):
        Team(developers=0)


@pytest.mark.parametrize("given", [np.int64(4), np.int8(4), np.float32(4), 4.0], ids=lambda given: type(given).__name__)
def test_a_number_of_another_type_is_the_number_that_it_means(given: Any) -> None:
    assert repr(Team(developers=given).developers) == "4"
    assert repr(Team(hours_per_week=given).hours_per_week) == "4.0"


@pytest.mark.parametrize("wrong", [0.5, "many", None, True, float("nan"), 1e9])
def test_a_head_count_is_a_whole_number_in_its_range(wrong: object) -> None:
    with pytest.raises(InvalidInputError, match="developers="):
        Team(developers=wrong)  # type: ignore[arg-type]
