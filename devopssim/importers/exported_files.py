"""Files that others wrote: JSON in one page or many, CSV, and the times in them; read whole, or refused in one line.

Nothing in such a file is carried out, and what is not readable is named with its file and place. Limits hold off files that
are no exports: size, depth of nesting, length of numbers.
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

LARGEST: Final = 1 << 30
"""Bytes of one file."""
JSON_ENDINGS: Final = {".json", ".jsonl", ".ndjson"}
FORMATS: Final = (
    "%d/%b/%y %I:%M %p",
    "%d/%b/%y %H:%M",
    "%d/%b/%Y %I:%M %p",
    "%d/%b/%Y %H:%M",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S UTC",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
)
"""Ways to write a time that are not ISO 8601: those of Jira's and GitLab's exports, and of spreadsheets."""


def paths_of(given: str | Path, endings: set[str] = JSON_ENDINGS) -> list[Path]:
    """Return the files that are meant: the file itself, or all of a folder with these endings, in the order of their names."""
    path = Path(given)
    if path.is_dir():
        found = sorted(each for each in path.rglob("*") if each.suffix.lower() in endings and each.is_file())
        if not found:
            raise InvalidInputError(
                f"{path}: holds no {' or '.join(sorted(endings))} file; name the folder of the export."
            )
        return found
    if not path.is_file():
        raise InvalidInputError(f"{path}: no such file or folder; name the file that was exported.")
    return [path]


def objects_of(given: str | Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield each JSON object of an export with its file: of pages (`[{…}, …]`), of JSON lines, of pages one after another.

    An object that holds one list of objects, as `{"workflow_runs": […]}`, is a page.
    """
    for path in paths_of(given):
        for document in _documents(path):
            for thing in _members(document):
                if not isinstance(thing, dict):
                    raise InvalidInputError(f"{path}: holds {_shown(thing)} where an object {{…}} was expected.")
                yield path, thing


def _members(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and "id" not in document and "context" not in document:
        pages = [
            each for each in document.values() if isinstance(each, list) and all(isinstance(x, dict) for x in each)
        ]
        if len(pages) == 1:
            return pages[0]
    return [document]


def _documents(path: Path) -> Iterator[Any]:
    text = text_of(path)
    decoder = json.JSONDecoder(parse_constant=_no_number)
    at = 0
    while (at := _skip_space(text, at)) < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except RecursionError as error:
            raise InvalidInputError(f"{path}: is nested too deeply to be an export; was it made to do harm?") from error
        except ValueError as error:
            line = text.count("\n", 0, getattr(error, "pos", at)) + 1
            reason = getattr(error, "msg", str(error))
            raise InvalidInputError(f"{path}: line {line} is no JSON ({reason}); was it cut short?") from error
        yield document


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n\x1e":
        at += 1
    return at


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no JSON number")


def text_of(path: Path, encoding: str | None = None) -> str:
    """Return the text of a file in UTF-8 (with a mark or without), UTF-16 with its mark, or the `encoding` that is named."""
    try:
        if path.stat().st_size > LARGEST:
            raise InvalidInputError(f"{path}: is larger than {LARGEST >> 20} MiB; export fewer months at a time.")
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be read ({error.strerror}); name a file that you may read.") from error
    if encoding is None:
        encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        where = f", byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        read_as = "UTF-8" if encoding == "utf-8-sig" else encoding
        raise InvalidInputError(f"{path}: is not {read_as} text{where}; save it as UTF-8.") from error


def rows_of(
    path: Path, *, delimiter: str | None = None, encoding: str | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row of a CSV file with its line; of columns with one name the first that is filled counts.

    The delimiter is told from the header, unless it is named.
    """
    text = text_of(path, encoding)
    head = text.split("\n", 1)[0]
    delimiter = delimiter or max(",;\t|", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [name.strip() for name in next(reader, [])]
        if len(names) < 2:
            raise InvalidInputError(f"{path}: has no header row of several columns; is it CSV?")
        for fields in reader:
            if not any(field.strip() for field in fields):
                continue
            if len(fields) != len(names):
                raise InvalidInputError(
                    f"{path}: line {reader.line_num} has {len(fields)} fields, the header {len(names)}; was it cut short?"
                )
            row: dict[str, str] = {}
            for name, value in zip(names, fields, strict=True):
                row[name] = row.get(name) or value.strip()
            yield reader.line_num, row
    except csv.Error as error:
        raise InvalidInputError(f"{path}: line {reader.line_num} is no CSV ({error}); was it cut short?") from error


def seconds(text: object, where: str, *, time_format: str | None = None, zone: str | None = None) -> float | None:
    """Return the seconds since 1970 that a text states; None for nothing. `where` says in an error where it stands.

    ISO 8601 and `FORMATS` are understood, and `time_format` (as of strptime) where it is given. A time without a zone is of
    `zone` (default UTC).
    """
    if text is None or text == "":
        return None
    number = float(text) if isinstance(text, int | float) and not isinstance(text, bool) else None
    try:
        moment = _moment(str(text).strip(), time_format) if number is None else datetime.fromtimestamp(number, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidInputError(f"{where}: {_shown(text)} lies outside the calendar.") from error
    if moment is None:
        raise InvalidInputError(
            f"{where}: {_shown(text)} is no time that is understood; write it as 2026-03-01T09:30:00Z, or give its format."
        )
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone_of(zone))
    try:
        return moment.astimezone(UTC).timestamp()
    except (OverflowError, ValueError, OSError) as error:
        raise InvalidInputError(f"{where}: {_shown(text)} lies outside the calendar.") from error


def _moment(text: str, time_format: str | None) -> datetime | None:
    for way in (time_format,) if time_format else (None, *FORMATS):
        try:
            return datetime.fromisoformat(text) if way is None else datetime.strptime(text, way)  # noqa: DTZ007 - the zone follows
        except (ValueError, OverflowError):
            continue
    return None


def zone_of(name: str | None) -> ZoneInfo | Any:
    """Return the time zone of this name; raise InvalidInputError where there is none."""
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInputError(f"time zone {name!r} is not known; write it as Europe/Berlin.") from error


def text_in(thing: Mapping[str, Any], *keys: str) -> str | None:
    """Return the text (or number, as text) that stands below nested keys; None where there is none."""
    found: Any = thing
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    if isinstance(found, str) and found:
        return found
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else None


def _shown(thing: object) -> str:
    text = repr(thing)
    return text if len(text) <= 60 else f"{text[:57]}…"
