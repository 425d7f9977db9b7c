"""A git history as records and as an event log.

Rules, each of which can be argued about:

- A commit with at most one parent is a change. It is created at its author's date (or the committer's, where that is
  earlier), and merged when it came to the main line: at its own committer's date if it stands on the first-parent line of the
  main branch (HEAD by default), else with the merge commit that brought it. Squashed and rebased commits are made when they
  are merged, so their lead time lacks the work before; the log's source counts those that look squashed.
- A tag (of a pattern) is a deployment, at the tag's own date, or the commit's for a lightweight tag, whatever its branch. It
  deploys every change that it reaches and that no earlier tag reached. Further tags of the same commit are excluded.
- A tag repairs an earlier one if it comes within `repair_window` hours of it and either reverts a commit that it brought, or
  brings a commit whose subject begins with revert, hotfix, fix or bugfix, or raises only the last number of its version.
  What it repairs is the nearest tag that it contains, else the tag before it. That deployment has failed. Git does not record
  when it broke; the moment of its deployment is taken, so times to recover are upper bounds.
- Clocks differ: a change is never merged or deployed before it was created; `log.attrs["source"]["moved"]` counts the dates
  that had to be moved. A date before 1980 is ignored: the commit is created when it was merged.
- A commit with a trailer that matches `assisted_trailer` is marked as written with AI assistance. Whether people mark all such commits,
  git cannot tell.

A git history lacks tickets, detection of incidents and work on stages.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import SECONDS_PER_HOUR
from devopssim.history import ChangeRecord, DeploymentRecord, History, change_id, new_ancestors
from devopssim.importers.git_repository import (
    Commit,
    Tag,
    check,
    commits_of,
    head_of,
    marked_by_trailer,
    reverts_of,
    tags_of,
)
from devopssim.importers.translation import log_of

REPAIR_WINDOW: Final = 72.0
"""Hours after a tag within which a later tag can repair it."""
REPAIRS: Final = re.compile(r"(revert|hot-?fix|fix|bugfix)\b", re.IGNORECASE)
"""Beginning of a subject that marks a repair."""
VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)$")
"""Version at the end of a tag's name."""
SQUASHED: Final = re.compile(r"\((?:#|!)\d+\)$")
"""End of a subject that GitHub and GitLab give to squashed commits."""
NAMED_ITEM: Final = re.compile(r"\b([A-Z][A-Z0-9]{1,9}-[1-9]\d*)\b")
"""Key of an issue in a subject, as Jira writes it."""
CLOSES: Final = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing))\s*:?\s+#(\d+)", re.IGNORECASE
)
"""Keyword and number of an issue that a commit or pull request closes."""
YEAR_1980: Final = 315_532_800
"""Earliest plausible date, in seconds since 1970."""
RULES: Final = (
    "commits are changes, tags are deployments; a tag that reverts or patches an earlier one within {window:g} hours "
    "repairs it, and the earlier deployment counts as failed"
)
"""Rules of reading, in the provenance."""


def read_git(
    repository: str | Path,
    *,
    tags: str = "*",
    repair_window: float = REPAIR_WINDOW,
    branch: str | None = None,
    assisted_trailer: str | None = None,
) -> pd.DataFrame:
    """Return the event log of a git repository; this module's docstring lists the rules.

    Parameters
    ----------
    repository : str or Path
        Folder of a repository with its whole history.
    tags : str, default "*"
        Shell pattern of the tags that are deployments, for example `v*`.
    repair_window : float, default 72
        Hours after a tag within which a later tag can repair it.
    branch : str, optional
        Main line; default HEAD.
    assisted_trailer : str, optional
        Regular expression of the trailers that mark a commit as written with AI assistance.

    Returns
    -------
    DataFrame
        Event log of changes, deployments and inferred incidents.

    Raises
    ------
    InvalidInputError
        Where git, the repository, a commit or a matching tag is missing, the clone is shallow, or the window is not positive.

    Examples
    --------
    >>> import tempfile
    >>> from devopssim.exporters import write_git
    >>> history = History(
    ...     changes={"C1": ChangeRecord(id="C1", created=1e9, merged=1e9 + 1800)},
    ...     deployments={"7": DeploymentRecord(id="7", at=1e9 + 3600, changes=("C1",))},
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = read_git(write_git(log_of(history), f"{folder}/shop"))
    >>> list(log["kind"].unique())
    ['change.created', 'change.merged', 'service.deployed']

    """
    history = git_history(
        repository, tags=tags, repair_window=repair_window, branch=branch, assisted_trailer=assisted_trailer
    )
    if not history.deployments:
        existing = tags_of(Path(repository), "*")
        cause = f"no tag matches {tags!r}" if existing else "the repository has no tags"
        step = (
            f"pass a matching pattern, such as {existing[-1].name!r}"
            if existing
            else "tag the commits that reach users, for example v1.0"
        )
        raise InvalidInputError(f"{repository}: {cause}, so deployments are unknown; {step}.")
    return log_of(history)


def git_history(
    repository: str | Path,
    *,
    tags: str = "*",
    repair_window: float = REPAIR_WINDOW,
    branch: str | None = None,
    assisted_trailer: str | None = None,
) -> History:
    """Return the history of a git repository, ready to be joined with others.

    Parameters
    ----------
    repository, tags, repair_window, branch, assisted_trailer
        As of `read_git`; here a repository without matching tags is allowed.

    Returns
    -------
    History
        Changes, deployments and the graph of commits.

    Raises
    ------
    InvalidInputError
        Where git, the repository or a commit is missing, the clone is shallow, or the window is not positive.

    Examples
    --------
    >>> git_history("no/such/folder")
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: no/such/folder: no such folder; pass the path of a git repository.

    """
    folder = Path(repository)
    if repair_window <= 0:
        raise InvalidInputError(
            f"repair_window={repair_window:g} h (maximum time from a tag to its repair) must be above 0."
        )
    check(folder)
    head, chosen = head_of(folder, branch), tags_of(folder, tags)
    heads = list(dict.fromkeys([head, *(tag.commit for tag in chosen)]))
    commits = commits_of(folder, heads)
    changes = _changes(commits, head)
    if assisted_trailer is not None:
        marked = marked_by_trailer(folder, heads, assisted_trailer)
        changes = [replace(change, assisted=True) if change.commit in marked else change for change in changes]
    releases = _Releases(
        commits=commits, reverts=reverts_of(folder, heads, commits), window=repair_window * SECONDS_PER_HOUR
    )
    releases.take(chosen)
    counts = {
        "further tags of the same commit": releases.same,
        "commits that look squashed": sum(bool(SQUASHED.search(commit.subject)) for commit in commits.values()),
        "dates before 1980": sum(
            commit.authored < YEAR_1980 or commit.committed < YEAR_1980 for commit in commits.values()
        ),
    }
    return History(
        provenance=(("git", folder.resolve().name, RULES.format(window=repair_window)),),
        changes={change.id: change for change in changes},
        deployments={deployment.id: deployment for deployment in releases.deployments()},
        graph={name: commit.parents for name, commit in commits.items()},
        counts={key: count for key, count in counts.items() if count},
    )


def _changes(commits: Mapping[str, Commit], head: str) -> list[ChangeRecord]:
    """Return a change for each commit with at most one parent and a plausible date."""
    changes = []
    arrived = _arrivals(commits, head)
    for commit in commits.values():
        if len(commit.parents) > 1:
            continue
        brought_by = arrived.get(commit.hash)
        merged = _plausible(commits[brought_by].committed) if brought_by else None
        dates = [date for date in (_plausible(commit.authored), _plausible(commit.committed)) if date is not None]
        named = (*NAMED_ITEM.findall(commit.subject), *(f"#{number}" for number in CLOSES.findall(commit.subject)))
        changes.append(
            ChangeRecord(
                id=change_id(commit.hash),
                created=min(dates) if dates else merged,
                merged=merged,
                commit=commit.hash,
                brought_by=brought_by,
                items=tuple(sorted(set(named))),
            )
        )
    return [change for change in changes if change.created is not None or change.merged is not None]


def _plausible(seconds: int) -> float | None:
    """Return a date from 1980 on, else None."""
    return float(seconds) if seconds >= YEAR_1980 else None


def _arrivals(commits: Mapping[str, Commit], head: str) -> dict[str, str]:
    """Return the main line's commit with which each commit came there; commits that never came are absent."""
    line: list[str] = []
    name: str | None = head
    while name is not None and name in commits:
        line.append(name)
        name = commits[name].parents[0] if commits[name].parents else None
    parents = {sha: commit.parents for sha, commit in commits.items()}
    arrived: dict[str, str] = {}
    for step in reversed(line):
        arrived.update(dict.fromkeys(new_ancestors(parents, step, arrived), step))
    return arrived


@dataclass(kw_only=True)
class _Releases:
    """The tags that are deployments, oldest first, each with the commits that it is the first to reach."""

    commits: Mapping[str, Commit]
    reverts: Mapping[str, Sequence[str]]
    window: float
    """Seconds within which a repair comes."""
    tags: list[Tag] = field(default_factory=list)
    brought: list[list[str]] = field(default_factory=list)
    """Commits that each tag is the first to reach."""
    first_in: dict[str, int] = field(default_factory=dict)
    """Index of the tag that first reached a commit, by the commit's hash."""
    index: dict[str, int] = field(default_factory=dict)
    """Index of a tag, by the hash of its commit."""
    same: int = 0
    """How many tags were excluded because their commit had one."""

    def take(self, tags: Sequence[Tag]) -> None:
        """Add tags in the order of time."""
        parents = {name: commit.parents for name, commit in self.commits.items()}
        for tag in sorted(tags, key=lambda tag: (tag.time, tag.name)):
            if tag.commit in self.index:
                self.same += 1
                continue
            number = self.index[tag.commit] = len(self.tags)
            new = new_ancestors(parents, tag.commit, self.first_in)
            self.first_in.update(dict.fromkeys(new, number))
            self.tags.append(tag)
            self.brought.append(new)

    def deployments(self) -> Iterator[DeploymentRecord]:
        """Yield a deployment for each tag."""
        for number, tag in enumerate(self.tags):
            broken = self._repaired(number)
            yield DeploymentRecord(
                id=f"tag {tag.name}",
                at=float(tag.time),
                commit=tag.commit,
                name=tag.name,
                tag=True,
                repairs=None if broken is None else f"tag {self.tags[broken].name}",
            )

    def _repaired(self, number: int) -> int | None:
        """Return the index of the earlier tag that this one repairs, or None."""
        tag, new = self.tags[number], self.brought[number]
        recent = set(
            range(bisect_left(self.tags, tag.time - self.window, hi=number, key=lambda earlier: earlier.time), number)
        )
        taken_back = {self.first_in[named] for name in new for named in self.reverts.get(name, ())}
        if taken_back & recent:
            return max(taken_back & recent)
        before = self._below(number)
        if before not in recent:
            return None
        fixes = any(REPAIRS.match(self.commits[name].subject) for name in new)
        return before if fixes or _patched(self.tags[before], tag) else None

    def _below(self, number: int) -> int:
        """Return the index of the newest earlier tag right below what this one brought, else of the one before it in time."""
        new = set(self.brought[number])
        below = {parent for name in new for parent in self.commits[name].parents if parent not in new}
        return max((self.index[name] for name in below if self.index.get(name, number) < number), default=number - 1)


def _patched(earlier: Tag, tag: Tag) -> bool:
    """Return whether only the last number of the version was raised."""
    old, new = VERSION.search(earlier.name), VERSION.search(tag.name)
    return old is not None and new is not None and old.groups()[:2] == new.groups()[:2] and int(new[3]) > int(old[3])
