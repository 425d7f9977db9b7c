"""Exported files: JSON of one page or many, CSV, and the times in them; read completely or refused with one line.

Contents are only parsed, never executed. An error names the file and the position. Limits on size, nesting and numbers
refuse files that are not exports.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from devopssim.errors import InvalidInputError
from devopssim.importers.month_names import in_english

LARGEST: Final = 1 << 30
"""Maximum size of one file in bytes."""
JSON_ENDINGS: Final = {".json", ".jsonl", ".ndjson"}
"""File name extensions of JSON and JSON lines."""
IDENTITIES: Final = {"id", "number", "iid", "key", "context"}
"""Keys that mark an object as a record, rather than a page of records."""
FORMATS: Final = (
    "%d/%b/%y %I:%M %p",
    "%d/%b/%y %H:%M",
    "%d/%b/%Y %I:%M %p",
    "%d/%b/%Y %H:%M",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d %b %Y %H:%M",
    "%d %b %Y %I:%M %p",
    "%d-%b-%Y %H:%M",
)
"""Formats of times beside ISO 8601: those of Jira's and GitLab's exports, and of spreadsheets."""


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
                        f"{path}: expected an object {{…}}, got {_shown(thing)}; export the responses unchanged."
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


def seconds(
    text: object, where: str, *, time_format: str | None = None, zone: str | None = None, language: str | None = None
) -> float | None:
    """Return the seconds since 1970 that a value of an export states.

    Parameters
    ----------
    text : object
        ISO 8601, one of `FORMATS`, or a number of seconds; None and the empty text state nothing.
    where : str
        Location of the value, for the error message.
    time_format : str, optional
        Format as of `strptime`; replaces the default formats.
    zone : str, optional
        IANA name of the time zone of times without one; default UTC.
    language : str, optional
        Language of month names, such as `pl`, where they are ambiguous.

    Returns
    -------
    float or None
        None where the value states nothing.

    Raises
    ------
    InvalidInputError
        Where the value is not a time, or lies outside the calendar.

    Examples
    --------
    >>> seconds("1970-01-01T01:00:00Z", "line 2")
    3600.0
    >>> seconds("01/Jan/70 2:00 AM", "line 3", zone="Europe/Berlin")
    3600.0
    >>> seconds("", "line 4") is None
    True

    """
    if text is None or text == "":
        return None
    written = str(text).strip()
    number = float(text) if isinstance(text, int | float) and not isinstance(text, bool) else None
    if number is None:
        moment = _moment(written, time_format)
        if moment is None and (english := in_english(written, language)):
            moment = _moment(english, time_format)
    else:
        try:
            moment = datetime.fromtimestamp(number, UTC)
        except (OverflowError, ValueError, OSError) as error:
            raise InvalidInputError(
                f"{where}: the time {_shown(text)} is out of range; allowed are the years 1 to 9999."
            ) from error
    if moment is None:
        raise InvalidInputError(
            f"{where}: unknown time format {_shown(text)}; write times as 2026-03-01T09:30:00Z or state their format."
        )
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone_of(zone))
    try:
        return moment.astimezone(UTC).timestamp()
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidInputError(
            f"{where}: the time {_shown(text)} is out of range; allowed are the years 1 to 9999."
        ) from error


def _moment(text: str, time_format: str | None) -> datetime | None:
    """Return the time that a text states in one of the formats, or None."""
    for form in (time_format,) if time_format else (None, *FORMATS):
        try:
            return datetime.fromisoformat(text) if form is None else datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        except (ValueError, OverflowError):
            continue
    return None


def zone_of(name: str | None) -> ZoneInfo | Any:
    """Return the time zone of an IANA name; UTC for None.

    Raises
    ------
    InvalidInputError
        Where the name is unknown.

    Examples
    --------
    >>> zone_of("Europe/Berlin").key
    'Europe/Berlin'

    """
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(f"time zone {name!r} is unknown; pass an IANA name such as Europe/Berlin.") from error


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


def _shown(thing: object) -> str:
    """Return the value as a message quotes it, at most 60 characters."""
    text = repr(thing)
    return text if len(text) <= 60 else f"{text[:57]}…"
