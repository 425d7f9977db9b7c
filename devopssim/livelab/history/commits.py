"""Commits of the shop, and what each one builds on."""

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
