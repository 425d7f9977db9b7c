"""Whose is what: a table of students that maps the names an LMS or a folder uses to ids."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from devopssim.errors import InvalidInputError

ID_COLUMNS: Final = ("student", "student_id", "id", "sis login id", "sis user id", "username")
ENCODINGS: Final = ("utf-8-sig", "utf-16", "cp1252")


@dataclass(frozen=True, kw_only=True)
class Roster:
    """The students of a course.

    Parameters
    ----------
    rows : mapping of str to mapping of str to str
        What the table says of each student, by id and column.
    where : str, default "--students"
        The table's path, for messages.

    Examples
    --------
    >>> roster = Roster(rows={"ada": {"student": "ada", "name": "Lovelace, Ada", "canvas": "10001"}})
    >>> roster.id_of("lovelaceada"), roster.id_of("Ada Lovelace"), roster.id_of("10001"), roster.id_of("grace")
    ('ada', 'ada', 'ada', None)
    """

    rows: Mapping[str, Mapping[str, str]]
    where: str = "--students"
    _ids: dict[str, set[str]] = field(default_factory=dict, repr=False, compare=False)

    def id_of(self, *names: str) -> str | None:
        """Return the id of the only student whom one of the names fits, None for none or several.

        Names fit in any case, in any order of their parts, and without blanks and punctuation.
        """
        if not self._ids:
            for student, row in self.rows.items():
                for cell in (student, *row.values()):
                    for spelling in _spellings(cell):
                        self._ids.setdefault(spelling, set()).add(student)
        for name in names:
            for spelling in _spellings(name):
                fitting = self._ids.get(spelling, set())
                if len(fitting) == 1:
                    return next(iter(fitting))
        return None


def read_roster(path: str | Path) -> Roster:
    r"""Read a CSV file with a line for each student.

    Parameters
    ----------
    path : str or Path
        The file. The column `student` (or `student_id`, `id`, `SIS Login ID`, `username`) holds the id; every other column holds a name
        under which the student may appear: a full name, a login, an LMS's number, an e-mail address.

    Returns
    -------
    Roster
        The students.

    Raises
    ------
    InvalidInputError
        For an unreadable file, a missing column or an id on two lines.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "students.csv").write_text("student;name\nada;Lovelace, Ada\n")
    ...     read_roster(Path(folder, "students.csv")).id_of("Lovelace Ada")
    'ada'
    """
    rows: dict[str, Mapping[str, str]] = {}
    header, lines = read_table(path)
    column = next((name for wanted in ID_COLUMNS for name in header if name.strip().lower() == wanted), None)
    if column is None:
        raise InvalidInputError(f"{path}: the column 'student' with the ids is missing; there are {', '.join(header)}.")
    for number, row in lines:
        student = row.get(column, "").strip()
        if not student or student.lower() == "points possible":
            continue
        if student in rows:
            raise InvalidInputError(
                f"{path}, line {number}: the id {student!r} is there twice; each student has one line."
            )
        rows[student] = {name: value.strip() for name, value in row.items() if value.strip()}
    return Roster(rows=rows, where=str(path))


def read_table(path: str | Path) -> tuple[Sequence[str], list[tuple[int, dict[str, str]]]]:
    r"""Read a CSV file as spreadsheets write it: with commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    tuple of sequence of str and list of tuple of int and dict
        The columns, and each line's number with its cells by column; missing cells are empty texts.

    Raises
    ------
    InvalidInputError
        For an unreadable file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "points.csv").write_bytes("name;points\nZoë;1,5\n".encode("cp1252"))
    ...     read_table(Path(folder, "points.csv"))
    (['name', 'points'], [(2, {'name': 'Zoë', 'points': '1,5'})])
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{path}: cannot be read ({error.strerror}); give a CSV file.") from error
    text = _decoded(content)
    first = text.partition("\n")[0]
    separator = max(";\t,", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        header = [name.strip() for name in next(reader, [])]
        lines = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                padded = [*cells, *[""] * (len(header) - len(cells))]
                lines.append((reader.line_num, dict(zip(header, padded, strict=False))))
    except csv.Error as error:
        raise InvalidInputError(f"{path}: not a CSV file ({error}).") from error
    return header, lines


def _decoded(content: bytes) -> str:
    """Return a spreadsheet's bytes as text; Windows-1252 and -1254 differ in six letters, which UTF-8 avoids."""
    for encoding in ENCODINGS:
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("cp1254", "replace")


def _spellings(name: str) -> set[str]:
    """Return a name's comparable spellings: its letters and digits as they come, and with its parts in order."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    parts = re.findall(r"\w+", plain.replace("_", " "))
    return {spelling for spelling in ("".join(parts), "".join(sorted(parts))) if spelling}
