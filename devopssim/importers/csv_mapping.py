"""Any CSV table as facts, by a mapping that is written as TOML.

    [[table]]
    file = "tickets.csv"          # relative to this file
    what = "items"                # items, changes, deployments or incidents
    zone = "Europe/Berlin"        # of times without a zone (default UTC)
    columns = { id = "Ticket", created = "Opened", closed = "Live since" }

    [[table]]
    file = "rollouts.csv"
    what = "deployments"
    time_format = "%d.%m.%Y %H:%M"
    delimiter = ";"
    keep = { Stage = ["prod"] }   # only rows with one of these values
    columns = { id = "Rollout", at = "When", changes = "Commits" }

`FIELDS` lists what each kind of table may say. Several ids in one cell are separated by blanks or commas.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from devopssim.errors import InvalidInputError
from devopssim.history import ChangeRecord, DeploymentRecord, History, IncidentRecord, WorkItemRecord, by_id, change_id
from devopssim.importers.exported_files import rows_of, seconds, text_of, zone_of
from devopssim.importers.normalisation import identifier, severity

RULES: Final = "tables are read by the mapping"
TIMES: Final[Mapping[str, tuple[str, ...]]] = {
    "items": ("created", "started", "done", "closed", "withdrawn"),
    "changes": ("created", "merged", "abandoned"),
    "deployments": ("at",),
    "incidents": ("began", "known", "resolved"),
}
TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "items": (),
    "changes": ("commit", "items"),
    "deployments": ("commit", "changes", "name", "of"),
    "incidents": ("deployment", "severity", "cause"),
}
FIELDS: Final = {what: ("id", *TIMES[what], *TEXTS[what]) for what in TIMES}
SETTINGS: Final = {"file", "what", "columns", "keep", "delimiter", "encoding", "time_format", "zone"}
CAUSES: Final = {"defect", "installation", "infrastructure", "vulnerability", "dependency"}
COMMIT: Final = re.compile(r"[0-9a-f]{40,64}")


def mapped_history(mapping: str | Path) -> History:
    """Return the facts of the tables that a mapping names. Raises InvalidInputError, in one line, for what is wrong in it."""
    path = Path(mapping)
    if not path.is_file():
        raise InvalidInputError(f"{path}: no such file; give a mapping in TOML.")
    try:
        given = tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"{path}: not TOML ({error}).") from error
    tables = given.get("table")
    if not isinstance(tables, list) or not tables or not all(isinstance(each, dict) for each in tables):
        raise InvalidInputError(f"{path}: has no [[table]]; write one for each CSV file.")
    records: dict[str, list[Any]] = {what: [] for what in FIELDS}
    counts: Counter[str] = Counter()
    for table in tables:
        _checked(path, table)
        records[table["what"]] += _table(path, table, counts)
    joined: dict[str, Any] = {what: by_id(things) for what, things in records.items()}
    return History(provenance=(("csv", path.name, RULES),), counts=dict(counts), **joined)


def _checked(path: Path, table: Mapping[str, Any]) -> None:
    strange = sorted(set(table) - SETTINGS)
    if strange:
        raise InvalidInputError(
            f"{path}: {strange[0]!r} is no setting of a table; allowed are {', '.join(sorted(SETTINGS))}."
        )
    what, columns = table.get("what"), table.get("columns")
    if what not in FIELDS:
        raise InvalidInputError(f"{path}: what={what!r} must be one of {', '.join(FIELDS)}.")
    if not isinstance(table.get("file"), str) or not isinstance(columns, dict) or "id" not in columns:
        raise InvalidInputError(f"{path}: a table needs a file, and columns with an id.")
    strange = sorted(set(columns) - set(FIELDS[what]))
    if strange:
        raise InvalidInputError(
            f"{path}: {strange[0]!r} is nothing that {what} have; they have {', '.join(FIELDS[what])}."
        )
    if not any(name in columns for name in TIMES[what]):
        raise InvalidInputError(f"{path}: {what} need a column for at least one of {', '.join(TIMES[what])}.")
    zone_of(table.get("zone"))


def _table(path: Path, table: Mapping[str, Any], counts: Counter[str]) -> list[Any]:
    what, columns = table["what"], table["columns"]
    file = path.parent / table["file"]
    if not file.is_file():
        raise InvalidInputError(f"{path}: {file} is no file; the path is relative to the mapping.")
    found: list[Any] = []
    for line, row in rows_of(file, delimiter=table.get("delimiter"), encoding=table.get("encoding")):
        where = f"{file}: line {line}"
        missing = sorted({*columns.values(), *table.get("keep", {})} - set(row))
        if missing:
            raise InvalidInputError(f"{where} has no column {missing[0]!r}; its columns are {', '.join(row)}.")
        if any(row[column] not in [str(each) for each in kept] for column, kept in table.get("keep", {}).items()):
            counts["rows that were not to be kept"] += 1
            continue
        values: dict[str, Any] = {
            name: seconds(row[columns[name]], where, time_format=table.get("time_format"), zone=table.get("zone"))
            for name in TIMES[what]
            if name in columns
        }
        values |= {name: row[columns[name]] for name in ("id", *TEXTS[what]) if name in columns and row[columns[name]]}
        if "id" not in values:
            raise InvalidInputError(f"{where} has no id in column {columns['id']!r}.")
        found.append(MAKERS[what](values, where))
    return found


def _item(values: dict[str, Any], _: str) -> WorkItemRecord:
    return WorkItemRecord(**{**values, "id": identifier(values["id"])})


def _change(values: dict[str, Any], _: str) -> ChangeRecord:
    commit = values.get("commit") or (values["id"] if COMMIT.fullmatch(values["id"]) else None)
    name = change_id(commit) if commit and COMMIT.fullmatch(commit) else identifier(values["id"])
    return ChangeRecord(**{**values, "id": name, "commit": commit, "items": _ids(values.get("items"))})


def _deployment(values: dict[str, Any], where: str) -> DeploymentRecord:
    if values.get("at") is None:
        raise InvalidInputError(f"{where}: a deployment has no time.")
    changes = tuple(change_id(each) if COMMIT.fullmatch(each) else each for each in _ids(values.get("changes")))
    return DeploymentRecord(**{**values, "changes": changes})


def _incident(values: dict[str, Any], _: str) -> IncidentRecord:
    cause = values.get("cause", "").casefold()
    said = {"severity": severity([values.get("severity")]), "cause": cause if cause in CAUSES else None}
    return IncidentRecord(**{**values, **said, "id": identifier(values["id"])})


def _ids(text: str | None) -> tuple[str, ...]:
    return tuple(sorted({identifier(each) for each in re.split(r"[,;\s]+", text or "") if each}))


MAKERS: Final[Mapping[str, Callable[[dict[str, Any], str], Any]]] = {
    "items": _item,
    "changes": _change,
    "deployments": _deployment,
    "incidents": _incident,
}
