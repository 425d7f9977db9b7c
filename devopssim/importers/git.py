"""A git history as facts and as an event log.

Rules, each of which can be argued about:

- A commit that is no merge is a change. It is created at its author's date (or the committer's, where that is earlier), and
  merged when it came to the main line: at its own committer's date if it stands on the first-parent line of the main branch
  (HEAD, unless one is named), else with the merge commit that brought it. Squashed and rebased commits are made when they are
  merged, so their lead time leaves out the work before; `source["squashed"]` counts those that look so.
- A tag (of a pattern) is a deployment, at the tag's own date, or the commit's for a light tag, whatever branch it stands on.
  It deploys every change that it reaches and that no earlier tag reached. Further tags of the same commit are no deployments.
- A tag repairs an earlier one if it comes within `repair_window` hours of it and either reverts a commit that it brought, or
  brings a commit whose subject begins with revert, hotfix, fix or bugfix, or raises only the last number of its version.
  What it repairs is the nearest tag that it contains, else the tag before it. That deployment has failed. When it broke is
  not known: it is taken to be when it was deployed, so times to recover are upper bounds.
- Clocks differ: a change is never merged or deployed before it was created; how many dates had to be moved is in
  `log.attrs["source"]["moved"]`. A date before 1980 is no date: the commit is created when it was merged.

Tickets, detection and work on stages are not in a git history.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import SECONDS_PER_HOUR
from devopssim.history import ChangeRecord, DeploymentRecord, History, change_id, new_ancestors
from devopssim.importers.git_repository import Commit, Tag, check, commits_of, head_of, reverts_of, tags_of
from devopssim.importers.translation import log_of

REPAIR_WINDOW: Final = 72.0
REPAIRS: Final = re.compile(r"(revert|hot-?fix|fix|bugfix)\b", re.IGNORECASE)
VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)$")
SQUASHED: Final = re.compile(r"\((?:#|!)\d+\)$")
NAMED_ITEM: Final = re.compile(r"\b([A-Z][A-Z0-9]{1,9}-[1-9]\d*)\b")
CLOSES: Final = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing))\s*:?\s+#(\d+)", re.IGNORECASE
)
YEAR_1980: Final = 315_532_800
EXPLAINED: Final = (
    "commits are changes, tags are deployments; a tag that reverts or patches the one before it within "
    "{window:g} hours repairs it, and that one counts as failed"
)


def read_git(
    repository: str | Path, *, tags: str = "*", repair_window: float = REPAIR_WINDOW, branch: str | None = None
) -> pd.DataFrame:
    """Return the event log of a git repository; the rules stand in this module's text.

    `tags` is a shell pattern (`v*`), `repair_window` in hours, `branch` the main line (default: HEAD). Raises
    InvalidInputError, in one line, where there is no git, no repository, no commit, a shallow clone, or no tag that matches.
    """
    history = git_history(repository, tags=tags, repair_window=repair_window, branch=branch)
    if not history.deployments:
        known = tags_of(Path(repository), "*")
        seen = f"no tag matches {tags!r}" if known else "there are no tags"
        step = (
            f"try another pattern, such as {known[-1].name!r}" if known else "tag what reaches users, for example v1.0"
        )
        raise InvalidInputError(f"{repository}: {seen}, so no deployment is known; {step}.")
    return log_of(history)


def git_history(
    repository: str | Path, *, tags: str = "*", repair_window: float = REPAIR_WINDOW, branch: str | None = None
) -> History:
    """Return the facts of a git repository, to be joined with others; arguments and errors as `read_git`."""
    folder = Path(repository)
    if repair_window <= 0:
        raise InvalidInputError(
            f"repair_window={repair_window:g} h (how long after a tag its repair may come) must be above 0."
        )
    check(folder)
    head, chosen = head_of(folder, branch), tags_of(folder, tags)
    heads = list(dict.fromkeys([head, *(tag.commit for tag in chosen)]))
    commits = commits_of(folder, heads)
    changes = _changes(commits, head)
    releases = _Releases(
        commits=commits, reverts=reverts_of(folder, heads, commits), window=repair_window * SECONDS_PER_HOUR
    )
    releases.take(chosen)
    counts = {
        "further tags of the same commit": releases.same,
        "commits that look squashed": sum(bool(SQUASHED.search(each.subject)) for each in commits.values()),
        "dates before 1980": sum(each.authored < YEAR_1980 or each.committed < YEAR_1980 for each in commits.values()),
    }
    return History(
        provenance=(("git", folder.resolve().name, EXPLAINED.format(window=repair_window)),),
        changes={change.id: change for change in changes},
        deployments={each.id: each for each in releases.deployments()},
        graph={name: commit.parents for name, commit in commits.items()},
        counts={key: count for key, count in counts.items() if count},
    )


def _changes(commits: Mapping[str, Commit], head: str) -> list[ChangeRecord]:
    found = []
    arrived = _arrivals(commits, head)
    for commit in commits.values():
        if len(commit.parents) > 1:
            continue
        brought_by = arrived.get(commit.hash)
        merged = _plausible(commits[brought_by].committed) if brought_by else None
        dates = [date for date in (_plausible(commit.authored), _plausible(commit.committed)) if date is not None]
        named = (*NAMED_ITEM.findall(commit.subject), *(f"#{each}" for each in CLOSES.findall(commit.subject)))
        found.append(
            ChangeRecord(
                id=change_id(commit.hash),
                created=min(dates) if dates else merged,
                merged=merged,
                commit=commit.hash,
                brought_by=brought_by,
                items=tuple(sorted(set(named))),
            )
        )
    return [change for change in found if change.created is not None or change.merged is not None]


def _plausible(seconds: int) -> float | None:
    return float(seconds) if seconds >= YEAR_1980 else None


def _arrivals(commits: Mapping[str, Commit], head: str) -> dict[str, str]:
    """Return the commit of the main line with which each commit came there; those that never came are not in it."""
    line: list[str] = []
    at: str | None = head
    while at is not None and at in commits:
        line.append(at)
        at = commits[at].parents[0] if commits[at].parents else None
    parents = {name: commit.parents for name, commit in commits.items()}
    arrived: dict[str, str] = {}
    for step in reversed(line):
        arrived.update(dict.fromkeys(new_ancestors(parents, step, arrived), step))
    return arrived


@dataclass(kw_only=True)
class _Releases:
    """The tags that are deployments, the oldest first, each with the commits that it is the first to reach."""

    commits: Mapping[str, Commit]
    reverts: Mapping[str, Sequence[str]]
    window: float
    """Seconds within which a repair comes."""
    tags: list[Tag] = field(default_factory=list)
    brought: list[list[str]] = field(default_factory=list)
    first_in: dict[str, int] = field(default_factory=dict)
    """Commit: the tag that first reached it."""
    place: dict[str, int] = field(default_factory=dict)
    """Tagged commit: its tag."""
    same: int = 0
    """Tags of a commit that had one."""

    def take(self, tags: Sequence[Tag]) -> None:
        """Put the tags in the order of time."""
        parents = {name: commit.parents for name, commit in self.commits.items()}
        for tag in sorted(tags, key=lambda tag: (tag.time, tag.name)):
            if tag.commit in self.place:
                self.same += 1
                continue
            number = self.place[tag.commit] = len(self.tags)
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
        """Return which earlier tag this one repairs, or None."""
        tag, new = self.tags[number], self.brought[number]
        recent = set(
            range(bisect_left(self.tags, tag.time - self.window, hi=number, key=lambda each: each.time), number)
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
        """Return the newest earlier tag that stands right below what this one brought, else the one before it in time."""
        new = set(self.brought[number])
        below = {parent for name in new for parent in self.commits[name].parents if parent not in new}
        return max((self.place[name] for name in below if self.place.get(name, number) < number), default=number - 1)


def _patched(earlier: Tag, tag: Tag) -> bool:
    """Whether only the last number of the version was raised."""
    old, new = VERSION.search(earlier.name), VERSION.search(tag.name)
    return old is not None and new is not None and old.groups()[:2] == new.groups()[:2] and int(new[3]) > int(old[3])
