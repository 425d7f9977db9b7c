"""Jira's CSV export of issues as a history.

Rules:

- An issue is a work item: requested when it was created, started at its actual start (else its start date) if the export has
  that column, closed when it was resolved. Resolutions such as Duplicate or Won't Do withdraw it. Epics and sub-tasks are
  sums and parts of others, and excluded.
- An issue of a type that `incidents` matches is an incident: detected when it was created, resolved when it was resolved.

The export lacks status changes, so without a column for the start of work, cycle time has n = 0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from devopssim.errors import InvalidInputError
from devopssim.history import History, IncidentRecord, WorkItemRecord
from devopssim.importers.exported_files import paths_of, rows_of, seconds
from devopssim.importers.normalisation import INCIDENTS, identifier, severity
from devopssim.importers.record_reader import RecordReader

STARTED: Final = ("Actual start", "Custom field (Actual start)", "Start date", "Custom field (Start date)")
"""Columns with the start of work, the preferred one first."""
FAILED: Final = ("Custom field (Impact start)", "Custom field (Impact started at)", "Impact start")
"""Columns with the moment of failure, the preferred one first."""
WITHDRAWN: Final = {
    "duplicate",
    "won't do",
    "won't fix",
    "cannot reproduce",
    "declined",
    "incomplete",
    "not a bug",
    "invalid",
}
"""Resolutions that withdraw an issue, in lower case."""
PARTS: Final = {"epic", "initiative", "sub-task", "subtask"}
"""Issue types that are sums or parts of other issues, in lower case."""


def jira_history(
    *exports: str | Path,
    incidents: Sequence[str] = INCIDENTS,
    time_format: str | None = None,
    zone: str | None = None,
) -> History:
    r"""Return the history of exported issues, ready to be joined with others.

    Parameters
    ----------
    *exports : str or Path
        CSV files, and folders of them.
    incidents : Sequence of str, default INCIDENTS
        Shell patterns of issue types that are incidents.
    time_format : str, optional
        Format of times as of `strptime`; default: Jira's usual ones.
    zone : str, optional
        IANA name of the export's time zone; default UTC.

    Returns
    -------
    History
        Work items and incidents.

    Raises
    ------
    InvalidInputError
        Where a file lacks the columns `Issue key` or `Created`, or is unreadable.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "issues.csv").write_text("Issue key,Created\nSHOP-1,01/Mar/26 9:00 AM\n")
    ...     history = jira_history(folder, zone="Europe/Berlin")
    >>> list(history.items)
    ['SHOP-1']

    """
    return JiraReader(incident_labels=incidents, time_format=time_format, zone=zone).read_all(exports)


@dataclass(kw_only=True)
class JiraReader(RecordReader):
    """Reader of Jira's CSV export; this module's docstring lists its rules.

    Parameters
    ----------
    time_format, zone : str, optional
        As of `jira_history`.

    """

    tool: ClassVar[str] = "jira"
    rules: ClassVar[str] = (
        "issues are work items, closed when they are resolved; issues of the type incident are incidents"
    )
    time_format: str | None = None
    zone: str | None = None

    def objects(self, exports: Sequence[str | Path]) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield the location of each row of these files and folders, and the row."""
        for export in exports:
            for path in paths_of(export, {".csv"}):
                for line, row in rows_of(path):
                    yield f"{path}: line {line}", row

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Add one issue as a work item or an incident."""
        key = thing.get("Issue key") or thing.get("Key")
        if not key or "Created" not in thing:
            raise InvalidInputError(
                f"{where}: 'Issue key' or 'Created' is missing; export the issues with both columns."
            )
        kind = str(thing.get("Issue Type") or thing.get("Issue type") or "")
        if kind.casefold() in PARTS:
            self.counts["epics and sub-tasks"] += 1
        elif self.is_incident([kind.strip("[]").removeprefix("System] ")]):
            self.incidents.append(
                IncidentRecord(
                    id=identifier(key),
                    occurred=self._time(thing, where, *FAILED),
                    detected=self._time(thing, where, "Created"),
                    resolved=self._time(thing, where, "Resolved"),
                    severity=severity([thing.get("Priority"), thing.get("Custom field (Severity)")]),
                    name=thing.get("Summary") or None,
                )
            )
        else:
            withdrawn = (thing.get("Resolution") or "").casefold() in WITHDRAWN
            resolved = self._time(thing, where, "Resolved")
            self.items.append(
                WorkItemRecord(
                    id=identifier(key),
                    created=self._time(thing, where, "Created"),
                    started=self._time(thing, where, *STARTED),
                    closed=None if withdrawn else resolved,
                    withdrawn=resolved if withdrawn else None,
                )
            )

    def _time(self, row: Mapping[str, str], where: str, *names: str) -> float | None:
        """Return the time in the first filled one of these columns, or None."""
        text = next((row[name] for name in names if row.get(name)), None)
        return seconds(text, where, time_format=self.time_format, zone=self.zone)
