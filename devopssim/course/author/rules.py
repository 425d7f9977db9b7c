"""A rule on a file: a phrase, and a predicate on the parsed file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a file has to do.

    Parameters
    ----------
    description : str
        The rule as a phrase for the student's report.
    holds : callable
        Called with the parsed file; returns whether the rule holds.

    Examples
    --------
    >>> rule = Rule(description="the file is short", holds=lambda text: len(text) < 80)
    >>> rule.holds("FROM alpine:3.20")
    True
    """

    description: str
    holds: Callable[[Any], bool]
