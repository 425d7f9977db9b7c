"""The column `detail` of an event log: `key=value` pairs joined by `;`, encoded and decoded here and nowhere else."""

from collections.abc import Mapping
from math import inf
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from devopssim.errors import InvalidInputError

SEPARATOR: Final = ";"
DETAIL_KEYS: Final[Mapping[str, str]] = {
    "affected": "the share of users whom an incident affects, 0 to 1; all of them without it",
    "assisted": "yes or no: a change was written with AI assistance",
    "automated": "yes or no: a machine did it, or a person",
    "cause": "why it happened: defect, installation, infrastructure, vulnerability, dependency, a drill's name",
    "commits": "the number of commits behind a row",
    "covered": "the share of the code that a scan covered, 0 to 1",
    "defect": "the id of a defect within its change",
    "digest": "the digest of an image",
    "downtime": "yes or no: the incident made the service unavailable",
    "due": "the hour of an item's fixed date",
    "environment": "the environment that a deployment reached",
    "exit": "the exit status of a step",
    "found_in": "the stage in which a defect was found: review, test, acceptance, production",
    "length": "hours: of a sprint",
    "name": "the name that people gave to a thing: a tag, a branch, a job, a scanner's rule",
    "outcome": "success or failure",
    "reason": "why a finding was dismissed, a change abandoned, or an artifact refused",
    "real": "yes or no: a finding reports a real vulnerability",
    "repair": "what a deployment repairs: the id of an incident, of a deployment or of a finding",
    "replica": "which copy of a service",
    "rework_of": "the item that a request follows from",
    "scanner": "what made a finding: review, sast, sca, dast, secrets, the name of a tool",
    "service": "the service or repository that was deployed, or that an incident names",
    "service_class": "the class of service of an item: expedite or fixed date; standard without it",
    "severity": "of an incident: total, partial or minor; of a finding: low, medium, high or critical",
    "sprint": "the number of the sprint, from 1",
    "task": "the kind of task: scan, triage, fix, patch, review, training, interruption",
    "unplanned": "yes or no: the work was not planned",
    "value": "what a week of use of an item is worth, in the log's own unit",
    "version": "a version or an image tag",
    "via": "how a service was restored: rollback, fix, restart, mitigation",
    "zone": "hours by which a person's time zone lies behind the log's clock",
}
"""Meaning of each key of the column `detail`."""


class NumberRange(NamedTuple):
    """The finite numbers that a key's value may be, and their description."""

    least: float
    most: float
    text: str

    def holds(self, numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Return the mask of the numbers that lie in the range.

        Examples
        --------
        >>> NUMBERS["affected"].holds(np.array([0.3, 3.0, np.nan])).tolist()
        [True, False, False]
        """
        return np.isfinite(numbers) & (numbers >= self.least) & (numbers <= self.most)


NUMBERS: Final[Mapping[str, NumberRange]] = {
    "affected": NumberRange(0, 1, "a number from 0 to 1"),
    "due": NumberRange(-inf, inf, "a finite number"),
    "value": NumberRange(0, inf, "a finite number, 0 or more"),
}
"""The keys whose value is checked to be a number."""

KEY: Final = f"(?:{'|'.join(DETAIL_KEYS)})"
WELL_FORMED: Final = rf"{KEY}=[^{SEPARATOR}=\n]*(?:{SEPARATOR}{KEY}=[^{SEPARATOR}=\n]*)*"
"""The pattern that a row's `detail` has to match as a whole."""


def encode_detail(**pairs: str | None) -> str | None:
    """Return pairs as a row's `detail`.

    Values must be free of `;`, `=` and line breaks, and keys must be those of `DETAIL_KEYS`; `validate` checks both.

    Parameters
    ----------
    **pairs : str or None
        Value by key; None and empty values are skipped.

    Returns
    -------
    str or None
        Pairs joined by `;`; None without pairs.

    Examples
    --------
    >>> encode_detail(task="fix", automated="no", sprint=None)
    'task=fix;automated=no'
    """
    return SEPARATOR.join([f"{key}={value}" for key, value in pairs.items() if value]) or None


def decode_detail(detail: str | None) -> dict[str, str]:
    """Return the pairs of one row's `detail`.

    Parameters
    ----------
    detail : str or None
        Value of the column `detail`.

    Returns
    -------
    dict of str to str
        Value by key; empty for None.

    Examples
    --------
    >>> decode_detail("task=fix;automated=no")
    {'task': 'fix', 'automated': 'no'}
    """
    return dict(pair.split("=", 1) for pair in (detail or "").split(SEPARATOR) if "=" in pair)


def details(log: pd.DataFrame, key: str) -> pd.Series:
    """Return the value of a `detail` key in each row of a log.

    Parameters
    ----------
    log : DataFrame
        Table with a column `detail`.
    key : str
        A key of `DETAIL_KEYS`.

    Returns
    -------
    Series
        Value by row; NA where the row lacks the key.

    Raises
    ------
    InvalidInputError
        If the key is unknown.

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> details(from_rows([event(1, "service.failed", incident="I1", detail="cause=defect")]), "cause").tolist()
    ['defect']
    """
    if key not in DETAIL_KEYS:
        message = f"detail key {key!r} is unknown; allowed are {', '.join(DETAIL_KEYS)}."
        raise InvalidInputError(message)
    return log["detail"].str.extract(rf"(?:^|{SEPARATOR}){key}=([^{SEPARATOR}]*)", expand=False)
