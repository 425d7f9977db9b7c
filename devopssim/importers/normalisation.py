"""Normalisation of texts from other tools: ids, names, and the meaning of environments and labels."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from typing import Final

PRODUCTION: Final = ("prod*", "live*", "*/prod*", "*-prod*")
"""Shell patterns of environments that serve users."""
INCIDENTS: Final = ("incident*", "*incident", "outage*", "sev[0-9]*", "p1", "p0")
"""Shell patterns of labels, or issue types, that make an issue an incident."""
LONGEST: Final = 120
"""Characters of a name that are kept."""
UNFIT: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
"""Characters that an id of the log excludes: blanks and control characters."""
SEVERITIES: Final = {
    "total": (
        "total",
        "critical",
        "sev0",
        "sev-0",
        "sev1",
        "sev-1",
        "p0",
        "p1",
        "s1",
        "blocker",
        "highest",
        "severity::1",
    ),
    "partial": ("partial", "high", "sev2", "sev-2", "p2", "s2", "major", "severity::2"),
    "minor": (
        *("minor", "medium", "moderate", "low", "lowest", "trivial", "severity::3", "severity::4", "severity::5"),
        *(f"{level}{number}" for level in ("sev", "sev-", "p", "s") for number in (3, 4, 5)),
    ),
}
"""Severities of the log, each with the labels and priorities that mean it."""


def plain(text: str) -> str:
    """Return a text that fits into a log's `detail`.

    `;` and `=` separate the pairs of a detail; they, blanks and control characters become `_`.

    Parameters
    ----------
    text : str
        Any text; its first 120 characters are used.

    Returns
    -------
    str
        Text without separators.

    Examples
    --------
    >>> plain("release 2.0; hot=fix")
    'release_2.0_hot_fix'

    """
    return re.sub(r"[;=\s\x00-\x1f\x7f-\x9f]+", "_", text.strip()[:LONGEST])


def identifier(text: str) -> str:
    """Return another tool's id as an id of the log.

    Parameters
    ----------
    text : str
        Id in the source.

    Returns
    -------
    str
        The id without blanks; one that a spreadsheet would evaluate as a formula gets a leading `_`.

    Examples
    --------
    >>> identifier("SHOP 12"), identifier("=SUM(A1)")
    ('SHOP_12', '_=SUM(A1)')

    """
    name = UNFIT.sub("_", text.strip())
    return f"_{name}" if name[:1] in {"=", "+", "-", "@"} else name


def matches(word: str | None, patterns: Iterable[str]) -> bool:
    """Return whether a text matches one of several shell patterns, regardless of case.

    Parameters
    ----------
    word : str or None
        Name of an environment, or a label; None matches nothing.
    patterns : Iterable of str
        Patterns as of `fnmatch`.

    Examples
    --------
    >>> matches("Prod-EU", PRODUCTION), matches("staging", PRODUCTION), matches(None, PRODUCTION)
    (True, False, False)

    """
    return word is not None and any(fnmatch(word.casefold(), pattern.casefold()) for pattern in patterns)


def severity(words: Sequence[str | None]) -> str | None:
    """Return the gravest severity of the log (total, partial, minor) that one of several labels or priorities means.

    Teams grade incidents by urgency, the log by who is affected: the first grade counts as a total outage, the second as a partial
    one, all others as minor.

    Parameters
    ----------
    words : Sequence of str or None
        Labels and priorities; parts between blanks, `:` and `/` count as well.

    Returns
    -------
    str or None
        None where no label means a severity.

    Examples
    --------
    >>> severity(["bug", "sev2"]), severity(["priority: critical"]), severity(["bug", None])
    ('partial', 'total', None)

    """
    parts = {part for word in words if word for part in re.split(r"[:/\s]+", word.casefold())} | {
        word.casefold() for word in words if word
    }
    return next((level for level, names in SEVERITIES.items() if parts & set(names)), None)
