"""Which files of a course's folder students may have, and which never: keys, grades, submissions, backups and second forms of notebooks."""

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from devopssim.errors import InvalidInputError

MARKS: Final = (b"BEGIN SOLUTION", b"BEGIN HIDDEN TESTS", b"BEGIN MARK SCHEME")
"""What nbgrader removes from notebooks, and from nothing else."""
GRADE_FILES: Final = {"grades.csv", "checks.csv", "points.csv", "marks.json", "gradebook.db", "variant.json"}
GRADE_FOLDERS: Final = {"submissions", "submitted", "autograded", "feedback", "handed-in"}
BACKUPS: Final = ("~", ".orig", ".bak", ".old", ".rej", ".swp", ".swo", ".tmp", ".part", ".pyc")
SECOND_FORMS: Final = {".py", ".md", ".rmd", ".qmd", ".html", ".htm", ".pdf", ".tex", ".r", ".jl", ".txt", ".slides"}
"""Suffixes of what is made from a notebook, solutions included: Jupytext's pairs and exports."""
LARGEST_SEARCHED: Final = 8 * 1024**2


@dataclass(frozen=True, kw_only=True)
class CourseFiles:
    """The files of a course's folder besides its notebooks.

    Parameters
    ----------
    public : mapping of str to Path
        What goes to students, by relative path.
    left_out : mapping of str to str
        Why a file does not, by relative path; hidden files and caches are not listed.
    """

    public: Mapping[str, Path] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


def course_files(home: Path, secret: bytes | None = None) -> CourseFiles:
    """Sort the files of a course's folder into those for students and the others.

    Parameters
    ----------
    home : Path
        The folder.
    secret : bytes, optional
        The course's key; a file that holds it is left out.

    Returns
    -------
    CourseFiles
        The files, without links.

    Raises
    ------
    InvalidInputError
        For a file with a solution's or a hidden test's mark in it, with its name.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("exercises.toml", "01-values.ipynb", "01-values.py", "course.key", ".env"):
    ...         Path(folder, name).touch()
    ...     files = course_files(Path(folder))
    >>> list(files.public), list(files.left_out)
    (['exercises.toml'], ['01-values.py', 'course.key'])
    """
    notebooks = {path.stem.lower() for path in home.glob("*.ipynb")}
    public: dict[str, Path] = {}
    left_out: dict[str, str] = {}
    for name, path in _walk(home, notebooks, left_out):
        if path.suffix.lower() == ".ipynb":
            if "/" in name or path.suffix != ".ipynb":
                left_out[name] = "a notebook that is not released"
            continue
        why = _reason(name, path, notebooks, secret)
        if why:
            left_out[name] = why
        else:
            public[name] = path
    return CourseFiles(public=public, left_out=left_out)


def _walk(home: Path, notebooks: Collection[str], left_out: dict[str, str]) -> Iterator[tuple[str, Path]]:
    """Yield the files by relative path, in order, without hidden ones and without folders of grades and submissions."""
    for folder, folders, names in os.walk(home):
        relative = Path(folder).relative_to(home)
        kept = []
        for name in sorted(folders):
            path = Path(folder, name)
            why = None if name.startswith(".") or name == "__pycache__" else _private_folder(path, notebooks)
            if why:
                left_out[(relative / name).as_posix() + "/"] = why
            elif not name.startswith(".") and name != "__pycache__":
                kept.append(name)
        folders[:] = kept
        for name in sorted(names):
            if not name.startswith("."):
                yield (relative / name).as_posix(), Path(folder, name)


def _private_folder(path: Path, notebooks: Collection[str]) -> str | None:
    """Return why nothing of a folder goes to students, None if some may."""
    if path.is_symlink():
        return "a link"
    if path.name.lower() in GRADE_FOLDERS:
        return "submissions"
    inside = {name.lower() for name in os.listdir(path)}  # noqa: PTH208 - names are all that is needed
    if inside & GRADE_FILES:
        return "grades"
    if any(name.endswith(".ipynb") and name[:-6] in notebooks for name in inside):
        return "copies of the course's notebooks"
    return None


def _reason(name: str, path: Path, notebooks: Collection[str], secret: bytes | None) -> str | None:
    """Return why a file does not go to students, None if it does."""
    lower = path.name.lower()
    if path.is_symlink() or not path.is_file():
        return "a link, or no ordinary file"
    if lower in GRADE_FILES:
        return "grades"
    if lower.endswith((".key", ".pem", ".p12")) or lower in {"key", "secret", "secrets.toml"}:
        return "a key"
    if lower.endswith(BACKUPS):
        return "a backup"
    if lower.partition(".")[0] in notebooks and path.suffix.lower() in SECOND_FORMS:
        return "made from a notebook, solutions included"
    if path.stat().st_size <= LARGEST_SEARCHED:
        content = path.read_bytes()
        if secret and secret in content:
            return "it holds the course's key"
        if mark := next((mark for mark in MARKS if mark in content), None):
            raise InvalidInputError(
                f"{name}: it holds the mark {mark.decode()!r}, which only notebooks lose on their way to students; move the file out of "
                "the course's folder, or remove the mark."
            )
    return None
