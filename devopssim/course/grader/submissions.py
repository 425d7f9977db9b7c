"""Read what a student handed in with suspicion, and reduce it to the sources of answer cells.

The rest of a submission is ignored. Files are opened without following links and without blocking, and a bounded number of
bytes is read. A defect becomes a remark in the student's report.
"""

import json
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from devopssim.course.author import File, Notebook, Source, joined
from devopssim.errors import InvalidInputError

LARGEST_NOTEBOOK: Final = 50 * 1024**2
LARGEST_ANSWER: Final = 200_000
LARGEST_FILE: Final = 256_000
ENCODINGS: Final = ("utf-8-sig", "utf-16", "cp1252", "latin-1")  # latin-1 last: it decodes any bytes


class UnreadableError(InvalidInputError):
    """Report a student's file that is missing, too large, of another type or malformed."""


@dataclass(frozen=True, kw_only=True)
class AnswerCells:
    """The answer cells of one submitted notebook.

    Parameters
    ----------
    sources : mapping of str to str
        Sources by grade id.
    remarks : sequence of str
        What was odd about the notebook.
    problem : str, optional
        Why the notebook gives no answers.
    """

    sources: Mapping[str, str] = field(default_factory=dict)
    remarks: Sequence[str] = ()
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One student's folder, or single notebook.

    Parameters
    ----------
    student : str
        The student's id, which comes from the grader's side, never from within the files.
    path : Path
        The folder or the notebook.
    """

    student: str
    path: Path

    def notebook(self, source: Notebook) -> AnswerCells:
        """Return the answers to one of the course's notebooks.

        A notebook under another name counts if it holds answer cells of this one; at most 200 names are tried.

        Parameters
        ----------
        source : Notebook
            The source notebook.

        Returns
        -------
        AnswerCells
            The answers, or the problem that prevents reading them.
        """
        path = self.path if self.path.suffix == ".ipynb" else self.path / f"{source.name}.ipynb"
        try:
            if path == self.path or os.path.lexists(path):
                return _answers(read_bounded(path, LARGEST_NOTEBOOK), source)
            return self._renamed(source)
        except UnreadableError as error:
            return AnswerCells(problem=str(error))

    def files(self, source: Source) -> dict[str, bytes]:
        """Return the files that exercises ask for by path; missing and unreadable ones are left out.

        Parameters
        ----------
        source : Source
            The course.

        Returns
        -------
        dict of str to bytes
            Contents by path.
        """
        if self.path.suffix == ".ipynb":
            return {}
        paths = {
            exercise.kind.path for exercise in source.course.exercises.values() if isinstance(exercise.kind, File)
        } - {""}
        contents = {}
        for path in sorted(paths):
            try:
                contents[path] = read_bounded(_inside(self.path, path), LARGEST_FILE)
            except UnreadableError:
                continue
        return contents

    def _renamed(self, source: Notebook) -> AnswerCells:
        """Return the answers from the first notebook, under any name, that has some."""
        for name in sorted(os.listdir(self.path))[:200]:  # noqa: PTH208 - names, a bounded number of them
            if name.endswith(".ipynb"):
                try:
                    answers = _answers(read_bounded(self.path / name, LARGEST_NOTEBOOK), source)
                except UnreadableError:
                    continue
                if answers.sources:
                    return AnswerCells(sources=answers.sources, remarks=[*answers.remarks, f"read from {name}"])
        return AnswerCells(problem=f"{source.name}.ipynb was not handed in.")


def find_submissions(paths: Iterable[str | Path], student: str | None = None) -> list[Submission]:
    """Return the submissions that paths name.

    Parameters
    ----------
    paths : iterable of str or Path
        Each is a notebook, a student's folder, or a folder of students' folders. A folder that holds a notebook, or no folder, is
        one student's.
    student : str, optional
        The student's id, allowed for a single submission; by default it is the folder's or the file's name.

    Returns
    -------
    list of Submission
        In the order of the paths, within a folder by name.

    Raises
    ------
    InvalidInputError
        For a missing path, two submissions of one student, or `student` with several submissions.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for student in ("ada", "bob"):
    ...         Path(folder, student).mkdir()
    ...     [submission.student for submission in find_submissions([folder])]
    ['ada', 'bob']
    """
    submissions = [submission for path in paths for submission in _submissions_at(Path(path))]
    if student is not None:
        if len(submissions) != 1:
            raise InvalidInputError(
                f"--student names one student, but there are {len(submissions)} submissions; leave it out."
            )
        submissions = [Submission(student=student, path=submissions[0].path)]
    ids = [submission.student for submission in submissions]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice is not None:
        raise InvalidInputError(
            f"two submissions are of the student {twice!r}; the names of their folders must differ."
        )
    return submissions


def read_bounded(path: Path, most: int) -> bytes:
    """Return the bytes of a regular file of at most `most` bytes.

    The file is opened without following a link and without blocking, and checked after opening, so that it cannot be exchanged
    in between.

    Raises
    ------
    UnreadableError
        For a larger file, a link, a pipe, a folder, or a missing file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "answer.txt").write_text("devops")
    ...     read_bounded(Path(folder, "answer.txt"), 100)
    b'devops'
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        what = "a link, which is not followed" if path.is_symlink() else error.strerror
        raise UnreadableError(f"{path.name} cannot be read ({what}).") from error
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise UnreadableError(f"{path.name} is not an ordinary file.")
    with open(handle, "rb") as stream:  # noqa: PTH123 - a handle, not a path
        if status.st_size > most:
            size, allowed = status.st_size / 1024**2, most / 1024**2
            raise UnreadableError(
                f"{path.name} has {size:.0f} MB, {allowed:.1f} MB are allowed; clear its outputs and hand it in again."
            )
        return stream.read(most + 1)


def _submissions_at(path: Path) -> list[Submission]:
    """Return the submissions under one path."""
    if path.suffix == ".ipynb" and not path.is_dir():
        return [Submission(student=path.stem, path=path)]
    if not path.is_dir():
        raise InvalidInputError(
            f"{path}: no such submission; give a notebook, a student's folder or a folder of those."
        )
    inside = sorted(path.iterdir())
    folders = [
        entry for entry in inside if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith(".")
    ]
    if any(entry.suffix == ".ipynb" for entry in inside) or not folders:
        return [Submission(student=path.resolve().name, path=path)]
    return [Submission(student=entry.name, path=entry) for entry in folders]


def _inside(folder: Path, name: str) -> Path:
    """Return the path of a file within a folder; refuse one that leads out of it through a link or `..`."""
    path = folder / name
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise UnreadableError(f"{name} lies outside the submission.")
    return path


def _answers(content: bytes, source: Notebook) -> AnswerCells:
    """Return the answer cells in a notebook's content; of several cells with one id, the first edited one counts."""
    cells, remarks = _cells(content), []
    given: dict[str, list[str]] = {}
    for cell in cells:
        grade_id = _grade_id(cell)
        if grade_id in source.answers and cell.get("cell_type") == source.answers[grade_id].type:
            given.setdefault(grade_id, []).append(joined(cell.get("source", ""))[:LARGEST_ANSWER])
    sources = {}
    for grade_id, texts in given.items():
        sources[grade_id] = next((text for text in texts if _is_worked_on(text)), texts[0])
        if len(texts) > 1:
            remarks.append(
                f"the answer cell {grade_id} is there {len(texts)} times; the first that was worked on counts"
            )
    lacking = [grade_id for grade_id in source.answers if grade_id not in sources]
    if lacking and sources:
        remarks.append(
            f"answer cells are missing: {', '.join(lacking)}; a cell that was deleted, or made new, has no id"
        )
    return AnswerCells(
        sources=sources, remarks=remarks, problem=None if sources else "the answer cells of this notebook are missing."
    )


def _cells(content: bytes) -> list[Mapping[str, Any]]:
    """Return the cells that have a source; refuse content that is not a notebook of version 4."""
    try:
        notebook = json.loads(_decoded(content))
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"not a notebook: its JSON cannot be read ({str(error)[:80]}).") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise UnreadableError("not a notebook of version 4: the list of cells is missing.")
    return [cell for cell in cells if isinstance(cell, dict) and isinstance(cell.get("source"), str | list)]


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


def _grade_id(cell: Mapping[str, Any]) -> str:
    """Return nbgrader's id of a cell, an empty text without one."""
    metadata = cell.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else None
    return grade_id if isinstance(grade_id, str) else ""


def _is_worked_on(text: str) -> bool:
    """Return whether an answer differs from nbgrader's stubs."""
    return "raise NotImplementedError()" not in text and text.strip() not in {"", "YOUR ANSWER HERE"}
