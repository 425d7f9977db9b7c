"""Event logs as CSV and Parquet files, exact both ways."""

import codecs
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from pyarrow import csv

from devopssim.errors import BrokenContractError, InvalidInputError
from devopssim.events.contract import validate, validate_columns
from devopssim.events.kinds import COLUMNS
from devopssim.events.schema import typed, with_attrs
from devopssim.files import whole_file

BLOCK: Final = 1 << 26
"""Bytes of a file that are parsed at a time: more than a row can have."""


def write(log: pd.DataFrame, path: str | Path) -> None:
    """Write a log to a `.csv` or `.parquet` file that `read` restores bit for bit.

    The file appears whole or stays absent. In CSV, `log.attrs` stand as `# key: value` lines (values in JSON) before the header
    row.

    Parameters
    ----------
    log : DataFrame
        Event log.
    path : str or Path
        File to write; the ending selects the format.

    Raises
    ------
    InvalidInputError
        If the ending is unknown or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([event(0, "ticket.created", item="W1")], horizon=10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(log, f"{folder}/log.csv")
    ...     read(f"{folder}/log.csv").equals(log)
    True
    """
    target = Path(path)
    writers = {".csv": _write_csv, ".parquet": _write_parquet}
    _format(target, writers)
    with whole_file(target) as part:
        writers[target.suffix.lower()](log, part)


def read(path: str | Path) -> pd.DataFrame:
    """Return the event log in a `.csv` or `.parquet` file, after validating it.

    Parameters
    ----------
    path : str or Path
        File to read; the ending selects the format.

    Returns
    -------
    DataFrame
        Valid event log with its attributes.

    Raises
    ------
    InvalidInputError
        If the file is missing or unreadable, or its ending is unknown.
    BrokenContractError
        If the table breaks the contract of an event log.
    """
    source = Path(path)
    readers = {".csv": _read_csv, ".parquet": _read_parquet}
    _format(source, readers)
    if not source.is_file():
        message = f"{source}: no such file; give the path of an event log, for example one written by `devopssim simulate --out`."
        raise InvalidInputError(message)
    try:
        log = readers[source.suffix.lower()](source)
        return validate(log)
    except BrokenContractError as error:
        message = f"{source}: {error}"
        raise BrokenContractError(message, row=error.row, rule=error.rule) from error
    except Exception as error:  # readers of Parquet raise errors of many kinds on a file with a damaged index or schema
        reason = " ".join(str(error).split()) or type(error).__name__
        message = f"{source}: cannot be read as an event log ({reason}); was it cut short or changed by hand?"
        raise InvalidInputError(message) from error


def _format(path: Path, formats: Mapping[str, object]) -> None:
    """Raise InvalidInputError unless the path ends as one of the formats."""
    if path.suffix.lower() not in formats:
        message = f"{path}: the ending {path.suffix!r} is unknown; an event log is a {' or '.join(formats)} file."
        raise InvalidInputError(message)


def _write_csv(log: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(f"# {key}: {json.dumps(value)}\n" for key, value in log.attrs.items())
        log.to_csv(stream, index=False, lineterminator="\n")


def _read_csv(path: Path) -> pd.DataFrame:
    written, attrs = path.read_bytes().removeprefix(codecs.BOM_UTF8), {}
    position = 0
    while written.startswith(b"#", position):
        end = written.find(b"\n", position) + 1 or len(written)
        key, _, value = written[position + 1 : end].decode().partition(":")
        attrs[key.strip()] = json.loads(value)
        position = end
    table = csv.read_csv(
        pa.py_buffer(memoryview(written)[position:]),
        read_options=csv.ReadOptions(block_size=BLOCK, use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={name: pa.float64() if name == "time" else pa.large_string() for name in COLUMNS},
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    named = zip(table.column_names, table.columns, strict=True)
    columns = {name: column.to_numpy() if name == "time" else pd.array(column, dtype="str") for name, column in named}
    return _restored(pd.DataFrame(columns), attrs)


def _write_parquet(log: pd.DataFrame, path: Path) -> None:
    log.to_parquet(path, index=False)


def _read_parquet(path: Path) -> pd.DataFrame:
    table = pd.read_parquet(path)
    return _restored(table, {str(key): value for key, value in table.attrs.items()})


def _restored(table: pd.DataFrame, attrs: dict[str, Any]) -> pd.DataFrame:
    """Return a table as a log with its types and attributes."""
    validate_columns(table)
    log = typed({name: table[name] for name in COLUMNS})
    return with_attrs(log, **{"horizon": None, **attrs})
