"""Exports of GitHub."""

from pathlib import Path
from typing import Final

import pandas as pd
from histories import GITHUB, story

from devopssim import kpis
from devopssim.importers import (
    github_history,
    log_of,
)

HERE: Final = Path(__file__).parent


def test_github_gives_the_story_with_any_file_names() -> None:
    log = log_of(github_history(HERE / "github"))
    assert story(log) == GITHUB
    assert log.attrs["start"] == "2026-03-01T00:00:00+00:00"
    assert log.attrs["source"]["counts"] == {
        "workflow runs that deploy": 1,
        "pull requests to other branches": 1,
        "deployments that did not succeed": 1,
        "deployments to other environments": 1,
        "withdrawn items": 1,
    }


def test_pages_one_after_another_and_lines_are_pages_too(tmp_path: Path) -> None:
    whole = log_of(github_history(HERE / "github"))
    pages = "".join(path.read_text() for path in sorted((HERE / "github").glob("*.json")))
    (tmp_path / "all.json").write_text("\ufeff" + pages)
    pd.testing.assert_frame_equal(log_of(github_history(tmp_path / "all.json")), whole)
    (tmp_path / "all.json").write_bytes(pages.encode("utf-16"))
    pd.testing.assert_frame_equal(log_of(github_history(tmp_path)), whole)


def test_without_incidents_to_look_for_they_are_ordinary_items() -> None:
    log = log_of(github_history(HERE / "github", incidents=("sev9",)))
    assert (log["kind"] == "ticket.created").sum() == 3
    assert kpis.table(log).loc["mttr", "n"] == 0


def test_staging_counts_if_it_is_selected() -> None:
    log = log_of(github_history(HERE / "github", environments=("staging",)))
    assert story(log).count("49 service.deployed C111111111111 D1") == 1
