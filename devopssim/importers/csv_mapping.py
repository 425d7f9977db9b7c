"""Any CSV table as records, by a mapping in TOML.

    [[table]]
    file = "tickets.csv"          # relative to this file
    kind = "items"                # items, changes, deployments or incidents
    zone = "Europe/Berlin"        # of times without a zone (default UTC)
    columns = { id = "Ticket", created = "Opened", closed = "Live since" }

    [[table]]
    file = "rollouts.csv"
    kind = "deployments"
    time_format = "%d.%m.%Y %H:%M"
    delimiter = ";"
    keep = { Stage = ["prod"] }   # only rows with one of these values
    columns = { id = "Rollout", at = "When", changes = "Commits" }

`FIELDS` lists the fields of each kind of table. Blanks or commas separate several ids in one cell.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from devopssim.errors import InvalidInputError
from devopssim.history import (
    ChangeRecord,
    DeploymentRecord,
    History,
    IncidentRecord,
    WorkItemRecord,
    by_id,
    change_id,
    separate_outages,
)
from devopssim.importers.exported_files import rows_of, text_of
from devopssim.importers.normalisation import identifier, severity
from devopssim.importers.times import seconds, zone_of

RULES: Final = "the mapping assigns tables and columns"
"""Rules of reading, in the provenance."""
TIMES: Final[Mapping[str, tuple[str, ...]]] = {
    "items": ("created", "started", "done", "closed", "withdrawn", "updated"),
    "changes": ("created", "merged", "abandoned", "updated"),
    "deployments": ("at",),
    "incidents": ("occurred", "detected", "resolved", "updated"),
}
"""Fields of each kind of table that hold times."""
TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "items": (),
    "changes": ("commit", "items", "assisted", "of"),
    "deployments": ("commit", "changes", "name", "of", "environment"),
    "incidents": ("deployment", "severity", "cause", "name", "of"),
}
"""Fields of each kind of table that hold texts or ids."""
FIELDS: Final = {kind: ("id", *TIMES[kind], *TEXTS[kind]) for kind in TIMES}
"""All fields of each kind of table."""
OBSERVED: Final[Mapping[str, tuple[str, ...]]] = {
    "items": ("ticket.created", "ticket.closed"),
    "changes": ("change.created", "change.merged"),
    "deployments": ("service.deployed",),
    "incidents": ("service.failed", "incident.reported", "incident.resolved"),
}
"""Kinds of events that each kind of table records, even if it is empty."""
SETTINGS: Final = {"file", "kind", "columns", "keep", "delimiter", "encoding", "time_format", "zone"}
"""Settings that a table may have."""
CAUSES: Final = {"defect", "installation", "infrastructure", "vulnerability", "dependency"}
"""Causes of incidents that are taken over; others leave the cause open."""
YES: Final = {"yes", "true", "1", "x", "y"}
"""Texts in the column `assisted` that mark a change as written with AI assistance, in lower case; all others leave it unmarked."""
COMMIT: Final = re.compile(r"[0-9a-f]{40,64}")


def mapped_history(mapping: str | Path) -> History:
    r"""Return the history of the tables that a mapping names.

    Parameters
    ----------
    mapping : str or Path
        File in TOML, as this module's text describes.

    Returns
    -------
    History
        Work items, changes, deployments and incidents.

    Raises
    ------
    InvalidInputError
        Where the mapping or a table is missing or malformed, or a setting, column, time or id is wrong.

    Examples
    --------
    >>> import tempfile
    >>> table = '[[table]]\nfile = "rollouts.csv"\nkind = "deployments"\ncolumns = { id = "Rollout", at = "When" }\n'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "rollouts.csv").write_text("Rollout,When\nR1,1970-01-01 01:00:00\n")
    ...     mapping = Path(folder, "mapping.toml")
    ...     _ = mapping.write_text(table)
    ...     history = mapped_history(mapping)
    >>> history.deployments["R1"].at
    3600.0

    """
    path = Path(mapping)
    if not path.is_file():
        raise InvalidInputError(f"{path}: no such file; pass the path of a mapping in TOML.")
    try:
        given = tomllib.loads(text_of(path))
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits and deep nesting
        raise InvalidInputError(f"{path}: invalid TOML ({error}); correct the syntax.") from error
    tables = given.get("table")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise InvalidInputError(f"{path}: [[table]] is missing; write one for each CSV file.")
    records: dict[str, list[Any]] = {kind: [] for kind in FIELDS}
    counts: Counter[str] = Counter()
    # the name of `kind` was `what` in earlier versions
    tables = [{("kind" if name == "what" else name): value for name, value in table.items()} for table in tables]
    for table in tables:
        _checked(path, table)
        records[table["kind"]] += _table(path, table, counts)
    records["incidents"] = separate_outages(records["incidents"])
    joined: dict[str, Any] = {kind: by_id(rows) for kind, rows in records.items()}
    observes = {kind for table in tables for kind in OBSERVED[table["kind"]]}
    return History(provenance=(("csv", path.name, RULES),), counts=dict(counts), observes=frozenset(observes), **joined)


def _checked(path: Path, table: Mapping[str, Any]) -> None:
    """Raise InvalidInputError where a table's settings are wrong."""
    unknown = sorted(set(table) - SETTINGS)
    if unknown:
        raise InvalidInputError(
            f"{path}: unknown setting {unknown[0]!r} of a table; allowed are {', '.join(sorted(SETTINGS))}."
        )
    kind, columns = table.get("kind"), table.get("columns")
    if kind not in FIELDS:
        raise InvalidInputError(f"{path}: kind={kind!r} (of a table) must be one of {', '.join(FIELDS)}.")
    if not isinstance(table.get("file"), str) or not isinstance(columns, dict) or "id" not in columns:
        raise InvalidInputError(f"{path}: a table requires `file`, and `columns` with an `id`.")
    unknown = sorted(set(columns) - set(FIELDS[kind]))
    if unknown:
        raise InvalidInputError(
            f"{path}: unknown field {unknown[0]!r} of {kind}; allowed are {', '.join(FIELDS[kind])}."
        )
    if not any(name in columns for name in TIMES[kind]):
        raise InvalidInputError(f"{path}: {kind} require a column for at least one of {', '.join(TIMES[kind])}.")
    zone_of(table.get("zone"))


def _table(path: Path, table: Mapping[str, Any], counts: Counter[str]) -> list[Any]:
    """Return the records of a table, and count the rows that `keep` excludes."""
    kind, columns = table["kind"], table["columns"]
    file = path.parent / table["file"]
    if not file.is_file():
        raise InvalidInputError(f"{path}: {file} does not exist; pass a path relative to the mapping.")
    records: list[Any] = []
    for line, row in rows_of(file, delimiter=table.get("delimiter"), encoding=table.get("encoding")):
        where = f"{file}: line {line}"
        missing = sorted({*columns.values(), *table.get("keep", {})} - set(row))
        if missing:
            raise InvalidInputError(f"{where}: column {missing[0]!r} is missing; the columns are {', '.join(row)}.")
        if any(
            row[column] not in [str(value) for value in allowed] for column, allowed in table.get("keep", {}).items()
        ):
            counts["rows excluded by `keep`"] += 1
            continue
        values: dict[str, Any] = {
            name: seconds(row[columns[name]], where, time_format=table.get("time_format"), zone=table.get("zone"))
            for name in TIMES[kind]
            if name in columns
        }
        values |= {name: row[columns[name]] for name in ("id", *TEXTS[kind]) if name in columns and row[columns[name]]}
        if "id" not in values:
            raise InvalidInputError(
                f"{where}: the id in column {columns['id']!r} is missing; fill it in or exclude the row with `keep`."
            )
        records.append(MAKERS[kind](values, where))
    return records


def _item(values: dict[str, Any], _: str) -> WorkItemRecord:
    return WorkItemRecord(**{**values, "id": identifier(values["id"])})


def _change(values: dict[str, Any], _: str) -> ChangeRecord:
    commit = values.get("commit") or (values["id"] if COMMIT.fullmatch(values["id"]) else None)
    name = change_id(commit) if commit and COMMIT.fullmatch(commit) else identifier(values["id"])
    assisted = values.get("assisted", "").casefold() in YES or None
    return ChangeRecord(
        **{**values, "id": name, "commit": commit, "items": _ids(values.get("items")), "assisted": assisted}
    )


def _deployment(values: dict[str, Any], where: str) -> DeploymentRecord:
    if values.get("at") is None:
        raise InvalidInputError(f"{where}: the time of the deployment is missing; fill in the column of `at`.")
    changes = tuple(change_id(name) if COMMIT.fullmatch(name) else name for name in _ids(values.get("changes")))
    return DeploymentRecord(**{**values, "changes": changes})


def _incident(values: dict[str, Any], _: str) -> IncidentRecord:
    cause = values.get("cause", "").casefold()
    normalised = {"severity": severity([values.get("severity")]), "cause": cause if cause in CAUSES else None}
    return IncidentRecord(**{**values, **normalised, "id": identifier(values["id"])})


def _ids(text: str | None) -> tuple[str, ...]:
    """Return the ids of a cell, sorted."""
    return tuple(sorted({identifier(name) for name in re.split(r"[,;\s]+", text or "") if name}))


MAKERS: Final[Mapping[str, Callable[[dict[str, Any], str], Any]]] = {
    "items": _item,
    "changes": _change,
    "deployments": _deployment,
    "incidents": _incident,
}
"""Function that makes a record of a row's values, by kind of table."""
