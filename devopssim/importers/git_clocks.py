"""Clocks in a git history: which commits carry an impossible time, and which tags were made long after their commits.

A commit is made after its parents and before its children. Where a commit contradicts most of its nearest ancestors, or most of its nearest
descendants, by more than a quarter of a year, its clock was wrong, not theirs; smaller differences are usual where commits are rebased.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from devopssim.history import YEAR_1980
from devopssim.importers.git_repository import Commit, Tag

DAY: Final = 86_400
CONTRADICTION: Final = 90 * DAY
"""Seconds by which a commit contradicts another one."""
NEIGHBOURS: Final = 5
"""Ancestors and descendants that vote on a commit's clock."""
LATE: Final = 30 * DAY
"""Lag behind its commit from which a tag is late."""
LEAST_TOGETHER: Final = 3
"""Late tags of one day that were made afterwards, if their commits are spread."""
SPREAD: Final = 7 * DAY


def impossible_clocks(commits: Mapping[str, Commit], tags: Sequence[Tag], now: float) -> dict[str, int]:
    """Return a possible time for each commit whose committer's clock is impossible: that of its latest parent.

    Parameters
    ----------
    commits : Mapping of str to Commit
        Children before their parents.
    tags : Sequence of Tag
        Tags with their own dates, which vote as descendants.
    now : float
        Seconds since 1970; later times are in the future.

    Returns
    -------
    dict of str to int
        Seconds since 1970, by hash, for the commits with an impossible clock only.

    """
    child: dict[str, str] = {}
    parent = {name: commit.parents[0] for name, commit in commits.items() if commit.parents}
    suspects = {name for name, commit in commits.items() if not YEAR_1980 <= commit.committed <= now + DAY}
    certain = set(suspects)
    for name, commit in commits.items():
        for before in commit.parents:
            child.setdefault(before, name)
            if before in commits and commits[before].committed > commit.committed + CONTRADICTION:
                suspects |= {before, name}
    tagged: dict[str, int] = {}
    for tag in tags:
        if tag.annotated and tag.commit in commits:
            tagged[tag.commit] = min(tag.time, tagged.get(tag.commit, tag.time))
            if commits[tag.commit].committed > tag.time + DAY:
                suspects.add(tag.commit)
    wrong = certain | {
        name
        for name in suspects
        if _contradicts(
            commits[name].committed,
            _dates(name, child, commits, certain),
            _dates(name, parent, commits, certain),
            tagged.get(name),
        )
    }
    corrected: dict[str, int] = {}
    for name in reversed(list(commits)):  # parents first
        if name in wrong:
            parents = [corrected.get(one, commits[one].committed) for one in commits[name].parents if one in commits]
            after = commits[child[name]].committed if name in child and child[name] not in wrong else 0
            corrected[name] = max(parents, default=after)
    return corrected


def _contradicts(own: int, later: list[int], earlier: list[int], tagged: int | None) -> bool:
    """Return whether a date is later than most descendants' dates and the tag's, or earlier than most ancestors'."""
    too_late = tagged is not None and own > tagged + DAY
    ahead = sum(own > time + CONTRADICTION for time in later) + too_late
    behind = sum(own < time - CONTRADICTION for time in earlier)
    return 2 * ahead > len(later) + (tagged is not None) or 2 * behind > len(earlier)


def _dates(name: str, following: Mapping[str, str], commits: Mapping[str, Commit], certain: set[str]) -> list[int]:
    """Return the dates of the nearest commits along a relation, without those that are certainly wrong."""
    dates: list[int] = []
    at = following.get(name)
    while at is not None and at in commits and len(dates) < NEIGHBOURS:
        if at not in certain:
            dates.append(commits[at].committed)
        at = following.get(at)
    return dates


def late_tags(commits: Mapping[str, Commit], tags: Sequence[Tag]) -> tuple[list[Tag], list[int]]:
    """Return the tags, those that were made afterwards at the dates of their commits, and the lags of these in seconds.

    Tags were made afterwards if at least three of one day are a month or more younger than their commits, which lie more than a week
    apart.

    Parameters
    ----------
    commits : Mapping of str to Commit
        Commits with possible dates.
    tags : Sequence of Tag
        Chosen tags.

    Returns
    -------
    tuple of (list of Tag, list of int)
        All tags, and one lag for each tag that was moved.

    """
    lags = {tag.name: tag.time - commits[tag.commit].committed for tag in tags}
    late = sorted((tag for tag in tags if lags[tag.name] > LATE), key=lambda tag: tag.time)
    moved: set[str] = set()
    first = 0
    while first < len(late):
        last = first
        while last < len(late) and late[last].time - late[first].time <= DAY:
            last += 1
        together = late[first:last]
        dates = [commits[tag.commit].committed for tag in together]
        if len(together) >= LEAST_TOGETHER and max(dates) - min(dates) > SPREAD:
            moved |= {tag.name for tag in together}
        first = last
    placed = [replace(tag, time=commits[tag.commit].committed) if tag.name in moved else tag for tag in tags]
    return placed, sorted(lags[name] for name in moved)
