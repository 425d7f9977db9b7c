"""Exported files: JSON of one page or many, and CSV; read completely or refused with one line.

Contents are only parsed, never executed. An error names the file and the position. Limits on size, nesting and numbers
refuse files that are not exports.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from devopssim.errors import InvalidInputError

LARGEST: Final = 1 << 30
"""Maximum size of one file in bytes."""
JSON_ENDINGS: Final = {".json", ".jsonl", ".ndjson"}
"""File name extensions of JSON and JSON lines."""
IDENTITIES: Final = {"id", "number", "iid", "key", "context"}
"""Keys that mark an object as a record, rather than a page of records."""


def paths_of(given: str | Path, endings: set[str] = JSON_ENDINGS) -> list[Path]:
    """Return the exported files that a path means: the file itself, or all files of a folder with certain extensions.

    Parameters
    ----------
    given : str or Path
        File, or folder that is searched recursively.
    endings : set of str, default JSON_ENDINGS
        Extensions in lower case; they apply to folders only.

    Returns
    -------
    list of Path
        Sorted by name.

    Raises
    ------
    InvalidInputError
        Where the path is missing, or the folder holds no file with these extensions.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "page-1.json").write_text("[]")
    ...     _ = Path(folder, "readme.txt").write_text("")
    ...     [path.name for path in paths_of(folder)]
    ['page-1.json']

    """
    path = Path(given)
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.suffix.lower() in endings and file.is_file())
        if not files:
            raise InvalidInputError(
                f"{path}: the folder contains no {' or '.join(sorted(endings))} file; pass the folder of the export."
            )
        return files
    if not path.is_file():
        raise InvalidInputError(f"{path}: no such file or folder; pass the exported file.")
    return [path]


def objects_of(given: str | Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield each JSON object of an export with its file.

    Files may hold pages (`[{…}, …]`), pages of pages, JSON lines, or several pages in sequence. An object that holds exactly one list of
    objects, such as `{"workflow_runs": […]}`, is a page too.

    Parameters
    ----------
    given : str or Path
        File or folder.

    Yields
    ------
    tuple of (Path, dict)
        File, and object.

    Raises
    ------
    InvalidInputError
        Where a file is unreadable, too large, malformed, or holds something other than objects.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "runs.json").write_text('{"total": 2, "workflow_runs": [{"id": 1}, {"id": 2}]}')
    ...     [thing["id"] for _, thing in objects_of(folder)]
    [1, 2]

    """
    for path in paths_of(given):
        for document in _documents(path):
            for thing in _members(document):
                if not isinstance(thing, dict):
                    raise InvalidInputError(
                        f"{path}: expected an object {{…}}, got {shown(thing)}; export the responses unchanged."
                    )
                yield path, thing


def _members(document: Any) -> list[Any]:
    """Return the objects of a page, or of a page of pages; an object with an id or a CDEvents context is one record."""
    if isinstance(document, list):
        inner = (_members(page) if isinstance(page, list) or _is_page(page) else [page] for page in document)
        return [member for page in inner for member in page]
    if isinstance(document, dict) and not IDENTITIES & set(document):
        pages = [
            value for value in document.values() if isinstance(value, list) and all(isinstance(x, dict) for x in value)
        ]
        if len(pages) == 1:
            return pages[0]
    return [document]


def _is_page(thing: Any) -> bool:
    """Return whether an object inside a page is a page itself, as `gh api --paginate --slurp` writes them."""
    return isinstance(thing, dict) and "total_count" in thing and not IDENTITIES & set(thing)


def _documents(path: Path) -> Iterator[Any]:
    """Yield each JSON document of a file."""
    text = text_of(path)
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    at = 0
    while (at := _skip_space(text, at)) < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except RecursionError as error:
            raise InvalidInputError(
                f"{path}: the JSON is nested too deeply for an export; check where the file comes from."
            ) from error
        except ValueError as error:
            line = text.count("\n", 0, getattr(error, "pos", at)) + 1
            reason = getattr(error, "msg", str(error))
            raise InvalidInputError(
                f"{path}: line {line} is not valid JSON ({reason}); export the file again, it may be truncated."
            ) from error
        yield document


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n\x1e":
        at += 1
    return at


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def text_of(path: Path, encoding: str | None = None) -> str:
    r"""Return the text of a file.

    Parameters
    ----------
    path : Path
        File of at most `LARGEST` bytes.
    encoding : str, optional
        Name of the encoding; by default UTF-16 if the file begins with its byte order mark, else UTF-8 with or without one.

    Raises
    ------
    InvalidInputError
        Where the file is unreadable, too large, or in another encoding.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "export.csv")
    ...     _ = path.write_bytes("\ufeffid;größe".encode())
    ...     text_of(path)
    'id;größe'

    """
    try:
        if path.stat().st_size > LARGEST:
            raise InvalidInputError(
                f"{path}: the file is larger than {LARGEST >> 20} MiB; export fewer months at a time."
            )
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot read the file ({error.strerror}); check its permissions.") from error
    if encoding is None:
        encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        where = f", byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        read_as = "UTF-8" if encoding == "utf-8-sig" else encoding
        raise InvalidInputError(f"{path}: the file is not {read_as} text{where}; save it as UTF-8.") from error


def rows_of(
    path: Path, *, delimiter: str | None = None, encoding: str | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    r"""Yield each row of a CSV file with its line number.

    Blank rows are skipped. Of several columns with one name, the first filled one counts: Jira repeats `Labels`.

    Parameters
    ----------
    path : Path
        File with a header row of at least two columns.
    delimiter : str, optional
        By default the most frequent of `,`, `;`, tab and `|` in the header.
    encoding : str, optional
        As of `text_of`.

    Yields
    ------
    tuple of (int, dict of str to str)
        Line on which the row ends, and its values by column, stripped of blanks.

    Raises
    ------
    InvalidInputError
        Where the header is missing, a row has another number of fields than the header, or the file is not CSV.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "tickets.csv")
    ...     _ = path.write_text("Ticket;Opened\n7; 01.03.2026\n")
    ...     list(rows_of(path))
    [(2, {'Ticket': '7', 'Opened': '01.03.2026'})]

    """
    text = text_of(path, encoding)
    head = text.split("\n", 1)[0]
    delimiter = delimiter or max(",;\t|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip() for name in next(reader, [])]
        if sum(map(bool, names)) < 2:
            raise InvalidInputError(f"{path}: a header row with at least two columns is missing; pass a CSV file.")
        for written in reader:
            if not any(field.strip() for field in written):
                continue
            fields = _without_empty_columns(written, names)
            if len(fields) != len(names):
                raise InvalidInputError(
                    f"{path}: line {reader.line_num} has {len(fields)} fields, the header has {len(names)}; export the file "
                    "again, it may be truncated."
                )
            row: dict[str, str] = {}
            for name, value in zip(names, fields, strict=True):
                if name:
                    row[name] = row.get(name) or value.strip()
            yield reader.line_num, row
    except csv.Error as error:
        raise InvalidInputError(
            f"{path}: line {reader.line_num} is not valid CSV ({error}); export the file again, it may be truncated."
        ) from error


def _without_empty_columns(fields: list[str], names: list[str]) -> list[str]:
    """Return a row as long as the header, if the difference is empty columns at the end, as spreadsheets write and omit them."""
    width = len(names)
    if len(fields) > width and not any(field.strip() for field in fields[width:]):
        return fields[:width]
    if len(fields) < width and not any(names[len(fields) :]):
        return [*fields, *([""] * (width - len(fields)))]
    return fields


def text_in(thing: Mapping[str, Any], *keys: str) -> str | None:
    """Return the text, or the integer as text, below nested keys of an object; None where it is missing or empty.

    Parameters
    ----------
    thing : Mapping
        Object of an export.
    *keys : str
        Path to the value.

    Examples
    --------
    >>> issue = {"number": 7, "user": {"login": "ada"}}
    >>> text_in(issue, "user", "login"), text_in(issue, "number"), text_in(issue, "user", "name")
    ('ada', '7', None)

    """
    value: Any = thing
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    if isinstance(value, str) and value:
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def shown(thing: object) -> str:
    """Return the value as a message quotes it, at most 60 characters."""
    text = repr(thing)
    return text if len(text) <= 60 else f"{text[:57]}…"
