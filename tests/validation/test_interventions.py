"""The twin's answers to interventions, on a few organisations; docs/calibration.md shows the whole judgement."""

from pathlib import Path
from typing import Final

import pandas as pd
import pytest
from validation.interventions import (
    CADENCES,
    NAMES,
    as_markdown,
    by_chance,
    interventions,
    judge,
    judged,
    kept,
    organisation,
    summary,
)

RUNS: Final = 12


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("interventions")
    assert sorted(judge(range(1, 3), folder, processes=2, runs=RUNS)) == [1, 2]
    return kept(folder)


def test_intervals_hold_the_effects_of_the_true_organisation(rows: pd.DataFrame) -> None:
    """Of twelve draws, an interval reaches from the smallest to the largest: 85 % of the next values."""
    assert len(rows) > 100
    assert 0.75 < rows["covered"].mean() < 0.97


def test_processes_judge_as_this_one_does(rows: pd.DataFrame) -> None:
    alone = pd.DataFrame(judged(1, RUNS))
    pd.testing.assert_frame_equal(rows[rows["organisation"] == 1].reset_index(drop=True), alone)


def test_clear_effects_have_the_right_sign(rows: pd.DataFrame) -> None:
    (found,) = summary(rows).to_dict("records")
    assert found["clear"] >= 15
    assert found["sign"] > 0.85


def test_organisations_differ_in_workflow_size_calendar_and_demand() -> None:
    truths = [organisation(number) for number in range(30)]
    assert {truth.workflow for truth in truths} == set(CADENCES)
    for values in (
        {truth.team.developers for truth in truths},
        {truth.team.hours_per_week for truth in truths},
        {truth.process.sprint_weeks for truth in truths},
    ):
        assert len(values) >= 4
    assert organisation(3) == truths[3]
    assert all(len(interventions(truth)) == len(NAMES) == 10 for truth in truths)


def row(truth: float, answer: float, noise: float = 1.0) -> dict[str, object]:
    return {
        "organisation": 1, "workflow": "agile", "recognised": True, "holds": True, "intervention": "testing", "kpi": "lead_time",
        "answer": answer, "low": answer - 1, "high": answer + 1, "truth": truth, "noise": noise, "covered": 0.9,
    }  # fmt: skip


def test_sign_and_error_are_those_of_effects_above_their_noise() -> None:
    found = summary(pd.DataFrame([row(10, 9), row(-10, 5), row(0.5, -20), row(4, 4)])).loc["all"]
    assert (found["effects"], found["clear"]) == (4, 3)
    assert found["sign"] == pytest.approx(2 / 3)
    assert found["error"] == pytest.approx(0.1)


def test_the_table_names_kpis_and_the_number_of_organisations() -> None:
    table = as_markdown(pd.DataFrame([row(10, 9), row(-10, -12)]))
    assert table.startswith(
        "1 organisations, ten interventions each; 100% of the twins passed their check. 30 replications"
    )
    assert "| KPI | Lead time | 2 | 90.0% | 2 | 100.0% | 15% |" in table
    assert "| effect ÷ noise | above 5 | 2 | 90.0% | 2 | 100.0% | 15% |" in table


def test_the_error_that_replications_alone_make_shrinks_with_the_effect() -> None:
    """Half of all means of thirty with standard deviations of 1 and 2 ÷ 3.29 lie within 0.67 of their standard error, 0.21."""
    assert by_chance(pd.DataFrame([row(1.01, 1, noise=1)])) == pytest.approx(0.67 * 0.2137, rel=0.1)
    assert by_chance(pd.DataFrame([row(100, 90)])) < 0.01


def test_a_judgement_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def fake(number: int, _: int) -> list[dict[str, object]]:
        asked.append(number)
        return [row(1, 1)]

    monkeypatch.setattr("validation.interventions.judged", fake)
    assert list(judge(range(2), tmp_path)) == [0, 1]
    assert list(judge(range(3), tmp_path)) == [2]
    assert asked == [0, 1, 2]
    assert len(kept(tmp_path)) == 3
