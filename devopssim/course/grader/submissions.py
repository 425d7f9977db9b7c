"""Read what one student handed in with suspicion, and find the answers to each of the course's notebooks in it.

Files are opened without following links and without blocking, a bounded number of bytes is read, and folders are walked without
recursion. A defect becomes a remark in the student's report.
"""

import os
import re
import stat
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

import msgspec

from devopssim.course.author import VARIANT_FILE, File, Notebook, Source, student_id
from devopssim.course.grader.notebooks import AnswerCells, SubmittedCell, UnreadableError, answers_in, read_cells
from devopssim.errors import InvalidInputError

LARGEST_NOTEBOOK: Final = 100 * 1024**2
LARGEST_FILE: Final = 256_000
LARGEST_PICTURE: Final = 3 * 1024**2
MOST_ENTRIES: Final = 20_000
MOST_NOTEBOOKS: Final = 200
DEEPEST: Final = 12
SUFFIX: Final = ".ipynb"
TEXT_NOTEBOOKS: Final = (".py", ".md", ".rmd", ".qmd", ".r", ".jl")
"""Suffixes of Jupytext's text notebooks."""
LITTER: Final = {"__macosx", "thumbs.db", "desktop.ini", "__pycache__"}
PICTURES: Final = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}
_PICTURE: Final = re.compile(r"!\[[^\]\n]*\]\(\s*<?([^)>\s]+)|<img\s[^>]*?src=[\"']([^\"']+)", re.IGNORECASE)


def is_notebook_name(name: str) -> bool:
    """Return whether a file's name is that of a notebook, in any case of the suffix.

    Examples
    --------
    >>> is_notebook_name("01-values.IPYNB"), is_notebook_name(".ipynb")
    (True, False)
    """
    return name.lower().endswith(SUFFIX) and len(name) > len(SUFFIX)


def is_litter(name: str) -> bool:
    """Return whether a name is hidden, or a system's or an archive's own.

    Examples
    --------
    >>> [is_litter(name) for name in (".ipynb_checkpoints", "__MACOSX", "ada")]
    [True, True, False]
    """
    return name.startswith(".") or name.lower() in LITTER


def walk(folder: Path, deepest: int = DEEPEST) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield what a folder holds besides folders, by relative path, upper levels first; links are yielded, never followed.

    At most `MOST_ENTRIES` entries and `deepest` levels are visited, without recursion; a folder that cannot be read is skipped.

    Parameters
    ----------
    folder : Path
        Where to begin.
    deepest : int, default 12
        Levels below it that are visited.

    Yields
    ------
    tuple of str and os.DirEntry
        The relative path in POSIX form, and the entry.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Path(folder, "delivery").mkdir()
    ...     Path(folder, "delivery", "01-values.ipynb").touch()
    ...     [path for path, _ in walk(Path(folder))]
    ['delivery/01-values.ipynb']
    """
    waiting, visited = deque([("", str(folder), 0)]), 0
    while waiting:
        prefix, path, depth = waiting.popleft()
        try:
            entries = []
            with os.scandir(path) as found:
                for entry in found:
                    visited += 1
                    if visited > MOST_ENTRIES:
                        break
                    entries.append(entry)
        except OSError:
            continue
        for entry in sorted(entries, key=lambda entry: entry.name):
            if is_litter(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                if depth < deepest:
                    waiting.append((f"{prefix}{entry.name}/", entry.path, depth + 1))
            else:
                yield f"{prefix}{entry.name}", entry


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What one student handed in: a folder, or some files of a larger one.

    Parameters
    ----------
    student : str
        The student's id, which comes from the grader's side, never from within the files.
    path : Path
        The folder or the notebook.
    members : mapping of str to Path, optional
        The files by the names that the student gave them, where an LMS put them into one folder with those of others.
    identity : str, default ""
        The student whose numbers apply, where `student` names one of several attempts.
    remarks : tuple of str, default ()
        What was odd about how it came, such as the LMS's mark LATE.
    """

    student: str
    path: Path
    members: Mapping[str, Path] | None = None
    identity: str = ""
    remarks: tuple[str, ...] = ()
    _read: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def whose(self) -> str:
        """The student whose numbers apply."""
        return self.identity or self.student

    def files(self) -> Mapping[str, Path]:
        """Return what was handed in by relative path, upper levels first, without hidden files."""
        if "files" not in self._read:
            if self.members is not None:
                self._read["files"] = dict(self.members)
            elif self.path.is_dir():
                self._read["files"] = {name: Path(entry.path) for name, entry in walk(self.path)}
            else:
                self._read["files"] = {self.path.name: self.path}
        files: Mapping[str, Path] = self._read["files"]
        return files

    def notebook(self, source: Notebook, course: Sequence[str] = ()) -> AnswerCells:
        """Return the answers to one of the course's notebooks.

        Notebooks are recognised by their answer cells, under any name and in any folder. If several hold different work, none is
        graded, and the remark names them.

        Parameters
        ----------
        source : Notebook
            The source notebook.
        course : sequence of str, default ()
            Names of all notebooks of the course; an unreadable file with another one's name is not taken for this one.

        Returns
        -------
        AnswerCells
            The answers; otherwise `problem` if the student handed none in, `ungraded` if they could not be read.
        """
        candidates: dict[str, AnswerCells] = {}
        unreadable: dict[str, str] = {}
        for name in self._notebooks(source):
            answers = self._answers(name, source)
            if answers.ungraded is None:
                candidates[name] = answers
            else:
                unreadable[name] = answers.ungraded
        if candidates:
            return self._chosen(candidates, source)
        return self._none(source, unreadable, course)

    def asked_files(self, source: Source) -> dict[str, bytes]:
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
        paths = {
            exercise.kind.path for exercise in source.course.exercises.values() if isinstance(exercise.kind, File)
        } - {""}
        contents = {}
        for path in sorted(paths):
            found = self._beside(path)
            if found is not None:
                try:
                    contents[path] = read_bounded(found, LARGEST_FILE)
                except UnreadableError:
                    continue
        return contents

    def made_for(self) -> str | None:
        """Return the student for whom the copy was made, as its `variant.json` names them; None without one."""
        found = self._beside(VARIANT_FILE)
        try:
            made = msgspec.json.decode(read_bounded(found, LARGEST_FILE)) if found else None
        except (UnreadableError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return None
        student = made.get("student") if isinstance(made, dict) else None
        return student[:200] if isinstance(student, str) else None

    def made_for_another(self) -> str | None:
        """Return a remark if the copy was made for another student than the one who is graded."""
        made_for = self.made_for()
        if made_for is None:
            return None
        try:
            same = student_id(made_for) == student_id(self.whose)
        except InvalidInputError:
            same = False
        if same:
            return None
        return (
            f"the copy was made for {made_for!r}, and is judged by the numbers of {self.whose!r}; "
            "if both are the same person, name them in --students"
        )

    def _beside(self, path: str) -> Path | None:
        """Return a file by its path, from the uppermost folder that has it."""
        files = self.files()
        if path in files:
            return files[path]
        return next((found for name, found in files.items() if name.endswith(f"/{path}")), None)

    def _notebooks(self, source: Notebook) -> list[str]:
        """Return the notebooks that may hold answers, those with the source's own name first."""
        own = f"{source.name}{SUFFIX}".lower()
        names = [name for name in self.files() if is_notebook_name(PurePosixPath(name).name)]
        named = [name for name in names if PurePosixPath(name).name.lower() == own]
        return [*named, *(name for name in names if name not in set(named))][:MOST_NOTEBOOKS]

    def _answers(self, name: str, source: Notebook) -> AnswerCells:
        """Return the answers in one file; each is read once."""
        key = f"cells {name}"
        if key not in self._read:
            try:
                self._read[key] = read_cells(read_bounded(self.files()[name], LARGEST_NOTEBOOK))
            except UnreadableError as error:
                self._read[key] = str(error)
        cells: Sequence[SubmittedCell] | str = self._read[key]
        return AnswerCells(ungraded=cells) if isinstance(cells, str) else answers_in(cells, source)

    def _chosen(self, candidates: Mapping[str, AnswerCells], source: Notebook) -> AnswerCells:
        """Return the answers of the notebook that holds all the work there is."""
        worked = {name: answers for name, answers in candidates.items() if answers.worked_on} or dict(candidates)
        whole = next((name for name in worked if all(_holds(worked[name], other) for other in worked.values())), None)
        if whole is None:
            names = ", ".join(sorted(worked)[:6])
            return AnswerCells(
                ungraded=f"{names} hold different work; it is for a person to choose: leave one of them and grade again."
            )
        answers = worked[whole]
        remarks = list(answers.remarks)
        if PurePosixPath(whole).name.lower() != f"{source.name}{SUFFIX}".lower() or "/" in whole:
            remarks.append(f"read from {whole}")
        return replace(answers, remarks=remarks, images=self._with_files(answers, source, whole))

    def _with_files(self, answers: AnswerCells, source: Notebook, name: str) -> Mapping[str, Mapping[str, str]]:
        """Return the pictures of written answers, with those that a text shows from a file beside the notebook."""
        images = {grade_id: dict(pictures) for grade_id, pictures in answers.images.items()}
        folder = PurePosixPath(name).parent
        left = LARGEST_PICTURE
        for grade_id, texts in answers.copies.items():
            if not source.answers[grade_id].is_manual:
                continue
            for match in _PICTURE.finditer("\n".join(texts)):
                reference = match[1] or match[2]
                path = self.files().get(str(folder / reference).removeprefix("./"))
                uri = _picture(path, left) if path is not None else None
                if uri is not None:
                    images.setdefault(grade_id, {})[reference[:80]] = uri
                    left -= len(uri)
        return images

    def _none(self, source: Notebook, unreadable: Mapping[str, str], course: Sequence[str]) -> AnswerCells:
        """Return why no notebook gives answers: it is missing, or it cannot be read, which is not the student's work."""
        files = self.files()
        for name, why in unreadable.items():
            if PurePosixPath(name).name.lower().startswith(source.name.lower()):
                return AnswerCells(ungraded=f"{name}: {why}")
        if not files:
            return AnswerCells(ungraded="nothing was handed in, or nothing was fetched: there is no file.")
        for name in files:
            path = PurePosixPath(name)
            if path.stem.lower() == source.name.lower() and path.suffix.lower() in TEXT_NOTEBOOKS:
                return AnswerCells(
                    ungraded=f"{name} is a text notebook; the cells are graded by {source.name}{SUFFIX}, its pair: hand that in."
                )
        if unreadable and not any(self._is_anothers(name, course) for name in unreadable):
            name = next(iter(unreadable))
            return AnswerCells(ungraded=f"{name}: {unreadable[name]}")
        return AnswerCells(problem=f"{source.name}{SUFFIX} was not handed in.")

    def _is_anothers(self, name: str, course: Sequence[str]) -> bool:
        """Return whether a file is another notebook of a course, by its name or by cells with grade ids."""
        cells = self._read[f"cells {name}"]
        stem = PurePosixPath(name).name.lower()
        return any(stem.startswith(other.lower()) for other in course) or (
            not isinstance(cells, str) and any(cell.grade_id for cell in cells)
        )


def _holds(answers: AnswerCells, other: AnswerCells) -> bool:
    """Return whether answers include all that was worked on in others."""
    return all(answers.copies.get(grade_id) == other.copies[grade_id] for grade_id in other.worked_on)


def _picture(path: Path, most: int) -> str | None:
    """Return a picture as a data URI, None for anything else."""
    import base64  # noqa: PLC0415 - pictures are rare

    try:
        content = read_bounded(path, most * 3 // 4)
    except UnreadableError:
        return None
    kind = next((kind for mark, kind in PICTURES.items() if content.startswith(mark)), None)
    return f"data:{kind};base64,{base64.b64encode(content).decode()}" if kind else None


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
