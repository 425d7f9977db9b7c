"""`devopssim select`: what it prints, writes and refuses."""

import json
from pathlib import Path

import pandas as pd
import pytest

from devopssim import cli

SETS = (
    "select",
    "agile",
    "--sets",
    "--practice",
    "testing",
    "--practice",
    "delivery",
    "--years",
    "0.1",
    "--kpi",
    "wip",
)


def test_the_best_set_within_the_cost_is_named_with_its_probability(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [*SETS, "--cost", "testing=3", "--max-cost", "3", "--indifference", "20", "--out", str(tmp_path / "out")]
    assert cli.main(asked) == cli.SUCCESS
    printed = capsys.readouterr().out
    assert "With a probability of at least 95 %" in printed
    assert "testing + delivery" not in printed, "it costs 4"
    table = pd.read_csv(tmp_path / "out" / "selection.csv")
    assert sorted(table["cost"]) == [0, 1, 3]


def test_a_program_gets_the_table_and_the_status(capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.main([*SETS, "--indifference", "0.000001", "--replications", "10", "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 4
    undecided = sum(row["status"] == "not decided" for row in rows)
    assert status == (cli.CHECK_FAILED if undecided else cli.SUCCESS)


def test_an_interrupted_selection_names_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("devopssim.experiment.selection.run", pressed)
    assert cli.main([*SETS, "--indifference", "1", "--out", str(tmp_path)]) == cli.INTERRUPTED
    assert f"finished replications are kept in {tmp_path}; repeat the command to resume." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["select", "agile", "devops"], "missing option '--indifference'"),
        (["select", "agile", "devops", "--indifference", "0"], "indifference=0 "),
        (["select", "agile", "devops", "--indifference", "1", "--max-cost", "3"], "add --sets"),
        (["select", "agile", "devops", "--indifference", "1", "--sets"], "--sets takes one SCENARIO"),
        (["select", "agile", "--indifference", "1"], "at least two"),
        (["select", "agile", "--indifference", "1", "--sets", "--max-cost", "-1"], "the cheapest costs 0"),
        (["select", "agile", "--indifference", "1", "--sets", "--cost", "testing=x"], "testing"),
    ],
)
def test_what_cannot_be_selected_is_refused_in_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == cli.INVALID_INPUT
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
