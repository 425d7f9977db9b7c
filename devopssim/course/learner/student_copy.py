"""A student's copy of the course: made whole, brought up to date later, and never at the cost of the student's work."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import msgspec

from devopssim.course.author import VARIANT_FILE, derive, load_course, released_files, variant_json, write_release
from devopssim.errors import InvalidInputError
from devopssim.files import whole_file

MANIFEST: Final = ".devopssim-course.json"
README: Final = """# {name}

Your copy of the course. Open the notebooks with JupyterLab (`jupyter lab`), in the order of their numbers.

- Write your answers into the cells that say `YOUR CODE HERE` or `YOUR ANSWER HERE`. The grader takes these cells and no others,
  so define there whatever your answer needs.
- `check("…", answer)` tells whether an answer is of the kind that is asked for; `hint("…")` helps. The grader looks further.
- Keep `exercises.toml`{variant} beside the notebooks.
- `devopssim course start` on this folder brings what is new. It never writes over a file that you changed: the new version
  is put beside it, with `.new` in its name.
"""


@dataclass(frozen=True, kw_only=True)
class CopyReport:
    """What a start did, by path: files written, files the student changed and keeps, and what was put beside them."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    beside: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What earlier starts delivered: digests by path."""

    files: Mapping[str, str]


def start_copy(
    folder: str | Path, source: str | Path, *, student: str | None = None, key: bytes | None = None
) -> CopyReport:
    """Give a student the course in `folder`, or bring the copy that is there up to date.

    With `student` (and the course's key), the copy gets that student's own numbers. A file that is not as this command
    delivered it is the student's, and stays. Raises InvalidInputError where the folder cannot be used.
    """
    home = Path(folder)
    if home.is_symlink() or (home.exists() and not home.is_dir()):
        raise InvalidInputError(f"{home}: is no folder; give a new folder, or the one of your copy.")
    files = contents(source, student=student, key=key)
    if home.exists():
        return _update(home, files)
    write_release({**files, MANIFEST: _manifest({name: _digest(content) for name, content in files.items()})}, home)
    return CopyReport(written=tuple(files), kept=(), beside={})


def contents(source: str | Path, *, student: str | None = None, key: bytes | None = None) -> dict[str, bytes]:
    """Return what a student's copy holds, by path."""
    course = load_course(source)
    files = released_files(source)
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
    delivered = _delivered(home)
    written, kept, beside = [], [], {}
    for name, content in files.items():
        path, new = home / name, _digest(content)
        there = _state(path)
        if there in {None, delivered.get(name)} and there != new:
            _write(path, content)
            written.append(name)
        elif there != new:
            kept.append(name)
            if delivered.get(name) != new:
                beside[name] = _put_beside(home, name, content)
        delivered[name] = new
    with whole_file(home / MANIFEST) as part:
        part.write_bytes(_manifest(delivered))
    return CopyReport(written=tuple(written), kept=tuple(kept), beside=beside)


def _put_beside(home: Path, name: str, content: bytes) -> str:
    """Put a new version beside the student's file, under a name that is free or already holds just this."""
    path = Path(name)
    number = 0
    while True:
        number += 1
        chosen = path.with_name(f"{path.stem}.new{number if number > 1 else ''}{path.suffix}")
        there = _state(home / chosen)
        if there is None:
            _write(home / chosen, content)
        if there in {None, _digest(content)}:
            return chosen.as_posix()


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInputError(
            f"cannot write {path} ({error.strerror}); move what is in its way and start again."
        ) from error
    with whole_file(path) as part:
        part.write_bytes(content)


def _state(path: Path) -> str | None:
    """Return the digest of a file, None where there is nothing, and something else for what is no ordinary file."""
    if not os.path.lexists(path):
        return None
    if path.is_symlink() or not path.is_file():
        return "not an ordinary file"
    return _digest(path.read_bytes())


def _delivered(home: Path) -> dict[str, str]:
    """Return what earlier starts delivered; without a manifest that can be read, everything there is the student's."""
    try:
        return dict(msgspec.convert(json.loads((home / MANIFEST).read_bytes()), Manifest).files)
    except (OSError, ValueError):
        return {}


def _manifest(digests: Mapping[str, str]) -> bytes:
    return (json.dumps(asdict(Manifest(files=digests)), indent=1, sort_keys=True) + "\n").encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
