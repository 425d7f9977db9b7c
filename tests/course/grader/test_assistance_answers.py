"""Notebook 11: what a right answer earns, and what the common wrong ones earn."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from devopssim.course.answers import to_json
from devopssim.course.author import Source, load_source
from devopssim.course.author.expectations import Expectation
from devopssim.scenario import DEVOPS, vary

NOTEBOOKS: Final = Path(__file__).parents[3] / "notebooks"
JAMMED: Final = vary(
    DEVOPS,
    {
        "demand.requests_per_week": 0,
        "demand.backlog": 3000,
        "process.wip_limit": 28,
        "years": 0.5,
        "assistance.share": 1,
        "assistance.learning_dip": 0,
        "assistance.debt_half_life": 1e9,
        "assistance.work_per_change": 0.65,
        "quality.reviewers": 8,
        "quality.review_hours": 3.5,
    },
)
Expectations = Mapping[tuple[str, str], Sequence[Expectation]]
METR_2025, CUI_2024 = "METR 2025: time for a task", "Cui 2024: pull requests a week"
METR_2026 = "METR 2026: time, returning people"


@cache
def expectations() -> Expectations:
    """Return what notebook 11 expects of a student with the course's own numbers."""
    course = load_source(NOTEBOOKS)
    kept = tuple(notebook for notebook in course.notebooks if notebook.name == "11-assistance")
    only = Source(folder=course.folder, course=course.course, notebooks=kept, files=course.files)
    return only.expectations({"seed": 7})


def share(exercise: str, answer: Any) -> float:
    """Return the share of an exercise's points that an answer earns."""
    judged = [
        expectation.judgement(to_json(answer)).share
        for expectation in expectations()["11-assistance", f"{exercise}-test"]
    ]
    return sum(judged) / len(judged)


@pytest.mark.parametrize(
    ("forecast", "earned"),
    [
        (["more deployments", "shorter wait"], 1),
        (["fewer deployments", "longer wait"], 1),
        (["more deployments", "fewer deployments", "same wait"], 0.5),
        (["longer wait"], 0.5),
        ([], 0),
    ],
)
def test_each_prediction_earns_the_points_and_a_bet_on_everything_does_not(forecast: list[str], earned: float) -> None:
    assert share("11-a", forecast) == earned


@pytest.mark.parametrize(
    ("sure", "earned"),
    [
        ([CUI_2024, METR_2025], 1),
        ([CUI_2024, METR_2025, METR_2026], 0.5),
        ([CUI_2024], 0.5),
        ([METR_2026], 0),
    ],
)
def test_a_large_effect_is_not_a_sure_one(sure: list[str], earned: float) -> None:
    assert share("11-b", sure) == earned


@pytest.mark.parametrize(
    ("changed", "earned"),
    [
        ({"quality.review_hours": 4, "process.wip_limit": 17}, 1),
        ({"quality.reviewers": 4, "quality.review_hours": 8, "process.wip_limit": 17}, 1),
        ({"quality.review_hours": 4}, 0.5),
        ({"process.wip_limit": 12}, 0.5),
        ({"quality.review_hours": 8}, 0),
        ({"quality.reviewers": 0}, 0),
        ({"assistance.unreviewed": 0.3}, 0),
        ({"assistance.share": 0, "process.wip_limit": 17}, 0),
    ],
    ids=str,
)
def test_the_queue_needs_hours_and_a_limit(changed: Mapping[str, float], earned: float) -> None:
    assert share("11-c", vary(JAMMED, changed)) == earned


@pytest.mark.parametrize(("more", "earned"), [(1.23518, 1), (1.24, 1), (1.0, 0), (1 / 1.23518, 0)])
def test_the_quotient_compares_assisted_changes_with_the_others(more: float, earned: float) -> None:
    assert share("11-d", more) == earned
