"""Exports of GitLab: the same story as on GitHub."""

from pathlib import Path
from typing import Final

import pytest
from histories import GITHUB, story

from devopssim import kpis
from devopssim.events import details
from devopssim.importers import (
    History,
    github_history,
    gitlab_history,
    log_of,
)

HERE: Final = Path(__file__).parent


def test_gitlab_gives_the_same_story() -> None:
    log = log_of(gitlab_history(HERE / "gitlab"))
    ours = [line.replace("octo/", "acme/").replace("testsuiterun", "build") for line in GITHUB]
    assert story(log) == ours
    assert set(log.attrs["source"]["counts"].values()) == {1}


@pytest.mark.parametrize("history", [github_history(HERE / "github"), gitlab_history(HERE / "gitlab")])
def test_the_numbers_of_the_story(history: History) -> None:
    found = kpis.values(log_of(history))
    assert (found["lead_time"], found["cycle_time"], found["mttr"]) == (72, 24, 6)
    assert found["change_failure_rate"] == 1  # the first failed, the second was taken back
    assert kpis.table(log_of(history)).loc["mttd", "n"] == 0  # when it broke is not told


@pytest.mark.parametrize("history", [github_history(HERE / "github"), gitlab_history(HERE / "gitlab")])
def test_what_teams_call_critical_or_sev1_is_a_total_outage(history: History) -> None:
    assert details(log_of(history), "severity").dropna().tolist() == ["total"]
