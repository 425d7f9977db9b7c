"""A log written as a git history and read back keeps the times of changes and deployments, and loses the rest."""

from pathlib import Path

import pandas as pd
import pytest

import devopssim as ds
from devopssim import events, kpis
from devopssim.errors import InvalidInputError
from devopssim.exporters import write_git
from devopssim.importers import read_git

SECOND = 1 / 3600


@pytest.fixture(scope="module")
def agile() -> pd.DataFrame:
    return ds.simulate(ds.vary(ds.AGILE, {"years": 0.75}), seed=2)


@pytest.fixture(scope="module")
def history(agile: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return read_git(write_git(agile, tmp_path_factory.mktemp("history") / "shop.git"))


def test_the_lead_time_of_every_deployed_change_survives_to_the_second(
    agile: pd.DataFrame, history: pd.DataFrame
) -> None:
    written, read = sorted(kpis.lead_time_for_changes(agile)), sorted(kpis.lead_time_for_changes(history))
    assert len(written) > 100
    assert read == pytest.approx(written, abs=2 * SECOND)


def test_every_deployment_is_a_tag(agile: pd.DataFrame, history: pd.DataFrame) -> None:
    assert history["deployment"].nunique() == agile["deployment"].nunique() > 5


def test_requests_and_detection_are_lost(history: pd.DataFrame) -> None:
    assert kpis.table(history, ["lead_time", "cycle_time", "mttd"])["n"].tolist() == [0, 0, 0]


def test_failures_leave_no_trace_but_an_assumption_finds_those_whose_repair_is_tagged_soon_after(
    agile: pd.DataFrame, history: pd.DataFrame, tmp_path: Path
) -> None:
    assert kpis.table(history).loc["change_failure_rate", "n"] == 0
    assumed = read_git(write_git(agile, tmp_path / "shop.git"), repair_window=72)
    assert kpis.change_failure_rate(assumed) < kpis.change_failure_rate(agile)


def test_the_same_log_gives_the_same_repository(agile: pd.DataFrame, tmp_path: Path) -> None:
    one, other = (write_git(agile, tmp_path / name) for name in ("one.git", "other.git"))
    heads = [(folder / "refs" / "heads" / "main").read_text() for folder in (one, other)]
    assert heads[0] == heads[1]


def test_a_real_log_keeps_its_own_calendar(tmp_path: Path) -> None:
    rows = [
        events.event(0.0, "change.created", change="C1"),
        events.event(1.0, "change.merged", change="C1"),
        events.event(2.0, "service.deployed", change="C1", deployment="D1"),
    ]
    log = events.from_rows(rows, start="2025-06-01T08:00:00+00:00")
    assert read_git(write_git(log, tmp_path / "shop.git")).attrs["start"] == "2025-06-01T08:00:00+00:00"


def test_a_folder_that_is_not_empty_is_refused(agile: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InvalidInputError, match="not empty"):
        write_git(agile, tmp_path)


def test_a_log_without_a_deployment_is_refused(tmp_path: Path) -> None:
    log = events.from_rows([events.event(0.0, "change.created", change="C1")])
    with pytest.raises(InvalidInputError, match="nothing to tag"):
        write_git(log, tmp_path / "shop.git")


def test_without_git_the_error_names_the_next_step(
    agile: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InvalidInputError, match="install git"):
        write_git(agile, tmp_path / "shop.git")
