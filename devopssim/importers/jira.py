"""Jira's export of issues as CSV, as facts.

Rules:

- An issue is a work item: requested when it was created, started at its actual start (else its start date) if the export has
  that column, closed when it was resolved. Resolutions such as Duplicate or Won't Do withdraw it. Epics and sub-tasks are
  parts and sums of others, and left out.
- An issue of a type that `incidents` matches is an incident: known when it was created, resolved when it was resolved.

The export tells of no status changes, so without a column for it the start of work is not known, and cycle time says n = 0.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from devopssim.errors import InvalidInputError
from devopssim.history import History, IncidentRecord, WorkItemRecord, by_id
from devopssim.importers.exported_files import paths_of, rows_of, seconds
from devopssim.importers.normalisation import INCIDENTS, identifier, matches, severity

RULES: Final = "issues are work items that are closed when they are resolved, issues of the type incident are incidents"
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
    items: list[WorkItemRecord] = []
    found: list[IncidentRecord] = []
    counts: Counter[str] = Counter()
    for export in exports:
        for path in paths_of(export, {".csv"}):
            for line, row in rows_of(path):
                where = f"{path}: line {line}"
                key = row.get("Issue key") or row.get("Key")
                if not key or "Created" not in row:
                    raise InvalidInputError(f"{where} has no 'Issue key' or 'Created'; export with these columns.")
                kind = row.get("Issue Type") or row.get("Issue type") or ""

                def time(*names: str, row: Mapping[str, str] = row, where: str = where) -> float | None:
                    text = next((row[name] for name in names if row.get(name)), None)
                    return seconds(text, where, time_format=time_format, zone=zone)

                if kind.casefold() in PARTS:
                    counts["epics and sub-tasks"] += 1
                elif matches(kind.strip("[]").removeprefix("System] "), incidents):
                    level = severity([row.get("Priority"), row.get("Custom field (Severity)")])
                    found.append(
                        IncidentRecord(
                            id=identifier(key),
                            began=time(*FAILED),
                            known=time("Created"),
                            resolved=time("Resolved"),
                            severity=level,
                            name=row.get("Summary") or None,
                        )
                    )
                else:
                    lost = (row.get("Resolution") or "").casefold() in WITHDRAWN
                    resolved = time("Resolved")
                    items.append(
                        WorkItemRecord(
                            id=identifier(key),
                            created=time("Created"),
                            started=time(*STARTED),
                            closed=None if lost else resolved,
                            withdrawn=resolved if lost else None,
                        )
                    )
    name = ", ".join(Path(each).name for each in exports)
    return History(told=(("jira", name, RULES),), items=by_id(items), incidents=by_id(found), counts=dict(counts))
