"""Words of others, made fit for a log: ids, names, and which environments and labels mean what."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from typing import Final

PRODUCTION: Final = ("prod*", "live*", "*/prod*", "*-prod*")
"""Environments that users meet."""
INCIDENTS: Final = ("incident*", "*incident", "outage*", "sev[0-9]*", "p1", "p0")
"""Labels, or types of issues, that make an issue an incident."""
LONGEST: Final = 120
"""How many letters of a name are kept."""
UNFIT: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
SEVERITIES: Final = {
    "critical": ("critical", "sev0", "sev1", "sev-1", "p0", "p1", "s1", "blocker", "highest", "severity::1"),
    "high": ("high", "sev2", "sev-2", "p2", "s2", "major", "severity::2"),
    "medium": ("medium", "sev3", "sev-3", "p3", "s3", "severity::3"),
    "low": ("low", "sev4", "sev-4", "p4", "s4", "minor", "trivial", "lowest", "severity::4"),
}


def plain(text: str) -> str:
    """Return a text that can stand in a log's `detail`: what separates pairs, and control characters, become `_`."""
    return re.sub(r"[;=\s\x00-\x1f\x7f-\x9f]+", "_", text.strip()[:LONGEST])


def identifier(text: str) -> str:
    """Return an id of somebody else's as an id of the log: no blanks, and nothing that a spreadsheet takes for a formula."""
    name = UNFIT.sub("_", text.strip())
    return f"_{name}" if name[:1] in {"=", "+", "-", "@"} else name


def matches(word: str | None, patterns: Iterable[str]) -> bool:
    """Return whether a word matches one of some shell patterns, whatever its case."""
    return word is not None and any(fnmatch(word.casefold(), pattern.casefold()) for pattern in patterns)


def severity(words: Sequence[str | None]) -> str | None:
    """Return low, medium, high or critical, where one of the words says so."""
    said = {part for word in words if word for part in re.split(r"[:/\s]+", word.casefold())} | {
        word.casefold() for word in words if word
    }
    return next((level for level, names in SEVERITIES.items() if said & set(names)), None)
