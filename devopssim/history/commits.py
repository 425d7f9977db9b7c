"""Commits: the change that a commit makes, and the commits that it reaches."""

from collections.abc import Iterable, Mapping
from typing import Final

LENGTH_OF_ID: Final = 12
"""Characters of a commit's hash that name a change."""


def change_id(commit: str) -> str:
    """Return the id in the log of the change that a commit makes.

    Parameters
    ----------
    commit : str
        Hash of the commit.

    Returns
    -------
    str
        `C` and the first 12 characters of the hash.

    Examples
    --------
    >>> change_id("0123456789abcdef0123456789abcdef01234567")
    'C0123456789ab'

    """
    return f"C{commit[:LENGTH_OF_ID]}"


def new_ancestors(graph: Mapping[str, tuple[str, ...]], head: str, seen: Iterable[str]) -> list[str]:
    """Return the commits that a commit reaches and that were not reached before.

    Parameters
    ----------
    graph : Mapping of str to tuple of str
        Parents of each commit; commits outside the graph are ignored.
    head : str
        Commit to start from.
    seen : set or Mapping of str
        Commits already reached; the walk stops at them.

    Returns
    -------
    list of str
        `head` first.

    Examples
    --------
    >>> graph = {"a": (), "b": ("a",), "c": ("b",)}
    >>> new_ancestors(graph, "c", {"a"})
    ['c', 'b']

    """
    reached: dict[str, None] = {}
    pending = [head]
    while pending:
        commit = pending.pop()
        if commit in seen or commit in reached or commit not in graph:
            continue
        reached[commit] = None
        pending.extend(graph[commit])
    return list(reached)
