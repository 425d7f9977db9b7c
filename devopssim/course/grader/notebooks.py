"""Reduce a submitted notebook's bytes to the texts of its answer cells.

Editors split, copy and convert cells, drop their metadata, and write old versions of the format. Cells are recognised by nbgrader's
grade id, else by the format's own cell id; a notebook in which neither is left is *not graded*, which is not the same as 0.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from devopssim.course.author import Cell, Notebook, joined
from devopssim.errors import InvalidInputError

LARGEST_ANSWER: Final = 1_000_000
LARGEST_IMAGE: Final = 4 * 1024**2
MOST_CELLS: Final = 20_000
ENCODINGS: Final = ("utf-8-sig", "utf-16", "cp1252", "latin-1")  # latin-1 last: it decodes any bytes
IMAGES: Final = {"image/png", "image/jpeg", "image/gif", "image/webp"}
_CONFLICT: Final = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/=\s]*")


class UnreadableError(InvalidInputError):
    """Report a student's file that is missing, too large, of another type or malformed."""


@dataclass(frozen=True, kw_only=True)
class AnswerCells:
    """The answer cells of one submitted notebook.

    Parameters
    ----------
    copies : mapping of str to tuple of str
        Texts by grade id, in the notebook's order: a cell that was split or copied has several.
    worked_on : frozenset of str, default empty
        Grade ids of the answers that differ from the stub.
    images : mapping of str to mapping of str to str
        Attached pictures of written answers as data URIs, by grade id and name.
    remarks : sequence of str
        What was odd about the notebook.
    problem : str, optional
        Why the student handed in no answers.
    ungraded : str, optional
        Why the answers could not be read, which says nothing about the student's work.
    """

    copies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    worked_on: frozenset[str] = frozenset()
    images: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    remarks: Sequence[str] = ()
    problem: str | None = None
    ungraded: str | None = None


@dataclass(frozen=True, kw_only=True)
class SubmittedCell:
    """A cell of a submitted notebook, as far as grading needs it."""

    type: str
    source: str
    grade_id: str = ""
    cell_id: str = ""
    attachments: Mapping[str, Any] = field(default_factory=dict)


class _Worksheet(msgspec.Struct):
    cells: list[msgspec.Raw] = []


class _Notebook(msgspec.Struct):
    """The parts that are read; msgspec skips the others, such as outputs, without building them."""

    cells: list[msgspec.Raw] | None = None
    worksheets: list[_Worksheet] = []


class _Cell(msgspec.Struct):
    cell_type: Any = ""
    source: Any = None
    input: Any = None
    metadata: Any = None
    id: Any = ""
    attachments: Any = None


def read_cells(content: bytes) -> list[SubmittedCell]:
    r"""Return the cells of a notebook of version 3 or 4 that have a source.

    Parameters
    ----------
    content : bytes
        The file's content, in UTF-8 or in an encoding that an editor turned it into.

    Returns
    -------
    list of SubmittedCell
        In order.

    Raises
    ------
    UnreadableError
        For content that is not a notebook; the message says what it is and what to do.

    Examples
    --------
    >>> read_cells(b'{"cells": [{"cell_type": "code", "id": "a", "source": ["x = 1\\n", "y = 2"]}]}')[0].source
    'x = 1\ny = 2'
    """
    if not content.strip():
        raise UnreadableError("the file is empty; save the notebook and hand it in again.")
    cells = []
    for raw in _raw_cells(content)[:MOST_CELLS]:
        cell = _cell(raw)
        if cell is not None:
            cells.append(cell)
    return cells


def answers_in(cells: Sequence[SubmittedCell], source: Notebook) -> AnswerCells:
    """Return the answer cells among a notebook's cells.

    Parameters
    ----------
    cells : sequence of SubmittedCell
        The submitted cells.
    source : Notebook
        The source notebook.

    Returns
    -------
    AnswerCells
        The answers; empty, with `ungraded`, where no cell is recognised.

    Examples
    --------
    >>> source = Notebook(name="01", cells=(Cell(position=0, type="code", source="", grade_id="01-a", is_answer=True),))
    >>> halves = [SubmittedCell(type="code", source=text, grade_id="01-a") for text in ("x = 1", "y = x")]
    >>> answers_in(halves, source).copies
    {'01-a': ('x = 1', 'y = x')}
    """
    given, without_marks = _given(cells, source)
    remarks = []
    if without_marks:
        remarks.append(
            f"an editor dropped the marks of {_names(without_marks)}; the cells were recognised by their ids"
        )
    copies, images = {}, {}
    for grade_id, found in given.items():
        wanted = source.answers[grade_id]
        remarks += _odd_types(grade_id, wanted, found)
        usable = [cell for cell in found if wanted.is_manual or cell.type == wanted.type]
        if usable:
            copies[grade_id], oddities = _texts(usable, wanted)
            remarks += [f"{grade_id}: {oddity}" for oddity in oddities]
        if wanted.is_manual and (pictures := _pictures(usable)):
            images[grade_id] = pictures
    if not given:
        return AnswerCells(ungraded="no cell of this notebook is recognised: an editor dropped their marks and ids.")
    lacking = [grade_id for grade_id in source.answers if grade_id not in given]
    if lacking:
        remarks.append(f"answer cells are missing: {_names(lacking)}; a cell that was deleted, or made new, has no id")
    worked_on = {
        grade_id
        for grade_id, texts in copies.items()
        if any(is_worked_on(text, source.answers[grade_id]) for text in texts)
    }
    remarks += _new_cells(cells, source, given, worked_on)
    return AnswerCells(copies=copies, worked_on=frozenset(worked_on), images=images, remarks=remarks)


def is_worked_on(text: str, cell: Cell) -> bool:
    """Return whether a text differs from the stub of its cell, blanks aside.

    Examples
    --------
    >>> stub = Cell(position=0, type="markdown", source="", is_answer=True, is_graded=True)
    >>> is_worked_on(" YOUR ANSWER HERE", stub), is_worked_on("Because of batches.", stub)
    (False, True)
    """
    plain = "".join(text.split())
    return plain not in {"", "".join(cell.stub.split())}


def _raw_cells(content: bytes) -> list[Any]:
    """Return the cells as raw JSON or as parsed values, of version 4 or of all worksheets of version 3."""
    try:
        notebook = msgspec.json.decode(content, type=_Notebook)
        if notebook.cells is None and not notebook.worksheets:
            raise msgspec.DecodeError("no cells")
        return (
            notebook.cells
            if notebook.cells is not None
            else [cell for sheet in notebook.worksheets for cell in sheet.cells]
        )
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _lenient_cells(content)


def _lenient_cells(content: bytes) -> list[Any]:
    """Read what Python's reader accepts and strict ones refuse: other encodings, NaN in outputs, lone surrogates."""
    try:
        notebook = json.loads(_decoded(content))
    except (ValueError, RecursionError) as error:
        conflict = _CONFLICT.search(content)
        if conflict:
            line = content[: conflict.start()].count(b"\n") + 1
            raise UnreadableError(
                f"line {line} holds the mark of a merge conflict; resolve the conflict and hand the notebook in again."
            ) from error
        raise UnreadableError(f"not a notebook: its JSON cannot be read ({str(error)[:80]}).") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(notebook, dict) and isinstance(notebook.get("worksheets"), list):
        sheets = [sheet.get("cells") for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise UnreadableError("not a notebook: the list of cells is missing.")
    return cells


def _cell(raw: Any) -> SubmittedCell | None:
    """Return one cell, None for anything without a cell's form."""
    try:
        cell = msgspec.convert(_parsed(raw) if isinstance(raw, msgspec.Raw) else raw, _Cell)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
    source = cell.source if isinstance(cell.source, str | list) else cell.input
    if not isinstance(source, str | list):
        return None
    marks = cell.metadata.get("nbgrader") if isinstance(cell.metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    return SubmittedCell(
        type=cell.cell_type if isinstance(cell.cell_type, str) else "",
        source=_SURROGATE.sub("�", joined(source)),
        grade_id=grade_id if isinstance(grade_id, str) else "",
        cell_id=cell.id if isinstance(cell.id, str) else "",
        attachments=cell.attachments if isinstance(cell.attachments, dict) else {},
    )


def _parsed(raw: msgspec.Raw) -> Any:
    """Return a raw cell as a value; Python's reader takes lone surrogates, which strict ones refuse."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.MsgspecError:
        return json.loads(bytes(raw))


def _decoded(content: bytes) -> str:
    """Return the content as text in the first encoding that fits; UTF-16 needs its byte order mark, since it fits almost anything."""
    for encoding in ENCODINGS:
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("the notebook's encoding is not known.")


def _given(cells: Iterable[SubmittedCell], source: Notebook) -> tuple[dict[str, list[SubmittedCell]], list[str]]:
    """Return the answer cells by grade id, and the grade ids that only the format's own cell ids gave away."""
    cells = list(cells)
    by_cell_id = {cell.cell_id: cell.grade_id for cell in source.answers.values() if cell.cell_id}
    marked = {cell.grade_id for cell in cells}
    given: dict[str, list[SubmittedCell]] = {}
    without_marks: list[str] = []
    for cell in cells:
        grade_id = cell.grade_id
        if not grade_id and by_cell_id.get(cell.cell_id, "") not in {"", *marked}:
            grade_id = by_cell_id[cell.cell_id]
            without_marks.append(grade_id)
        if grade_id in source.answers:
            given.setdefault(grade_id, []).append(cell)
    return given, without_marks


def _texts(cells: Sequence[SubmittedCell], wanted: Cell) -> tuple[tuple[str, ...], list[str]]:
    """Return the texts of an answer's cells, and remarks where they are several, or longer than an answer may be."""
    texts, remarks = [], []
    for cell in cells:
        text = cell.source
        if len(text) > LARGEST_ANSWER:
            so = "its beginning is shown" if wanted.is_manual else "it is not run"
            remarks.append(f"a cell has {len(text):,} characters, {LARGEST_ANSWER:,} are allowed; {so}")
            text = text[:LARGEST_ANSWER] if wanted.is_manual else ""
        texts.append(text)
    if len(texts) > 1:
        so = "they are shown together" if wanted.is_manual else "all run, in their order"
        remarks.append(f"the answer cell is there {len(texts)} times; {so}")
    return tuple(texts), remarks


def _odd_types(grade_id: str, wanted: Cell, found: Iterable[SubmittedCell]) -> list[str]:
    """Return a remark on cells that are of another type than the course made them."""
    other = sorted({cell.type for cell in found if cell.type != wanted.type})
    if not other:
        return []
    so = "it is shown to the person who grades" if wanted.is_manual else f"it is not run; make it a {wanted.type} cell"
    return [f"the answer cell {grade_id} has become a {_short(' and '.join(other), 40)} cell; {so}"]


def _new_cells(
    cells: Sequence[SubmittedCell], source: Notebook, given: Mapping[str, Sequence[SubmittedCell]], worked_on: set[str]
) -> list[str]:
    """Return a remark for each untouched answer cell that is followed by a new cell with content."""
    ids = {cell.cell_id for cell in source.cells if cell.cell_id}
    texts = {"".join(cell.source.split()) for cell in source.cells}
    remarks, untouched = [], ""
    for cell in cells:
        own = next((grade_id for grade_id, copies in given.items() if any(cell is copy for copy in copies)), "")
        if own:
            untouched = own if own not in worked_on else ""
        elif cell.grade_id or cell.cell_id in ids or "".join(cell.source.split()) in texts:
            untouched = ""
        elif untouched and cell.source.strip():
            what = "code" if cell.type == "code" else f"{len(cell.source.split())} words"
            remarks.append(
                f"a new cell below {untouched} holds {what}; only the answer cell itself is graded: write it there"
            )
            untouched = ""
    return remarks


def _pictures(cells: Iterable[SubmittedCell]) -> dict[str, str]:
    """Return attached pictures as data URIs, up to `LARGEST_IMAGE` characters in all."""
    pictures: dict[str, str] = {}
    left = LARGEST_IMAGE
    for cell in cells:
        for name, kinds in list(cell.attachments.items())[:50]:
            for kind, data in kinds.items() if isinstance(kinds, dict) else ():
                text = data if isinstance(data, str) else joined(data) if isinstance(data, list) else ""
                if kind in IMAGES and text and len(text) <= left and _BASE64.fullmatch(text):
                    pictures[_short(str(name), 80)] = f"data:{kind};base64,{''.join(text.split())}"
                    left -= len(text)
                    break
    return pictures


def _names(names: Sequence[str]) -> str:
    """Return names as a list in words; of many the first eight."""
    unique = list(dict.fromkeys(names))
    return ", ".join(unique[:8]) + (f" and {len(unique) - 8} more" if len(unique) > 8 else "")


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
