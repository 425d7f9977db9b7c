"""Histories of teams' habits, generated: repositories of git by its own import format, and responses of REST APIs."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest

from devopssim import events
from devopssim.cli import main

HOUR: Final = 3600
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
START: Final = int(datetime(2024, 1, 1, 9, tzinfo=UTC).timestamp())


class Repository:
    """A bare repository, written as a stream for `git fast-import`; times are seconds since 1970."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.marks = folder, 0
        self.stream: list[str] = []

    def commit(
        self,
        at: int,
        subject: str = "work",
        *,
        authored: int | None = None,
        author: str = "A <a@example.org>",
        branch: str = "main",
        parents: Iterable[int] | None = None,
        file: str | None = None,
        content: str = "x",
    ) -> int:
        """Add a commit, by default on top of the branch, and return its mark."""
        self.marks += 1
        self.stream += [
            f"commit refs/heads/{branch}",
            f"mark :{self.marks}",
            f"author {author} {at if authored is None else authored} +0000",
            f"committer C <c@example.org> {at} +0000",
            f"data {len(subject.encode())}\n{subject}",
        ]
        for number, parent in enumerate(parents or ()):
            self.stream.append(f"{'merge' if number else 'from'} :{parent}")
        self.stream.append(f"M 100644 inline {file or f'f{self.marks}.txt'}\ndata {len(content)}\n{content}")
        return self.marks

    def tag(self, name: str, at: int, mark: int) -> None:
        """Add an annotated tag."""
        self.stream.append(f"tag {name}\nfrom :{mark}\ntagger C <c@example.org> {at} +0000\ndata 1\nt")

    def light(self, name: str, mark: int) -> None:
        """Add a lightweight tag."""
        self.stream.append(f"reset refs/tags/{name}\nfrom :{mark}")

    def written(self) -> Path:
        """Write the repository and return its folder."""
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.folder))
        text = "\n".join(self.stream) + "\n"
        self.git("-C", str(self.folder), "fast-import", "--quiet", "--date-format=raw-permissive", stdin=text)
        return self.folder

    @staticmethod
    def git(*words: str, stdin: str = "", at: int = START) -> str:
        when = {f"GIT_{role}_DATE": f"{at} +0000" for role in ("AUTHOR", "COMMITTER")}
        who = {f"GIT_{role}_{part}": "A" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        env = {**os.environ, **when, **who, "GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(["git", *words], input=stdin, env=env, check=True, capture_output=True, text=True)
        return done.stdout.strip()


def iso(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def sha(number: int, repository: str = "acme/shop") -> str:
    return hashlib.sha1(f"{repository} {number}".encode(), usedforsecurity=False).hexdigest()


def address(kind: str, number: int, repository: str = "acme/shop") -> str:
    return f"https://github.com/{repository}/{kind}/{number}"


def pull(number: int, *, repository: str = "acme/shop", branch: str = "main", **fields: Any) -> dict[str, Any]:
    """A pull request of day `number`, opened at its begin and merged four hours later."""
    opened = START + number * DAY
    return {
        "number": number,
        "html_url": address("pull", number, repository),
        "state": "closed",
        "created_at": iso(opened),
        "merged_at": iso(opened + 4 * HOUR),
        "closed_at": iso(opened + 4 * HOUR),
        "merge_commit_sha": sha(number, repository),
        "base": {"ref": branch},
        "head": {"ref": f"topic-{number}"},
        "user": {"login": "dev", "type": "User"},
        **fields,
    }


def rollout(
    number: int, version: int, *, hours: float = 5, repository: str = "acme/shop", **fields: Any
) -> dict[str, Any]:
    """A deployment of the version of day `version`, some hours after that day's begin."""
    at = iso(START + version * DAY + hours * HOUR)
    return {
        "id": number,
        "url": f"https://api.github.com/repos/{repository}/deployments/{number}",
        "sha": sha(version, repository),
        "ref": "main",
        "environment": "production",
        "created_at": at,
        "updated_at": at,
        **fields,
    }


def status(deployment: int, state: str, at: float, repository: str = "acme/shop") -> dict[str, Any]:
    url = f"https://api.github.com/repos/{repository}/deployments/{deployment}"
    return {"id": deployment * 100, "state": state, "created_at": iso(at), "deployment_url": url}


def issue(number: int, *labels: str, repository: str = "acme/shop", hours: float = 48, **fields: Any) -> dict[str, Any]:
    """An issue of day `number`, closed some hours later."""
    opened = START + number * DAY
    return {
        "number": number,
        "html_url": address("issues", number, repository),
        "title": "x",
        "created_at": iso(opened),
        "closed_at": iso(opened + hours * HOUR),
        "labels": [{"name": label} for label in labels],
        **fields,
    }


def exported(path: Path, *things: Any) -> Path:
    """Write objects as one page and return the file."""
    path.write_text(json.dumps(list(things)))
    return path


class Import:
    """What `devopssim import` printed and wrote."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], *options: str | Path) -> None:
        out = folder / "team.csv"
        assert main(["import", *map(str, options), "--json", "--out", str(out)]) == 0, capsys.readouterr().err
        printed = capsys.readouterr()
        self.kpis: Mapping[str, Any] = {record["kpi"]: record for record in json.loads(printed.out)}
        self.notes = printed.err
        self.log: pd.DataFrame = events.read(out)

    def n(self, *kpis: str) -> list[int]:
        return [self.kpis[kpi]["n"] for kpi in kpis]

    def value(self, kpi: str) -> float | None:
        number: float | None = self.kpis[kpi].get("value", self.kpis[kpi].get("median"))
        return number

    def count(self, kind: str) -> int:
        return int((self.log["kind"] == kind).sum())

    @property
    def deployments(self) -> int:
        return self.log.loc[self.log["kind"] == "service.deployed", "deployment"].nunique()


def table(folder: Path, kind: str, header: str, *rows: str) -> Path:
    """Write a table and its mapping, whose columns are called like the fields, and return the mapping."""
    (folder / f"{kind}.csv").write_text("\n".join([header, *rows]) + "\n")
    columns = ", ".join(f'{name} = "{name}"' for name in header.split(","))
    mapping = folder / f"{kind}.toml"
    mapping.write_text(f'[[table]]\nfile = "{kind}.csv"\nkind = "{kind}"\ncolumns = {{ {columns} }}\n')
    return mapping


PULLS: Final = [pull(day) for day in range(1, 11)]
"""A merged pull request on each of ten days."""
