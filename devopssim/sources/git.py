"""A git history as an event log.

Rules, each of which can be argued about:

- A commit that is no merge is a change. It is created at its author's date (or the committer's, where that is earlier), and
  merged when it came to the main line: at its own committer's date if it stands on the first-parent line of HEAD, else with
  the merge commit that brought it.
- A tag (of a pattern) is a deployment, at the tag's own date, or the commit's for a light tag. It deploys every change that it
  reaches and that no earlier tag reached.
- A tag repairs the tag before it if it comes within `repair_window` hours of it and either brings a commit whose subject
  begins with revert, hotfix, fix or bugfix, or raises only the last number of its version. Then the earlier deployment has
  failed. When it broke is not known: it is taken to be when it was deployed, so times to recover are upper bounds.
- Clocks differ: a change is never merged or deployed before it was created; how many dates had to be moved is in
  `log.attrs["source"]["moved"]`.

Nothing of the repository is executed: no hooks, no configuration of its own that starts a program.
Tickets, detection and work on stages are not in a git history.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import Row, event, from_rows, validate

REPAIR_WINDOW: Final = 72.0
SECONDS_PER_HOUR: Final = 3600.0
REPAIRS: Final = re.compile(r"(revert|hot-?fix|fix|bugfix)\b", re.IGNORECASE)
VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)$")
HARMLESS: Final = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false")
FIELD: Final = "\x1f"
EXPLAINED: Final = (
    "commits are changes, tags are deployments; a tag that reverts or patches the one before it within "
    "{window:g} hours repairs it, and that one counts as failed"
)


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A commit: its parents' hashes, and the seconds at which it was authored and committed."""

    hash: str
    parents: tuple[str, ...]
    authored: int
    committed: int
    subject: str


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A tag: the commit that it names, and its seconds."""

    name: str
    commit: str
    time: int


def read_git(repository: str | Path, *, tags: str = "*", repair_window: float = REPAIR_WINDOW) -> pd.DataFrame:
    """Return the event log of a git repository; the rules stand in this module's text.

    `tags` is a shell pattern (`v*`), `repair_window` in hours. Raises InvalidInputError, in one line, where there is no git,
    no repository, no commit, a shallow clone, or no tag that matches.
    """
    folder = Path(repository)
    if not folder.is_dir():
        raise InvalidInputError(f"{folder}: no such folder; give the path of a git repository.")
    if repair_window <= 0:
        raise InvalidInputError(
            f"repair_window={repair_window:g} h (how long after a tag its repair may come) must be above 0."
        )
    if _git(folder, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise InvalidInputError(
            f"{folder}: a shallow clone lacks most of its history; run `git fetch --unshallow` first."
        )
    commits = _commits(folder)
    chosen = [tag for tag in _tags(folder) if fnmatchcase(tag.name, tags) and tag.commit in commits]
    if not chosen:
        raise InvalidInputError(
            f"{folder}: no tag of HEAD's history matches {tags!r}, so no deployment is known; try --tags."
        )
    return _log(folder, commits, chosen, repair_window)


def _log(folder: Path, commits: Mapping[str, Commit], tags: Sequence[Tag], window: float) -> pd.DataFrame:
    start = min(min(commit.authored, commit.committed) for commit in commits.values())
    arrived = _arrivals(commits)
    rows: list[Row] = []
    created: dict[str, float] = {}
    moved = 0
    for commit in commits.values():
        if len(commit.parents) > 1:
            continue
        born = (min(commit.authored, commit.committed) - start) / SECONDS_PER_HOUR
        merged = (arrived[commit.hash] - start) / SECONDS_PER_HOUR
        moved += commit.authored > commit.committed or merged < born
        created[commit.hash] = born
        rows.append(event(born, "change.created", change=_change(commit.hash)))
        rows.append(event(max(born, merged), "change.merged", change=_change(commit.hash)))
    deployments = _deployments(commits, tags)
    before: tuple[str, float, Tag] | None = None
    incidents = 0
    for number, (tag, brought) in enumerate(deployments, start=1):
        shipped = [each for each in brought if each in created]
        said = (tag.time - start) / SECONDS_PER_HOUR
        time = max([said, *(created[each] for each in shipped), *([before[1]] if before else [])])
        moved += time > said
        name = f"D{number}"
        repaired = before is not None and _repairs(before[2], tag, [commits[each] for each in brought], window)
        detail = f"name={_plain(tag.name)}"
        if repaired and before is not None:
            incidents += 1
            rows.append(
                event(
                    before[1], "service.failed", incident=f"I{incidents}", deployment=before[0], detail="cause=defect"
                )
            )
            detail += f";repair={before[0]}"
        rows += [
            event(time, "service.deployed", change=_change(each), deployment=name, detail=detail) for each in shipped
        ] or [event(time, "service.deployed", deployment=name, detail=detail)]
        if repaired:
            rows.append(event(time, "incident.resolved", incident=f"I{incidents}", detail="via=fix"))
        before = (name, time, tag)
    rows.sort(key=lambda row: (row[0], ORDER[row[1]]))
    source = {"git": folder.resolve().name, "rules": EXPLAINED.format(window=window), "moved": int(moved)}
    return validate(from_rows(rows, start=datetime.fromtimestamp(start, UTC).isoformat(), source=source))


ORDER: Final = {
    "change.created": 0,
    "change.merged": 1,
    "service.deployed": 2,
    "incident.resolved": 4,
    "service.failed": 3,
}
"""Of what happens in one instant, causes go first."""


def _arrivals(commits: Mapping[str, Commit]) -> dict[str, int]:
    """Return when each commit came to the main line, in seconds."""
    line: list[str] = []
    at: str | None = next(iter(commits))
    while at is not None and at in commits:
        line.append(at)
        at = commits[at].parents[0] if commits[at].parents else None
    arrived: dict[str, int] = {}
    for head in reversed(line):
        for reached in _new_ancestors(commits, head, arrived):
            arrived[reached] = commits[head].committed
    return arrived


def _deployments(commits: Mapping[str, Commit], tags: Sequence[Tag]) -> Iterator[tuple[Tag, list[str]]]:
    """Yield each tag, the oldest first, with the commits that it is the first to reach."""
    seen: dict[str, int] = {}
    for tag in sorted(tags, key=lambda tag: (tag.time, tag.name)):
        brought = list(_new_ancestors(commits, tag.commit, seen))
        seen.update(dict.fromkeys(brought, 0))
        yield tag, brought


def _new_ancestors(commits: Mapping[str, Commit], head: str, seen: Mapping[str, int]) -> list[str]:
    found: dict[str, None] = {}
    waiting = [head]
    while waiting:
        at = waiting.pop()
        if at in seen or at in found or at not in commits:
            continue
        found[at] = None
        waiting.extend(commits[at].parents)
    return list(found)


def _repairs(earlier: Tag, tag: Tag, brought: Sequence[Commit], window: float) -> bool:
    if tag.time - earlier.time > window * SECONDS_PER_HOUR:
        return False
    old, new = VERSION.search(earlier.name), VERSION.search(tag.name)
    patched = old is not None and new is not None and old.groups()[:2] == new.groups()[:2] and int(new[3]) > int(old[3])
    return patched or any(REPAIRS.match(commit.subject) for commit in brought)


def _commits(folder: Path) -> dict[str, Commit]:
    text = _git(folder, "log", "-z", "--topo-order", f"--format=%H{FIELD}%P{FIELD}%at{FIELD}%ct{FIELD}%s", "HEAD", "--")
    found: dict[str, Commit] = {}
    for record in filter(None, text.split("\0")):
        name, parents, authored, committed, subject = record.split(FIELD, 4)
        found[name] = Commit(
            hash=name,
            parents=tuple(parents.split()),
            authored=int(authored),
            committed=int(committed),
            subject=subject,
        )
    return found


def _tags(folder: Path) -> list[Tag]:
    fields = FIELD.join(("%(refname:strip=2)", "%(objectname)", "%(*objectname)", "%(creatordate:unix)"))
    found = []
    for line in _git(folder, "for-each-ref", f"--format={fields}", "refs/tags").splitlines():
        name, own, named, time = line.split(FIELD)
        if time:
            found.append(Tag(name=name, commit=named or own, time=int(time)))
    return found


def _git(folder: Path, *words: str) -> str:
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    command = ["git", *HARMLESS, "-C", str(folder), "--no-pager", *words]
    try:
        done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, **quiet})  # noqa: S603
    except FileNotFoundError as error:
        raise InvalidInputError("the program git was not found; install git to read a repository.") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace")
        if "not a git repository" in said:
            raise InvalidInputError(f"{folder}: not a git repository; give the folder that holds .git.")
        if "bad revision" in said or "unknown revision" in said or "ambiguous argument" in said:
            raise InvalidInputError(f"{folder}: the repository has no commit yet; commit and tag something first.")
        raise InvalidInputError(
            f"{folder}: git could not read it ({said.strip().splitlines()[-1] if said.strip() else 'no reason given'})."
        )
    return done.stdout.decode(errors="replace")


def _change(commit: str) -> str:
    return f"C{commit[:12]}"


def _plain(name: str) -> str:
    return re.sub(r"[;=\s]", "_", name)
