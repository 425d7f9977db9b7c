"""Batches: many submissions in parallel, resumable, each on its own."""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from devopssim._version import __version__
from devopssim.course.grader.grades import Grade
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.submissions import Submission
from devopssim.errors import DevopssimError
from devopssim.files import write_text

FOLDER: Final = "grades"
MOST_FILES: Final = 5_000
"""Files whose state enters the fingerprint; the grader reads far fewer, so that changes beyond them are irrelevant."""
Progress = Callable[[Grade], None]


@dataclass(frozen=True, kw_only=True)
class StoredGrade:
    """A grade as a batch stores it, with a fingerprint of everything it depends on."""

    fingerprint: str
    grade: Grade


def grade_all(
    grader: Grader,
    submissions: Sequence[Submission],
    out: Path,
    *,
    workers: int | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> list[Grade]:
    """Grade all submissions in parallel, and store each grade in `out/grades` as soon as it is computed.

    A stored grade is used again while the course, the key, the limits, the sandbox, the package's version and the submission's
    files are the same, unless the grader itself had failed on it. After an interruption, the submissions in progress are still
    finished and stored, and the next call resumes from there.

    Parameters
    ----------
    grader : Grader
        What grades one submission.
    submissions : sequence of Submission
        The submissions; students' ids are unique.
    out : Path
        Folder of the results; created if need be.
    workers : int, optional
        Submissions graded at once; by default the number of cores.
    fresh : bool, default False
        Whether stored grades are ignored.
    progress : callable, optional
        Called in the calling thread with each grade, in the order of completion.

    Returns
    -------
    list of Grade
        In the order of the submissions. A submission that cannot be read gets a grade with `trouble`.

    Examples
    --------
    >>> import tempfile
    >>> from devopssim.course.author import Course, Source
    >>> from devopssim.course.grader.sandbox import choose_sandbox
    >>> source = Source(folder=Path("course"), course=Course(name="delivery"), notebooks=())
    >>> grader = Grader(source=source, sandbox=choose_sandbox("none"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     grades = grade_all(grader, [Submission(student="ada", path=Path(folder))], Path(folder, "results"))
    >>> [grade.student for grade in grades]
    ['ada']
    """
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    grades: dict[str, Grade] = {}
    with ThreadPoolExecutor(max_workers=workers or os.cpu_count() or 1) as pool:
        waiting = {
            pool.submit(_grade_one, grader, submission, folder, fresh=fresh): submission for submission in submissions
        }
        try:
            for done in as_completed(waiting):
                grade = done.result()
                grades[waiting[done].student] = grade
                if progress:
                    progress(grade)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [grades[submission.student] for submission in submissions]


def _grade_one(grader: Grader, submission: Submission, folder: Path, *, fresh: bool) -> Grade:
    """Grade in a worker thread, while the sandbox's processes do the work; an unreadable submission becomes a grade with `trouble`."""
    try:
        return _stored_or_new(grader, submission, folder, fresh=fresh)
    except (OSError, DevopssimError) as error:
        trouble = f"{type(error).__name__}: {error}"
        return Grade(student=submission.student, assignment=grader.source.course.name, cells=[], trouble=trouble)


def _stored_or_new(grader: Grader, submission: Submission, folder: Path, *, fresh: bool) -> Grade:
    """Return the stored grade if it is still valid, else grade and store; trouble is not stored, so that the next batch tries again."""
    path = folder / f"{file_name(submission.student)}.json"
    fingerprint = _fingerprint(grader, submission)
    stored = None if fresh else _stored_grade(path, fingerprint)
    if stored is not None:
        return stored
    grade = grader.grade(submission)
    if not grade.trouble:
        write_text(path, json.dumps(asdict(StoredGrade(fingerprint=fingerprint, grade=grade)), indent=1) + "\n")
    return grade


def file_name(student: str) -> str:
    """Return a file name for a student: harmless characters only, and different for different students.

    Parameters
    ----------
    student : str
        The student's id.

    Returns
    -------
    str
        The id itself where it is harmless; otherwise its first 80 characters with others replaced, and a digest.

    Examples
    --------
    >>> file_name("ada")
    'ada'
    >>> file_name("../ada")
    '_ada-60088279'
    """
    plain = "".join(letter if letter.isalnum() or letter in "-_.@" else "_" for letter in student).lstrip(".")[:80]
    return (
        plain
        if plain == student
        else f"{plain}-{hashlib.sha256(student.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    )


def _stored_grade(path: Path, fingerprint: str) -> Grade | None:
    """Return the grade stored under the same fingerprint, None without one."""
    try:
        stored = msgspec.convert(json.loads(path.read_bytes()), StoredGrade)
    except (OSError, ValueError):
        return None
    return stored.grade if stored.fingerprint == fingerprint else None


def _fingerprint(grader: Grader, submission: Submission) -> str:
    """Return a digest of all that a grade depends on: course, key, limits, sandbox, this version, and the submission's files."""
    digest = hashlib.sha256()
    source = grader.source
    settings = [
        __version__,
        grader.sandbox.name,
        str(grader.sees_lab),
        json.dumps(asdict(grader.limits)),
        (grader.key or b"").hex(),
        submission.student,
    ]
    for part in settings:
        digest.update(part.encode("utf-8", "surrogateescape") + b"\0")
    for notebook in source.notebooks:
        digest.update(repr(notebook).encode())
    for name, content in source.files.items():
        digest.update(name.encode() + b"\0" + content)
    for line in _state_of(submission.path):
        digest.update(line.encode("utf-8", "surrogateescape") + b"\0")
    return digest.hexdigest()


def _state_of(path: Path) -> Iterable[str]:
    """Yield name, size, time of change and type of each submitted file; none is opened, no link followed."""
    files = [path] if path.suffix == ".ipynb" else sorted(islice(path.rglob("*"), MOST_FILES))
    for file in files:
        status = file.lstat()
        yield f"{file.name} {status.st_size} {status.st_mtime_ns} {stat.S_IFMT(status.st_mode)}"
