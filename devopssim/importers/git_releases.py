"""The tags of a git history that are deployments: what each one brings, and which earlier one it repairs."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from devopssim.events import SECONDS_PER_HOUR
from devopssim.history import DeploymentRecord, new_ancestors
from devopssim.importers.git_clocks import DAY
from devopssim.importers.git_repository import Commit, Tag
from devopssim.importers.git_rules import GitRules
from devopssim.importers.normalisation import matches
from devopssim.importers.tag_names import version_key

REPAIRS: Final = re.compile(r"(revert|hot-?fix|fix|bugfix)\b", re.IGNORECASE)
"""Beginning of a subject that looks like a repair."""
VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)$")
"""Version at the end of a tag's name."""


@dataclass(kw_only=True)
class TagReleases:
    """The tags that are deployments, oldest first, each with the commits that it is the first to reach."""

    name: str
    """Folder of the repository and the folder above it, which distinguish two repositories."""
    commits: Mapping[str, Commit]
    hotfix: set[str]
    """Ends of hotfix branches."""
    rules: GitRules
    carrying: set[str]
    """Commits that do not count as changes; a tag with nothing else adds no deployment."""
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
