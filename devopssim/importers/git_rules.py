"""The rules by which a git repository is read, as people choose them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from devopssim.errors import InvalidInputError

HOTFIXES: Final = ("hotfix*", "*/hotfix*", "*-hotfix*", "hot-fix*", "*/hot-fix*")
"""Shell patterns of branches and tags that are hotfixes."""
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
        """Return what the history records under these rules: with a window for repairs, a deployment without a repair did not fail."""
        return () if self.repair_window is None else ("service.deployed repair",)

    @property
    def assumptions(self) -> dict[str, str]:
        """The assumptions that the rules make, by the kind of event that rests on them."""
        if self.repair_window is None:
            return {}
        sentence = ASSUMPTION.format(window=self.repair_window)
        return dict.fromkeys(("service.failed", "incident.resolved"), sentence)
