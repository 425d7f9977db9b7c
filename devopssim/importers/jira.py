"""Jira's export of issues as CSV, as facts.

Rules:

- An issue is a work item: requested when it was created, started at its actual start (else its start date) if the export has
  that column, closed when it was resolved. Resolutions such as Duplicate or Won't Do withdraw it. Epics and sub-tasks are
  parts and sums of others, and left out.
- An issue of a type that `incidents` matches is an incident: known when it was created, resolved when it was resolved.

The export tells of no status changes, so without a column for it the start of work is not known, and cycle time says n = 0.
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
FAILED: Final = ("Custom field (Impact start)", "Custom field (Impact started at)", "Impact start")
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
PARTS: Final = {"epic", "initiative", "sub-task", "subtask"}


def jira_history(
    *exports: str | Path,
    incidents: Sequence[str] = INCIDENTS,
    time_format: str | None = None,
    zone: str | None = None,
) -> History:
    """Return the facts of exports of issues, to be joined with others.

    `incidents` are shell patterns of issue types, `time_format` is that of the export (default: Jira's usual ones), `zone` its
    time zone (default UTC). Raises InvalidInputError, in one line, for a file that is no export of issues.
    """
    return JiraReader(incident_labels=incidents, time_format=time_format, zone=zone).read_all(exports)


@dataclass(kw_only=True)
class JiraReader(RecordReader):
    """Reads Jira's export of issues."""

    tool: ClassVar[str] = "jira"
    rules: ClassVar[str] = (
        "issues are work items that are closed when they are resolved, issues of the type incident are incidents"
    )
    time_format: str | None = None
    zone: str | None = None

    def objects(self, exports: Sequence[str | Path]) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield where each row of these files and folders stands, and the row."""
        for export in exports:
            for path in paths_of(export, {".csv"}):
                for line, row in rows_of(path):
                    yield f"{path}: line {line}", row

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Take in one issue."""
        key = thing.get("Issue key") or thing.get("Key")
        if not key or "Created" not in thing:
            raise InvalidInputError(f"{where} has no 'Issue key' or 'Created'; export with these columns.")
        kind = str(thing.get("Issue Type") or thing.get("Issue type") or "")
        if kind.casefold() in PARTS:
            self.counts["epics and sub-tasks"] += 1
        elif self.is_incident([kind.strip("[]").removeprefix("System] ")]):
            self.incidents.append(
                IncidentRecord(
                    id=identifier(key),
                    began=self._time(thing, where, *FAILED),
                    known=self._time(thing, where, "Created"),
                    resolved=self._time(thing, where, "Resolved"),
                    severity=severity([thing.get("Priority"), thing.get("Custom field (Severity)")]),
                    name=thing.get("Summary") or None,
                )
            )
        else:
            lost = (thing.get("Resolution") or "").casefold() in WITHDRAWN
            resolved = self._time(thing, where, "Resolved")
            self.items.append(
                WorkItemRecord(
                    id=identifier(key),
                    created=self._time(thing, where, "Created"),
                    started=self._time(thing, where, *STARTED),
                    closed=None if lost else resolved,
                    withdrawn=resolved if lost else None,
                )
            )

    def _time(self, row: Mapping[str, str], where: str, *names: str) -> float | None:
        """Return the time in the first of these columns that is filled."""
        text = next((row[name] for name in names if row.get(name)), None)
        return seconds(text, where, time_format=self.time_format, zone=self.zone)
