"""`devopssim kpis LOG`."""

import json
from pathlib import Path

import pytest
from logs import committed, deployed, log_of, travelled

from devopssim import events, kpis
from devopssim.cli import main


@pytest.fixture
def path(tmp_path: Path) -> Path:
    log = log_of(
        travelled("W1", 0, 4), travelled("W2", 100, 110), committed("C1"), deployed("C1", "D1", at=2), horizon=168
    )
    events.write(log, tmp_path / "log.csv")
    return tmp_path / "log.csv"


def test_json_has_null_for_a_missing_number(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kpis", str(path), "--json"]) == 0
    records = {record["kpi"]: record for record in json.loads(capsys.readouterr().out)}
    assert list(records) == list(kpis.KPIS)
    assert records["lead_time"]["median"] == 7
    assert records["deployment_frequency"] == {
        "kpi": "deployment_frequency",
        "unit": "per week",
        "value": 1,
        "n": 1,
        "counts": "deployments",
    }
    assert records["mttr"]["mean"] is None


def test_a_table_has_a_line_for_each_kpi(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kpis", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["kpi", *kpis.KPIS]


def test_a_warm_up_is_excluded(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kpis", str(path), "--warm-up", "50", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["median"] == 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--warm-up", "168"], "must lie between 0 and the horizon, 168 h"), (["--warm-up", "-1"], "warm_up=-1 h")],
)
def test_a_warm_up_outside_the_log_is_reported_in_one_line(
    path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["kpis", str(path), *arguments]) == 2
    printed = capsys.readouterr().err
    assert message in printed
    assert printed.count("\n") == 1


def test_a_missing_file_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kpis", str(tmp_path / "none.csv")]) == 2
    assert "no such file" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--tags", "v*"], ["--branch", "main"]])
def test_options_of_a_git_history_are_refused_for_a_log(
    path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["kpis", str(path), *arguments]) == 2
    printed = capsys.readouterr().err
    assert "--git" in printed
    assert printed.count("\n") == 1
