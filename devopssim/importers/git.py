"""A git history as records and as an event log.

Rules, each of which can be argued about:

- A commit with at most one parent is a change. It is created at its author's date (or the committer's, where that is
  earlier), and merged when it came to the main line: at its own committer's date if it stands on the first-parent line of the
  main branch (HEAD by default), else with the merge commit that brought it. Squashed and rebased commits are made when they
  are merged, so their lead time lacks the work before; the log's source counts those that look squashed. Cherry-picks and backports are
  one change: the same patch with the same author's date or subject, or the word of the message.
- A tag is a deployment, at the tag's own date, or the commit's for a lightweight tag, whatever its branch. It deploys every change that it
  reaches and that no earlier tag reached. Without `tags`, pre-releases, nightly builds, marks of branches and tags of nothing new are left
  out and counted; `tags` and `not_tags` choose. At least three tags that were made on one day, a month or more after commits that
  lie more than a week apart, were made afterwards: they count at the dates of their commits.
- A deployment failed if a later one repairs it. Evidence of a repair is an explicit revert of a commit that it brought (git's and GitHub's
  messages; the revert of a revert is none), or a hotfix: a tag or a merged branch whose name matches `hotfixes`. What a hotfix
  repairs is the nearest tag that it contains, else the tag before it. When the service broke and when it was restored, git cannot tell.
- With `repair_window`, a tag is assumed to repair the one below it if it comes within these hours and brings a commit whose subject
  begins with revert, hotfix, fix or bugfix, or raises only the last number of its version. Planned patches do the same, so this is an
  assumption: it is named in the log and in all output. It takes the deployment for the moment of failure, so times to recover are upper bounds.
- Clocks differ: a change is never merged or deployed before it was created; `log.attrs["source"]["moved"]` counts the dates
  that had to be moved. A commit whose committer's date contradicts its neighbours or lies in the future is left out and named; an
  author's date before 1980, or more than a year before the repository's first commit, is replaced by the committer's.
- A commit with a trailer that matches `assisted_trailer` is marked as written with AI assistance. Whether people mark all such commits,
  git cannot tell.

A git history lacks tickets, incidents, work on stages and security tests: KPIs of these are not observed.
"""

import re
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import SECONDS_PER_HOUR
from devopssim.history import YEAR_1980, ChangeRecord, DeploymentRecord, History, change_id, new_ancestors
from devopssim.importers.git_clocks import DAY, NEIGHBOURS, impossible_clocks, late_tags
from devopssim.importers.git_repository import (
    Commit,
    Tag,
    authored_by,
    branches_of,
    check,
    commits_of,
    head_of,
    marked_by_trailer,
    patch_ids,
    picked_from,
    reverts_of,
    tags_of,
    touching,
)
from devopssim.importers.normalisation import counted, matches
from devopssim.importers.tag_names import Sort, services_of, sort_of, version_key
from devopssim.importers.translation import log_of

REPAIRS: Final = re.compile(r"(revert|hot-?fix|fix|bugfix)\b", re.IGNORECASE)
"""Beginning of a subject that looks like a repair."""
HOTFIXES: Final = ("hotfix*", "*/hotfix*", "*-hotfix*", "hot-fix*", "*/hot-fix*")
"""Shell patterns of branches and tags that are hotfixes."""
MERGED_BRANCH: Final = re.compile(
    r"Merge (?:remote-tracking )?branch '([^']+)'|Merge pull request #\d+ from [^/\s]+/(\S+)"
)
"""Subject of a merge commit, whose groups are the merged branch."""
VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)$")
"""Version at the end of a tag's name."""
SQUASHED: Final = re.compile(r"\((?:#|!)\d+\)$")
"""End of a subject that GitHub and GitLab give to squashed commits."""
DECORATION: Final = re.compile(r"\s*\((?:#|!)\d+\)|^\[[^\]]*\]\s*|^(?:backport|cherry-?pick)\w*[:\s]+", re.IGNORECASE)
"""Parts of a subject that differ between a commit and its backport."""
NAMED_ITEM: Final = re.compile(r"\b([A-Z][A-Z0-9]{1,9}-[1-9]\d*)\b")
"""Key of an issue in a subject, as Jira writes it."""
CLOSES: Final = re.compile(
    r"\b(?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing))\s*:?\s+#(\d+)", re.IGNORECASE
)
"""Keyword and number of an issue that a commit or pull request closes."""
YEAR: Final = 365 * DAY
LAGGING: Final = 90 * DAY
"""Lag of a tag behind its commit from which it is worth a remark."""
MOST_ALIKE: Final = 50
"""Commits of one subject that are compared at most."""
MOST_PATCHES: Final = 20_000
"""Commits whose patches are compared at most."""
RULES: Final = "commits are changes, tags are deployments; a deployment failed if a later one reverts what it shipped, or is a hotfix of it"
"""Rules of reading, in the provenance."""
ASSUMPTION: Final = (
    "a tag within {window:g} hours that brings a fix or raises only the last number of its version is assumed to repair the one before it; "
    "planned patches look the same"
)
"""What `repair_window` assumes."""


@dataclass(frozen=True, kw_only=True)
class GitRules:
    """The rules by which a repository is read.

    Parameters
    ----------
    tags : str or sequence of str, default ()
        Shell patterns of the tags that are deployments, for example `v*`; by default all releases.
    not_tags : sequence of str, default ()
        Shell patterns of tags that are not.
    paths : sequence of str, default ()
        Paths of one service of a monorepo: only commits that touch them are changes.
    branch : str, optional
        Main line; default HEAD.
    repair_window : float, optional
        Hours after a tag within which a later tag is assumed to repair it; by default only evidence counts.
    hotfixes : sequence of str, default HOTFIXES
        Shell patterns of branches and tags that are hotfixes.
    assisted_trailer : str, optional
        Regular expression of the trailers that mark a commit as written with AI assistance.
    exclude_authors : sequence of str, default ()
        Shell patterns of names or addresses of authors whose commits are left out, for example `*[bot]*`.

    Examples
    --------
    >>> GitRules(tags="v*").patterns
    ('v*',)

    """

    tags: str | Sequence[str] = ()
    not_tags: Sequence[str] = ()
    paths: Sequence[str] = ()
    branch: str | None = None
    repair_window: float | None = None
    hotfixes: Sequence[str] = HOTFIXES
    assisted_trailer: str | None = None
    exclude_authors: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Raise InvalidInputError unless the window is positive."""
        if self.repair_window is not None and not self.repair_window > 0:
            raise InvalidInputError(
                f"repair_window={self.repair_window:g} h (maximum time from a tag to its repair) must be above 0."
            )

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of tags, as a tuple."""
        return (self.tags,) if isinstance(self.tags, str) else tuple(self.tags)

    @property
    def observes(self) -> tuple[str, ...]:
        """What the rules make the history tell: with a window for repairs, a deployment without one failed in nothing."""
        return () if self.repair_window is None else ("service.deployed repair",)

    @property
    def assumptions(self) -> dict[str, str]:
        """The assumptions that the rules make, by the kind of event that rests on them."""
        if self.repair_window is None:
            return {}
        sentence = ASSUMPTION.format(window=self.repair_window)
        return dict.fromkeys(("service.failed", "incident.resolved"), sentence)


def read_git(repository: str | Path, **rules: Any) -> pd.DataFrame:
    """Return the event log of a git repository; this module's docstring lists the rules.

    Parameters
    ----------
    repository : str or Path
        Folder of a repository with its whole history.
    **rules
        Fields of `GitRules`: `tags`, `not_tags`, `paths`, `branch`, `repair_window`, `hotfixes`, `assisted_trailer`, `exclude_authors`.

    Returns
    -------
    DataFrame
        Event log of changes and deployments.

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
    history = git_history(repository, **rules)
    require_deployments(history, repository, GitRules(**rules))
    return log_of(history)


def require_deployments(history: History, repository: str | Path, rules: GitRules) -> None:
    """Raise InvalidInputError where a git history has no deployment; the message states what was left out."""
    if history.deployments:
        return
    existing = tags_of(Path(repository))
    asked = " or ".join(repr(pattern) for pattern in rules.patterns)
    if not existing:
        cause, step = "the repository has no tags", "tag the commits that reach users, for example v1.0"
    elif asked:
        cause, step = f"no tag matches {asked}", f"pass a matching pattern, such as {existing[-1].name!r}"
    else:
        left = ", ".join(f"{count} {reason}" for reason, count in history.counts.items() if "tags" in reason)
        cause, step = f"no tag is a release ({left})", "choose the tags that reach users, for example --tags '*'"
    raise InvalidInputError(f"{repository}: {cause}, so deployments are unknown; {step}.")


def git_history(repository: str | Path, **rules: Any) -> History:
    """Return the history of a git repository, ready to be joined with others.

    Parameters
    ----------
    repository, **rules
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
    stated = GitRules(**rules)
    folder = Path(repository)
    check(folder)
    return _Reading(folder=folder, rules=stated).history()


@dataclass(kw_only=True)
class _Reading:
    """One reading of a repository: commits, their possible clocks, changes, and the tags that are deployments."""

    folder: Path
    rules: GitRules
    counts: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)
    commits: dict[str, Commit] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)

    def history(self) -> History:
        """Return the history."""
        folder, rules = self.folder, self.rules
        head, tags = head_of(folder, rules.branch), self._chosen_tags()
        self.heads = list(dict.fromkeys([head, *(tag.commit for tag in tags)]))
        self.commits = commits_of(folder, self.heads)
        impossible = self._possible_clocks(tags)
        tags = self._placed(tags)
        arrived = _arrivals(self.commits, head)
        left_out = self._left_out()
        reverts = self._reverts(arrived)
        copies = self._copies(arrived, reverts)
        hotfix = self._hotfix_commits(arrived)
        place = folder.resolve()
        releases = _Releases(
            name=f"{place.parent.name}/{place.name.removesuffix('.git')}",
            commits=self.commits,
            hotfix=hotfix,
            rules=rules,
            carrying=left_out,
            services=services_of([tag.name for tag in tags]),
        )
        releases.take(tags)
        ahead = releases.ahead()
        self.counts["commits dated more than a day after the tag that deploys them: left out"] = len(ahead)
        changes = self._changes(arrived, reverts, impossible | ahead | left_out | set(copies))
        self.counts.update(releases.counts)
        self.counts[
            "commits that look squashed: made when they were merged, so their lead times lack the work before"
        ] = sum(bool(SQUASHED.search(commit.subject)) for commit in self.commits.values())
        self.counts["cherry-picks and backports, counted with their originals"] = len(copies)
        return History(
            provenance=(("git", folder.resolve().name, RULES),),
            changes={change.id: change for change in changes},
            deployments={deployment.id: deployment for deployment in releases.deployments()},
            graph={name: commit.parents for name, commit in self.commits.items()},
            counts={key: count for key, count in self.counts.items() if count},
            observes=frozenset({"change.created", "change.merged", "service.deployed", *rules.observes}),
            copies=copies,
            remarks=tuple(self.remarks),
            assumptions=rules.assumptions,
        )

    def _chosen_tags(self) -> list[Tag]:
        """Return the tags that are deployments by their names; count the others, and pre-releases that were asked for."""
        everything, rules = tags_of(self.folder), self.rules
        chosen = []
        for tag in everything:
            sort = sort_of(tag.name)
            asked = any(fnmatchcase(tag.name, pattern) for pattern in rules.patterns)
            if any(fnmatchcase(tag.name, pattern) for pattern in rules.not_tags):
                self.counts["tags that --not-tags excludes"] += 1
            elif asked or (not rules.patterns and sort == "release"):
                chosen.append(tag)
            elif not rules.patterns:
                self.counts[LEFT_OUT[sort]] += 1
        odd = Counter(sort for tag in chosen if (sort := sort_of(tag.name)) in {"pre-release", "nightly"})
        for sort, count in sorted(odd.items()):
            self.remarks.append(f"{count} of the chosen tags look like a {sort}; leave them out with --not-tags")
        return chosen

    def _possible_clocks(self, tags: Sequence[Tag]) -> set[str]:
        """Replace impossible dates of commits; return the commits whose committer's date is impossible."""
        corrected = impossible_clocks(self.commits, tags, time.time())
        named = [f"{name[:12]} ({_day(self.commits[name].committed)})" for name in list(corrected)[:3]]
        if corrected:
            more = ", …" if len(corrected) > len(named) else ""
            self.remarks.append(
                f"{counted(len(corrected), 'commit')} with an impossible clock, in no lead time: {', '.join(named)}{more}"
            )
        first = min((commit.committed for name, commit in self.commits.items() if name not in corrected), default=0)
        for name, commit in self.commits.items():
            committed = corrected.get(name, commit.committed)
            authored = commit.authored
            if authored < YEAR_1980:
                self.counts["dates before 1980"] += 1
                authored = committed
            elif authored < first - YEAR:
                self.counts["authors' dates more than a year before the first commit, replaced by the committers'"] += 1
                authored = committed
            if (committed, authored) != (commit.committed, commit.authored):
                self.commits[name] = replace(commit, committed=committed, authored=authored)
        return set(corrected)

    def _placed(self, tags: Sequence[Tag]) -> list[Tag]:
        """Return the tags at the times of their deployments."""
        dates = {tag.name: self.commits[tag.commit].committed for tag in tags}
        early = {tag.name for tag in tags if self._is_early(tag)}
        self.counts["tags whose clock lies before their commits: the commits' dates count"] = len(early)
        light = [tag if tag.annotated and tag.name not in early else replace(tag, time=dates[tag.name]) for tag in tags]
        placed, lags = late_tags(self.commits, light)
        if lags:
            self.remarks.append(
                f"{len(lags)} tags were made together, {min(lags) // DAY:,} days and more after their commits: "
                "their commits' dates count as deployments"
            )
        still = [lag for tag in placed if (lag := tag.time - self.commits[tag.commit].committed) > LAGGING]
        if still:
            self.remarks.append(
                f"{counted(len(still), 'tag')} younger than their commits by {min(still) // DAY:,} days and more: lead times may be those of tagging"
            )
        return placed

    def _is_early(self, tag: Tag) -> bool:
        """Return whether a tag's date lies more than a day before its commit and before most of the commit's nearest ancestors."""
        dates: list[int] = []
        name = tag.commit
        while name in self.commits and len(dates) < NEIGHBOURS:
            dates.append(self.commits[name].committed)
            name = next(iter(self.commits[name].parents), "")
        return (
            tag.annotated
            and dates[0] > tag.time + DAY
            and 2 * sum(date > tag.time + DAY for date in dates) > len(dates) > 1
        )

    def _left_out(self) -> set[str]:
        """Return the commits that are no changes, because of their paths or authors."""
        left_out: set[str] = set()
        if self.rules.paths:
            left_out = set(self.commits) - touching(self.folder, self.heads, self.rules.paths)
            self.counts[f"commits outside {', '.join(self.rules.paths)}"] = len(left_out)
        if self.rules.exclude_authors:
            excluded = authored_by(self.folder, self.heads, self.rules.exclude_authors)
            self.counts["commits of excluded authors"] = len(excluded - left_out)
            left_out |= excluded
        return left_out

    def _reverts(self, arrived: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        """Return the commits that each commit takes back; a merge stands for what it brought, and a revert of a revert restores."""
        reverts = reverts_of(self.folder, self.heads, self.commits)
        merges = {one for named in reverts.values() for one in named if len(self.commits[one].parents) > 1}
        brought = defaultdict(list)
        for commit, by in arrived.items():
            if by in merges and commit != by:
                brought[by].append(commit)
        return {
            name: tuple(commit for one in named if one not in reverts for commit in brought.get(one, [one]))
            for name, named in reverts.items()
        }

    def _copies(self, arrived: Mapping[str, str], reverts: Mapping[str, object]) -> dict[str, str]:
        """Return the original of each cherry-pick and backport."""
        groups: dict[tuple[object, ...], list[str]] = defaultdict(list)
        for name, commit in self.commits.items():
            if len(commit.parents) <= 1 and name not in reverts:
                groups["authored", commit.authored, commit.subject].append(name)
                groups["subject", DECORATION.sub("", commit.subject).strip().casefold()].append(name)
        alike = [  # large groups are habits, not copies
            group
            for key, group in groups.items()
            if 1 < len(group) <= MOST_ALIKE and (key[0] == "authored" or any(one not in arrived for one in group))
        ]
        candidates = list(dict.fromkeys(name for group in alike for name in group))[:MOST_PATCHES]
        patches = patch_ids(self.folder, candidates) if candidates else {}
        copies = {
            copy: origin
            for copy, origin in picked_from(self.folder, self.heads, self.commits).items()
            if copy not in reverts
        }
        for group in alike:
            same = defaultdict(list)
            for name in group:
                if name in patches:
                    same[patches[name]].append(name)
            for twins in same.values():
                first, *others = sorted(
                    twins, key=lambda name: (name not in arrived, self.commits[name].committed, name)
                )
                copies.update({name: first for name in others if name not in copies})
        return {copy: _original(copy, copies) for copy in copies}

    def _hotfix_commits(self, arrived: Mapping[str, str]) -> set[str]:
        """Return the ends of hotfix branches: merges of a branch of such a name, and tips of such branches beside the main line."""
        merges = {
            commit.hash
            for commit in self.commits.values()
            if len(commit.parents) > 1
            and (branch := MERGED_BRANCH.match(commit.subject))
            and matches(branch[1] or branch[2], self.rules.hotfixes)
        }
        tips = {tip for name, tip in branches_of(self.folder).items() if matches(name, self.rules.hotfixes)}
        return merges | {tip for tip in tips if tip not in arrived}

    def _changes(
        self, arrived: Mapping[str, str], reverts: Mapping[str, tuple[str, ...]], left_out: set[str]
    ) -> list[ChangeRecord]:
        """Return a change for each commit with at most one parent that is not left out."""
        trailer = self.rules.assisted_trailer
        marked = marked_by_trailer(self.folder, self.heads, trailer) if trailer is not None else set()
        changes = []
        for commit in self.commits.values():
            if len(commit.parents) > 1 or commit.hash in left_out:
                continue
            brought_by = arrived.get(commit.hash)
            named = (*NAMED_ITEM.findall(commit.subject), *(f"#{number}" for number in CLOSES.findall(commit.subject)))
            changes.append(
                ChangeRecord(
                    id=change_id(commit.hash),
                    created=float(min(commit.authored, commit.committed)),
                    merged=float(self.commits[brought_by].committed) if brought_by else None,
                    commit=commit.hash,
                    brought_by=brought_by,
                    items=tuple(sorted(set(named))),
                    reverts=reverts.get(commit.hash, ()),
                    assisted=commit.hash in marked or None,
                )
            )
        return changes


LEFT_OUT: Final[Mapping[Sort, str]] = {
    "release": "tags that --tags does not match",
    "pre-release": "tags that look like pre-releases",
    "nightly": "tags that look like nightly builds",
    "branch mark": "tags that mark branches or carry no version",
}
"""Reason for which a tag is left out by default, by its sort."""


def _day(seconds: int) -> str:
    """Return the date of a commit as text, also one beyond the calendar."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return f"@{seconds}"


def _original(copy: str, copies: Mapping[str, str]) -> str:
    """Return the commit at the end of a chain of copies."""
    seen = {copy}
    while copies.get(copy, copy) not in seen:
        copy = copies[copy]
        seen.add(copy)
    return copy


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

    name: str
    """Folder of the repository and the folder above it, which tell two repositories apart."""
    commits: Mapping[str, Commit]
    hotfix: set[str]
    """Ends of hotfix branches."""
    rules: GitRules
    carrying: set[str]
    """Commits that are no changes; a tag that brings nothing else brings nothing new."""
    services: Mapping[str, str]
    """Service of each tag, in a repository of several."""
    tags: list[Tag] = field(default_factory=list)
    brought: list[list[str]] = field(default_factory=list)
    """Commits that each tag is the first to reach."""
    first_in: dict[str, int] = field(default_factory=dict)
    """Index of the tag that first reached a commit, by the commit's hash."""
    index: dict[str, int] = field(default_factory=dict)
    """Index of a tag, by the hash of its commit."""
    counts: Counter[str] = field(default_factory=Counter)

    def take(self, tags: Sequence[Tag]) -> None:
        """Add tags in the order of time; at one moment ancestors come first, then smaller versions."""
        parents = {name: commit.parents for name, commit in self.commits.items()}
        depth = {name: -position for position, name in enumerate(self.commits)}
        for tag in sorted(tags, key=lambda tag: (tag.time, depth[tag.commit], version_key(tag.name), tag.name)):
            if tag.commit in self.index:
                self.counts["further tags of the same commit"] += 1
                continue
            new = new_ancestors(parents, tag.commit, self.first_in)
            if not new:
                self.counts["tags of nothing new"] += 1
                continue
            if self.rules.paths and self.carrying.issuperset(new):
                self.counts[f"tags that bring nothing to {', '.join(self.rules.paths)}"] += 1
                continue
            number = self.index[tag.commit] = len(self.tags)
            self.first_in.update(dict.fromkeys(new, number))
            self.tags.append(tag)
            self.brought.append(new)

    def ahead(self) -> set[str]:
        """Return the commits that were created more than a day after the tag that first reached them: their clocks ran ahead."""
        return {
            name
            for tag, brought in zip(self.tags, self.brought, strict=True)
            for name in brought
            if min(self.commits[name].authored, self.commits[name].committed) > tag.time + DAY
        }

    def deployments(self) -> Iterator[DeploymentRecord]:
        """Yield a deployment for each tag."""
        for number, tag in enumerate(self.tags):
            repaired, assumed = self._repaired(number)
            yield DeploymentRecord(
                id=f"tag {self.name} {tag.name}",
                at=float(tag.time),
                commit=tag.commit,
                name=tag.name,
                of=self.services.get(tag.name, self.name.rpartition("/")[2]),
                tag=True,
                repairs=None if repaired is None else f"tag {self.name} {self.tags[repaired].name}",
                assumed=assumed,
            )

    def _repaired(self, number: int) -> tuple[int | None, bool]:
        """Return the index of the earlier tag that this one repairs, or None, and whether that is an assumption."""
        tag, new = self.tags[number], self.brought[number]
        before = self._below(number)
        if before < 0:
            return None, False
        if matches(tag.name, self.rules.hotfixes) or not self.hotfix.isdisjoint(new):
            return before, False
        if self.rules.repair_window is None:
            return None, False
        window = self.rules.repair_window * SECONDS_PER_HOUR
        recent = bisect_left(self.tags, tag.time - window, hi=number, key=lambda earlier: earlier.time)
        fixes = any(REPAIRS.match(self.commits[name].subject) for name in new)
        looks = before >= recent and (fixes or _patched(self.tags[before], tag))
        return (before, True) if looks else (None, False)

    def _below(self, number: int) -> int:
        """Return the index of the newest earlier tag right below what this one brought, else of the one of its service before it; -1 without one."""
        new = set(self.brought[number])
        below = {parent for name in new for parent in self.commits[name].parents if parent not in new}
        nearest = max((self.index[name] for name in below if self.index.get(name, number) < number), default=-1)
        if nearest >= 0:
            return nearest
        service = self.services.get(self.tags[number].name)
        own = (
            earlier for earlier in range(number - 1, -1, -1) if self.services.get(self.tags[earlier].name) == service
        )
        return next(own, -1)


def _patched(earlier: Tag, tag: Tag) -> bool:
    """Return whether only the last number of the version was raised."""
    old, new = VERSION.search(earlier.name), VERSION.search(tag.name)
    return old is not None and new is not None and old.groups()[:2] == new.groups()[:2] and int(new[3]) > int(old[3])
