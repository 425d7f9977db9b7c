"""How long a history of 100,000 commits takes to become an event log."""

import random
import subprocess
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from devopssim.importers import read_git

COMMITS = 100_000


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a topic branch in every twenty commits and a tag in every fifty."""
    folder = tmp_path_factory.mktemp("history")
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", folder], check=True)  # noqa: S603, S607 - git, by name
    subprocess.run(["git", "-C", folder, "fast-import", "--quiet"], input="".join(_stream()).encode(), check=True)  # noqa: S603, S607
    return folder


def _stream() -> "list[str]":
    rng, time, lines = random.Random(1), 1_400_000_000, []
    for number in range(1, COMMITS + 1):
        time += rng.randint(60, 4000)
        place = number % 20
        branch = "topic" if place in range(11, 20) else "main"
        message = f"{rng.choice(['add', 'fix:', 'remove', 'speed up'])} page {number}"
        lines.append(f"commit refs/heads/{branch}\nmark :{number}\n")
        lines.append(f"author A <a@example.org> {time - rng.randint(0, 100_000)} +0200\n")
        lines.append(f"committer A <a@example.org> {time} -0500\ndata {len(message)}\n{message}\n")
        if place == 0:
            lines.append(f"from :{number - 10}\nmerge :{number - 1}\n")
        elif number > 1:
            lines.append(f"from :{number - 1}\n")
        if number % 50 == 0:
            lines.append(
                f"tag v1.{number // 50}.0\nfrom :{number}\ntagger A <a@example.org> {time + 500} +0000\ndata 1\nx\n"
            )
    return lines


def test_a_history_of_100_000_commits(benchmark: BenchmarkFixture, repository: Path) -> None:
    log = benchmark(read_git, repository)
    assert (log["kind"] == "change.created").sum() == COMMITS * 19 // 20
