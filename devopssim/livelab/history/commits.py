"""Commits of the shop, and what each one builds on."""

from collections.abc import Iterable
from dataclasses import dataclass

from devopssim.livelab.history.journal import Fact


@dataclass(frozen=True, kw_only=True)
class ShopCommit:
    """A commit: its hash, its parents' hashes, its time (seconds since 1970) and its subject."""

    sha: str
    parents: tuple[str, ...]
    at: float
    subject: str


def commit_of(fact: Fact) -> ShopCommit:
    """Return the commit that a fact of the journal records."""
    return ShopCommit(sha=fact["sha"], parents=tuple(fact["parents"]), at=float(fact["at"]), subject=fact["subject"])


def ancestors(sha: str, commits: Iterable[ShopCommit]) -> set[str]:
    """Return the hashes of a commit and of all that it builds on."""
    parents = {commit.sha: commit.parents for commit in commits}
    found: set[str] = set()
    open_ends = [sha] if sha in parents else []
    while open_ends:
        here = open_ends.pop()
        if here not in found:
            found.add(here)
            open_ends += parents.get(here, ())
    return found
