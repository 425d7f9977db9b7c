"""Habits of exporting: old tickets, trackers that begin late, and the window for which rates count."""

import json
from pathlib import Path

import pytest
from teams import DAY, HOUR, START, Import, address, exported, iso, issue, pull, table

from devopssim.cli import INVALID_INPUT, main


def test_an_old_ticket_and_a_wrong_year_move_no_rate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten weeks of an export: an item requested and one delivered each day, old requests that are open or were just delivered."""
    daily = [f"T{day},{iso(START + day * DAY)},{iso(START + (day + 3) * DAY)}" for day in range(70)]
    old = [f"OLD-1,{iso(START - 900 * DAY)},{iso(START + 10 * DAY)}", f"OLD-2,{iso(START - 2000 * DAY)},"]
    odd = [
        f"ODD-1,{iso(START - 1900 * DAY)},{iso(START - 1800 * DAY)}",
        f"ODD-2,{iso(START)},{iso(START + 38 * 365 * DAY)}",
    ]
    result = Import(tmp_path, capsys, "--csv", table(tmp_path, "items", "id,created,closed", *daily, *old, *odd))
    assert result.value("throughput") == pytest.approx(7, rel=0.05)
    assert result.value("lead_time") == 72
    assert result.value("wip") == pytest.approx(3 + 2, abs=0.6)  # three on their way, OLD-2 and ODD-2
    assert "1 times before 1980 or in the future: left out" in result.notes
    assert (
        "2 merges, deployments or deliveries before 2024-01-04 are outside the window" in result.notes
    )  # ODD-1: done, closed
    assert "Window: 2024-01-04 to" in result.notes


def test_tidying_up_is_no_begin_of_observation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A quarter's tickets are all closed on its last two days."""
    rows = [f"T{day},{iso(START + day * DAY)},{iso(START + 90 * DAY + day * HOUR // 2)}" for day in range(90)]
    result = Import(tmp_path, capsys, "--csv", table(tmp_path, "items", "id,created,closed", *rows))
    assert result.value("throughput") == pytest.approx(90 / (92 / 7), rel=0.02)


def test_a_tracker_that_begins_later_begins_the_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pull requests of half a year, of the last quarter with issues; then issues from the first day on."""
    pulls = [pull(day) for day in range(1, 182)]
    late = exported(
        tmp_path / "late.json", *pulls, *({**issue(1), "number": 5000 + day, **dated(day)} for day in range(90, 180))
    )
    result = Import(tmp_path, capsys, "--github", late)
    assert result.value("throughput") == pytest.approx(7, rel=0.03)
    assert "merges, deployments or deliveries before 2024-04-02 are outside the window" in result.notes
    always = exported(
        tmp_path / "always.json", *pulls, *({**issue(1), "number": 5000 + day, **dated(day)} for day in range(1, 180))
    )
    result = Import(tmp_path, capsys, "--github", always)
    assert result.value("throughput") == pytest.approx(7, rel=0.03)
    assert "outside the window" not in result.notes


def dated(day: int) -> dict[str, str]:
    """The times of an issue of a day, closed two days later, and its address."""
    opened = START + day * DAY
    return {"created_at": iso(opened), "closed_at": iso(opened + 2 * DAY), "html_url": address("issues", day + 5000)}


def test_people_choose_the_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    daily = [f"T{day},{iso(START + day * DAY)},{iso(START + (day + 3) * DAY)}" for day in range(70)]
    page = table(tmp_path, "items", "id,created,closed", *daily)
    january = Import(tmp_path, capsys, "--csv", page, "--since", "2024-01-08", "--until", "2024-01-21")
    assert (january.value("throughput"), january.n("throughput"), january.n("lead_time")) == (7, [14], [14])
    assert "items open at its begin: 3, at its end: 3" in january.notes
    longer = Import(tmp_path, capsys, "--csv", page, "--since", "2023-12-18", "--until", "2024-04-07")
    assert longer.value("throughput") == pytest.approx(70 / 16)
    log = str(tmp_path / "team.csv")
    assert main(["kpis", log, "--since", "2024-01-08", "--until", "2024-01-21", "--json"]) == 0
    assert {row["kpi"]: row for row in json.loads(capsys.readouterr().out)}["throughput"]["value"] == 7
    for words, reason in (
        (["--since", "soon"], "is not a date"),
        (["--since", "2024-02-01", "--until", "2024-01-01"], "is empty"),
    ):
        assert main(["kpis", log, *words]) == INVALID_INPUT
        assert reason in capsys.readouterr().err


def test_calibration_counts_requests_of_the_window(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    daily = [f"T{day},{iso(START + day * DAY)},{iso(START + (day + 3) * DAY)}" for day in range(70)]
    old = f"OLD-1,{iso(START - 2000 * DAY)},{iso(START + 10 * DAY)}"
    Import(tmp_path, capsys, "--csv", table(tmp_path, "items", "id,created,closed", old, *daily))
    assert main(["calibrate", str(tmp_path / "team.csv"), "--replications", "0", "--json"]) == 0
    fitted = {row["parameter"]: row["value"] for row in json.loads(capsys.readouterr().out)["fitted"]}
    assert fitted["demand.requests_per_week"] == pytest.approx(7, rel=0.1)
