"""An event log as a git history: the counterpart of `importers.git`, to show what such a history preserves of a log.

Rules:

- A change that was merged is a commit on the main line, written at the time of its creation and committed at the time of its
  merge. Commits stand in the order in which they reached production, so that a tag reaches what its deployment brought.
- A deployment is a tag. One that repairs something raises the last number of the version, any other the middle one.
- The subject of unplanned work begins with `fix:`, as teams write it; changes written with AI assistance have the trailer `Assisted-by: AI`.

Requests, incidents, rollbacks, findings and people's work leave no trace in git, so they are lost: that is the lesson.
The same log gives the same repository, down to the hashes.
"""

import os
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import SECONDS_PER_HOUR, details

START: Final = "2024-01-01T09:00:00+00:00"
TEAM: Final = "The team <team@example.org>"
ISOLATED_FROM_USER: Final = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}


def write_git(log: pd.DataFrame, folder: str | Path, *, start: str = START) -> Path:
    """Write a log as a bare git repository into a new folder; the module's docstring states the rules.

    Parameters
    ----------
    log : DataFrame
        Event log with at least one deployment.
    folder : str or Path
        Folder to create, or an empty one.
    start : str, default "2024-01-01T09:00:00+00:00"
        ISO time of hour 0 for a log without a `start` of its own.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InvalidInputError
        If the folder exists and has content, the log has no deployment, or git is missing or fails.

    Examples
    --------
    >>> import tempfile
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(0, "change.created", change="C1"), event(2, "service.deployed", change="C1", deployment="D1"),
    ... ])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_git(log, f"{folder}/shop").name
    'shop'
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InvalidInputError(f"{target}: the folder exists and is not empty; pass a new folder.")
    shipped = log[log["kind"] == "service.deployed"]
    if shipped.empty:
        raise InvalidInputError(
            "the log has no service.deployed event, so there is nothing to tag; pass a log with a deployment."
        )
    began = datetime.fromisoformat(log.attrs.get("start") or start).timestamp()
    _git("init", "--quiet", "--bare", "--initial-branch=main", str(target))
    stream = "\n".join(_stream(log, shipped, began)) + "\n"
    _git("-C", str(target), "fast-import", "--quiet", "--date-format=raw", stdin=stream)
    return target


def _stream(log: pd.DataFrame, shipped: pd.DataFrame, began: float) -> Iterator[str]:
    """Yield the lines of a stream for `git fast-import`: commits, each tag after the last commit that it brings."""
    changes = _changes(log, shipped)
    repairs = set(shipped.loc[details(shipped, "repair").notna(), "deployment"])
    reached = shipped.groupby("deployment", sort=False)["time"].min()
    minor, patch = 0, 0
    waiting = list(changes.itertuples())
    for name, hours in reached.items():
        while waiting and waiting[0].deployed <= hours:
            yield from _commit(waiting.pop(0), began)
        minor, patch = (minor, patch + 1) if name in repairs and minor else (minor + 1, 0)
        yield from _tag(f"v1.{minor}.{patch}", str(name), began + SECONDS_PER_HOUR * hours)
    for change in waiting:
        yield from _commit(change, began)


def _changes(log: pd.DataFrame, shipped: pd.DataFrame) -> pd.DataFrame:
    """Return the merged changes in the order in which they reached production: index change; created, merged, deployed, message."""
    created = log[log["kind"] == "change.created"].set_index("change")
    table = pd.DataFrame(
        {
            "created": created["time"],
            "merged": log[log["kind"] == "change.merged"].groupby("change")["time"].min(),
            "deployed": shipped.groupby("change")["time"].min(),
            "message": _messages(created),
        }
    )
    merged = table[table["merged"].notna() | table["deployed"].notna()]
    return (
        merged.assign(merged=merged["merged"].fillna(merged["deployed"]))
        .sort_values(["deployed", "merged"], kind="stable", na_position="last")
        .fillna({"deployed": float("inf")})
    )


def _messages(created: pd.DataFrame) -> pd.Series:
    """Return the message of each change's commit: a subject, and a trailer if the change is assisted."""
    unplanned, assisted = ((details(created, key) == "yes").to_numpy() for key in ("unplanned", "assisted"))
    items = created["item"].fillna("").to_numpy()
    subjects = [
        f"fix: {change}" if urgent else f"{change} of {item}" if item else str(change)
        for change, item, urgent in zip(created.index, items, unplanned, strict=True)
    ]
    trailers = np.where(assisted, "\n\nAssisted-by: AI", "")
    return pd.Series(
        [subject + trailer for subject, trailer in zip(subjects, trailers, strict=True)], index=created.index
    )


def _commit(change: tuple[str, float, float, float, str], began: float) -> Iterator[str]:
    """Yield the `fast-import` command that commits a change."""
    name, created, merged, _, message = change
    content = f"{message.splitlines()[0]}\n"
    yield "commit refs/heads/main"
    yield f"author {TEAM} {began + SECONDS_PER_HOUR * created:.0f} +0000"
    yield f"committer {TEAM} {began + SECONDS_PER_HOUR * merged:.0f} +0000"
    yield f"data {len(message.encode())}\n{message}"
    yield f"M 100644 inline changes/{name}.txt\ndata {len(content.encode())}\n{content}"


def _tag(version: str, deployment: str, at: float) -> Iterator[str]:
    """Yield the `fast-import` command that tags a deployment."""
    yield f"tag {version}\nfrom refs/heads/main"
    yield f"tagger {TEAM} {at:.0f} +0000"
    yield f"data {len(deployment.encode())}\n{deployment}"


def _git(*arguments: str, stdin: str = "") -> None:
    """Run git on `stdin`, apart from the user's settings; raise InvalidInputError where it is missing or fails."""
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607 - the user's own git
            input=stdin.encode(),
            capture_output=True,
            check=False,
            env={**os.environ, **ISOLATED_FROM_USER},
        )
    except FileNotFoundError as error:
        raise InvalidInputError("the program git is missing; install git to write a repository.") from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise InvalidInputError(
            f"git cannot write the repository ({reason[-1] if reason else 'without a reason'}); check the folder and the installation of git."
        )
