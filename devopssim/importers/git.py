"""A git history as records and as an event log.

Rules, each of which can be argued about:

- A commit with at most one parent is a change. It is created at its author's date (or the committer's, where that is
  earlier), and merged when it came to the main line: at its own committer's date if it stands on the first-parent line of the
  main branch (HEAD by default), else with the merge commit that brought it. Squashed and rebased commits are made when they
  are merged, so their lead time lacks the work before; the log's source counts those that look squashed. Cherry-picks and backports are
  one change: the same patch with the same author's date or subject, or the word of the message.
- A tag is a deployment, at the tag's own date, or the commit's for a lightweight tag, on any branch. It deploys every change that it
  reaches and that no earlier tag reached. Without `tags`, pre-releases, nightly builds, marks of branches and tags of nothing new are left
  out and counted; `tags` and `not_tags` choose. At least three tags that were made on one day, a month or more after commits that
  lie more than a week apart, were made afterwards: they count at the dates of their commits.
- A deployment failed if a later one repairs it. Evidence of a repair is an explicit revert of a commit that it brought (git's and GitHub's
  messages; the revert of a revert does not count), or a hotfix: a tag or a merged branch whose name matches `hotfixes`. What a hotfix
  repairs is the nearest tag that it contains, else the tag before it. Git does not record when the service broke and when it was restored.
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
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.history import YEAR_1980, ChangeRecord, History, change_id, new_ancestors
from devopssim.importers.git_clocks import DAY, NEIGHBOURS, impossible_clocks, late_tags
from devopssim.importers.git_releases import TagReleases
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
from devopssim.importers.git_rules import GitRules
from devopssim.importers.normalisation import counted, matches
from devopssim.importers.tag_names import Sort, services_of, sort_of
from devopssim.importers.translation import log_of

MERGED_BRANCH: Final = re.compile(
    r"Merge (?:remote-tracking )?branch '([^']+)'|Merge pull request #\d+ from [^/\s]+/(\S+)"
)
"""Subject of a merge commit, whose groups are the merged branch."""
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
    >>> from devopssim.history import DeploymentRecord
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
        releases = TagReleases(
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
            whole=self._whole() if rules.paths else None,
        )

    def _whole(self) -> tuple[float, float]:
        """Return from when to when the repository was worked on, which a service in it shares."""
        dates = [float(commit.committed) for commit in self.commits.values()]
        return min(dates), max(dates)

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
        """Return the commits that do not count as changes, by their paths or authors."""
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
        """Return the commits that each commit takes back; a merge counts as the commits it merged, and a revert of a revert restores."""
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
