"""Normalisation of texts from other tools: ids, names, and the meaning of environments and labels."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from typing import Final


def words_of(text: str) -> frozenset[str]:
    r"""Return the names in a text that separates them by commas.

    Examples
    --------
    >>> sorted(words_of("to do, in\n    progress"))
    ['in progress', 'to do']

    """
    return frozenset(" ".join(name.split()) for name in text.split(","))


PRODUCTION: Final = frozenset({"prod", "production", "prd", "live"})
"""Words of a name that make an environment production."""
NOT_PRODUCTION: Final = words_of(
    """
    pre, preprod, preproduction, non, nonprod, nonproduction, not, no, stage, staging, stg, test, testing, tst, qa, uat, dev, develop,
    development, review, preview, sandbox,
    demo, like, mirror, shadow, copy, sim, simulation, ci, int, integration, perf, load, training
    """
)
"""Words of a name that make it another environment, despite its other words."""
INCIDENTS: Final = frozenset({"incident", "incidents", "outage", "outages"})
"""Whole labels, last words of labels, or issue types that make an issue an incident; so do `sev1`, `sev-2` and the like."""
SEVERITY_LABEL: Final = re.compile(r"sev-?[0-9]")
NEGATIONS: Final = frozenset({"no", "non", "not", "former", "false"})
"""Words that turn a label into its opposite."""
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
    >>> matches("Prod-EU", ["prod*"]), matches("staging", ["prod*"]), matches(None, ["*"])
    (True, False, False)

    """
    return word is not None and any(fnmatch(word.casefold(), pattern.casefold()) for pattern in patterns)


def is_production(environment: str | None, patterns: Sequence[str] = ()) -> bool:
    """Return whether an environment serves users, by its name.

    Parameters
    ----------
    environment : str or None
        Name; None means no production environment.
    patterns : sequence of str, default ()
        Shell patterns that decide; without them the words of the name do.

    Examples
    --------
    >>> [is_production(name) for name in ("production", "prod-eu", "shop/prod2", "Live")]
    [True, True, True, True]
    >>> [is_production(name) for name in ("pre-prod", "non-prod", "preproduction", "review/product-page", "review/fix-prod", None)]
    [False, False, False, False, False, False]

    """
    if patterns:
        return matches(environment, patterns)
    words = set(re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", environment or "").casefold()))
    return bool(words & PRODUCTION) and not words & NOT_PRODUCTION


def is_incident_label(label: str, patterns: Sequence[str] = ()) -> bool:
    """Return whether a label, or an issue type, makes an issue an incident.

    Parameters
    ----------
    label : str
        Label or type; parts between `:` and `/` count as labels of their own.
    patterns : sequence of str, default ()
        Shell patterns of whole labels that decide; without them the label's last word does.

    Examples
    --------
    >>> [is_incident_label(label) for label in ("incident", "type: Incident", "production incident", "SEV-1", "sev2::major")]
    [True, True, True, True, True]
    >>> [is_incident_label(label) for label in ("non-incident", "not an incident", "incident-tooling", "incident tooling", "P1")]
    [False, False, False, False, False]
    >>> is_incident_label("priority: P1", ["p1"]), is_incident_label("p10", ["p1"])
    (True, False)

    """
    parts = [part.strip() for part in re.split(r"[:/]+", label.strip().strip("[]").replace("] ", ":")) if part.strip()]
    if patterns:
        return any(matches(part, patterns) for part in {label, *parts})
    for part in parts:
        words = part.casefold().split()
        if words and (words[-1] in INCIDENTS or SEVERITY_LABEL.fullmatch(words[-1])) and not NEGATIONS & set(words):
            return True
    return False


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "commit"), counted(3, "commit")
    ('1 commit', '3 commits')

    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def is_author(author: str | None, patterns: Iterable[str]) -> bool:
    """Return whether an author's name matches one of several shell patterns; brackets stand for themselves, as in `renovate[bot]`.

    Examples
    --------
    >>> is_author("renovate[bot]", ["*[bot]"]), is_author("Bo", ["*[bot]"])
    (True, False)

    """
    return matches(author, (pattern.replace("[", "[[]") for pattern in patterns))


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
