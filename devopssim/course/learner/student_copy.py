"""A student's copy of the course: created whole, updated later, never at the cost of the student's work.

A manifest in the copy holds the digest of each delivered file. A file with another digest is the student's own.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from devopssim.course.author import (
    VARIANT_FILE,
    derive,
    joined,
    load_course,
    released_files,
    variant_json,
    write_release,
)
from devopssim.errors import InvalidInputError
from devopssim.files import whole_file

MANIFEST: Final = ".devopssim-course.json"
README: Final = """# {name}

Your copy of the course. Open the notebooks with JupyterLab (`jupyter lab`), in the order of their numbers.

- Write your answers into the cells marked `YOUR CODE HERE` or `YOUR ANSWER HERE`. The grader takes these cells and no others,
  so define there everything that your answer needs.
- `check("…", answer)` names what it has checked, and judges at once where it can; `hint("…")` helps; `solution("…")` shows the
  course's solution, unless your instructor switched that off.
- `devopssim course status .` lists what is done and what is next; `devopssim course grade .` marks all of it where the course's sources
  are; `devopssim course reset . 02-a` puts an exercise back as it was.
- Keep `exercises.toml`{variant} beside the notebooks.
- `devopssim course start` on this folder adds what is new. It never overwrites a file that you changed: the new version
  is put beside it, with `.new` in its name.
"""


@dataclass(frozen=True, kw_only=True)
class CopyReport:
    """What `start_copy` did, by path.

    Parameters
    ----------
    written : tuple of str
        Files that were written.
    kept : tuple of str
        Files that the student changed, left as they are.
    beside : mapping of str to str
        Where the new version of a kept file was put, by the kept file's path; only for versions that are new since the last start.
    """

    written: tuple[str, ...]
    kept: tuple[str, ...]
    beside: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class DeliveredAnswer:
    """An answer cell as it was delivered, with its stub.

    Parameters
    ----------
    notebook : str
        The notebook's file.
    type, source : str
        The cell's type and text.
    metadata : mapping
        The cell's metadata, with nbgrader's.
    """

    notebook: str
    type: str
    source: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What earlier starts delivered: SHA-256 digests by path, and the answer cells by grade id."""

    files: Mapping[str, str]
    answers: Mapping[str, DeliveredAnswer] = field(default_factory=dict)


def start_copy(
    folder: str | Path, source: str | Path, *, student: str | None = None, key: bytes | None = None
) -> CopyReport:
    """Create a student's copy of the course, or update the copy that is there.

    A file that differs from what this function delivered is the student's: it stays, and a new version goes beside it.

    Parameters
    ----------
    folder : str or Path
        The copy.
    source : str or Path
        The course's folder, with solutions.
    student : str, optional
        The student's id; the copy then gets the student's own numbers.
    key : bytes, optional
        The course's key, required with `student`.

    Returns
    -------
    CopyReport
        What was written, kept and put beside.

    Raises
    ------
    InvalidInputError
        For a folder that cannot be used, a course that cannot be read, or a student without a key.
    GradingMissingError
        Without nbgrader, which makes the release.

    Examples
    --------
    The student has edited `02-delivery.ipynb`, of which there is a new version (nbgrader takes seconds to import):

    >>> start_copy("my-copy", "course").beside  # doctest: +SKIP
    {'02-delivery.ipynb': '02-delivery.new.ipynb'}
    """
    home = Path(folder)
    if home.is_symlink() or (home.exists() and not home.is_dir()):
        raise InvalidInputError(f"{home}: not a folder; name a new folder, or the folder of your copy.")
    files = contents(source, student=student, key=key)
    if home.exists():
        return _update(home, files)
    digests = {name: _digest(content) for name, content in files.items()}
    write_release({**files, MANIFEST: _manifest(Manifest(files=digests, answers=_answers(files)))}, home)
    return CopyReport(written=tuple(files), kept=(), beside={})


def contents(source: str | Path, *, student: str | None = None, key: bytes | None = None) -> dict[str, bytes]:
    """Return what a student's copy holds: the release, a README, and with a student their `variant.json`.

    Parameters
    ----------
    source : str or Path
        The course's folder.
    student : str, optional
        The student's id.
    key : bytes, optional
        The course's key, required with `student`.

    Returns
    -------
    dict of str to bytes
        Contents by path. A `variant.json` of the course's folder is left out; it may hold other numbers.

    Raises
    ------
    InvalidInputError
        For a student without a key.
    """
    course = load_course(source)
    files = released_files(source, key=key)
    files.pop(VARIANT_FILE, None)
    if student is not None:
        if key is None:
            raise InvalidInputError(
                "a student's own numbers need the course's key; give --key FILE, or leave --student out."
            )
        numbers = derive(course.variant, course=course.name, student=student, key=key)
        files[VARIANT_FILE] = variant_json(student, numbers)
    beside = f" and `{VARIANT_FILE}`" if student is not None else ""
    files.setdefault("README.md", README.format(name=course.name, variant=beside).encode())
    return files


def _update(home: Path, files: Mapping[str, bytes]) -> CopyReport:
    """Write what is new into an existing copy, and leave files alone that the student changed."""
    delivered = dict(_manifest_of(home).files)
    written, kept, beside = [], [], {}
    for name, content in files.items():
        path, new = home / name, _digest(content)
        _refuse_links(home, name)
        current = _state(path)
        if current in {None, delivered.get(name)} and current != new:
            _write(path, content)
            written.append(name)
        elif current != new:
            kept.append(name)
            if delivered.get(name) != new:
                beside[name] = _put_beside(home, name, content)
        delivered[name] = new
    with whole_file(home / MANIFEST) as part:
        part.write_bytes(_manifest(Manifest(files=delivered, answers=_answers(files))))
    return CopyReport(written=tuple(written), kept=tuple(kept), beside=beside)


def _refuse_links(home: Path, name: str) -> None:
    """Refuse a path of the copy that leads through a linked folder, which may lie anywhere."""
    above = (home.joinpath(*Path(name).parts[:depth]) for depth in range(1, len(Path(name).parts)))
    link = next((folder for folder in above if folder.is_symlink()), None)
    if link is not None:
        raise InvalidInputError(
            f"{link}: a link to another folder; the course is not written through it. Replace it by a folder."
        )


def _put_beside(home: Path, name: str, content: bytes) -> str:
    """Put a new version beside the student's file, under a name that is free or already holds the same content."""
    path = Path(name)
    number = 0
    while True:
        number += 1
        chosen = path.with_name(f"{path.stem}.new{number if number > 1 else ''}{path.suffix}")
        current = _state(home / chosen)
        if current is None:
            _write(home / chosen, content)
        if current in {None, _digest(content)}:
            return chosen.as_posix()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole, and create its folders."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError(
            f"cannot write {path} ({error.strerror}); move what is in its way and start again."
        ) from error
    with whole_file(path) as part:
        part.write_bytes(content)


def _state(path: Path) -> str | None:
    """Return the digest of a file, None for a free path, and a text that equals no digest for a link or a folder."""
    if not os.path.lexists(path):
        return None
    if path.is_symlink() or not path.is_file():
        return "not an ordinary file"
    return _digest(path.read_bytes())


def delivered_answers(home: Path) -> Mapping[str, DeliveredAnswer]:
    """Return the answer cells that were delivered into a copy, by grade id.

    Raises
    ------
    InvalidInputError
        For a folder that `start_copy` did not make, or made before it kept the cells.
    """
    answers = _manifest_of(home).answers
    if not answers:
        raise InvalidInputError(
            f"{home}: not a copy of the course with a list of its exercises; run `devopssim course start {home}`, which changes none of "
            "your answers."
        )
    return answers


def _answers(files: Mapping[str, bytes]) -> dict[str, DeliveredAnswer]:
    """Return the answer cells of released notebooks."""
    found = {}
    for name in sorted(name for name in files if name.endswith(".ipynb")):
        for cell in json.loads(files[name])["cells"]:
            marks = cell["metadata"].get("nbgrader", {})
            if marks.get("solution"):
                found[marks["grade_id"]] = DeliveredAnswer(
                    notebook=name, type=cell["cell_type"], source=joined(cell["source"]), metadata=cell["metadata"]
                )
    return found


def _manifest_of(home: Path) -> Manifest:
    """Return what earlier starts delivered; without a readable manifest, everything there is the student's."""
    try:
        return msgspec.convert(json.loads((home / MANIFEST).read_bytes()), Manifest)
    except (OSError, ValueError):
        return Manifest(files={})


def _manifest(manifest: Manifest) -> bytes:
    """Return the manifest's JSON; files are sorted, answers stay in the order of the notebooks."""
    form = asdict(manifest)
    return (
        json.dumps({**form, "files": dict(sorted(form["files"].items()))}, indent=1, ensure_ascii=False) + "\n"
    ).encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
