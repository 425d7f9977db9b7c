"""Which live tests stay together where several processes run them."""

from pathlib import Path

import pytest
from side_by_side import NO_HISTORY, together

CHAPTER = "tests/live/test_1_by_hand.py::test_the_shop_sells_counts_and_logs"


@pytest.mark.parametrize(
    ("other", "is_with_it"),
    [
        ("tests/live/test_5_log.py::test_the_delivery_kpis_come_from_the_log", True),
        ("tests/live/test_3_operate.py::test_a_drill[crash]", True),
        ("tests/live/test_6_clean_up.py::test_a_lab_is_its_student_s", False),
        ("tests/course/grader/hostile/test_hostile.py::test_no_process_is_left[container]", False),
        ("notebooks/08-when-it-breaks.ipynb::Cell 5", False),
    ],
)
def test_the_chapter_stays_together_and_the_rest_apart(other: str, *, is_with_it: bool) -> None:
    assert (together(other) == together(CHAPTER)) == is_with_it


def test_each_notebook_stays_together_and_apart_from_the_others() -> None:
    cells = [f"notebooks/{name}.ipynb::Cell {number}" for name in ("05", "08") for number in (1, 2)]
    first, second, third, fourth = map(together, cells)
    assert first == second != third == fourth


def test_what_needs_no_history_is_there() -> None:
    live = Path(__file__).parents[1] / "live"
    assert [name for name in NO_HISTORY if not (live / f"{name}.py").exists()] == []
