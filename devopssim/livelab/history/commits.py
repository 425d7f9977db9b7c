"""Commits of the shop, with their parents."""

from dataclasses import dataclass

from devopssim.livelab.history.journal import Fact


@dataclass(frozen=True, kw_only=True)
class ShopCommit:
    """A commit of the shop.

    Parameters
    ----------
    sha : str
        Hash.
    parents : tuple of str
        Hashes of the commits that it builds on.
    at : float
        Seconds since 1970.
    subject : str
        First line of the message.

    Examples
    --------
    >>> ShopCommit(sha="b", parents=("a",), at=60.0, subject="Version 2").parents
    ('a',)
    """

    sha: str
    parents: tuple[str, ...]
    at: float
    subject: str


def commit_of(fact: Fact) -> ShopCommit:
    """Return the commit that a fact `commit` of the journal records.

    Examples
    --------
    >>> commit_of({"sha": "b", "parents": ["a"], "at": 60, "subject": "Version 2"}).at
    60.0
    """
    return ShopCommit(sha=fact["sha"], parents=tuple(fact["parents"]), at=float(fact["at"]), subject=fact["subject"])
