"""Batches: many submissions in parallel, resumable, each in a process of its own."""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import msgspec

from devopssim._version import __version__
from devopssim.course.grader.bounded import Child, ChildLimits, Say, finished, start
from devopssim.course.grader.claims import Judging
from devopssim.course.grader.grades import Grade
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.steps import imports_of
from devopssim.course.grader.submissions import Submission
from devopssim.errors import DevopssimError
from devopssim.files import write_text

FOLDER: Final = "grades"
LONGEST_NAME: Final = 60
"""Bytes of a file's name that come from a student's id; a system allows 255, and names grow suffixes."""
MOST_BYTES: Final = 256 * 1024**2
"""Bytes of a submission whose content enters the fingerprint; of the files beyond them, size and time do."""
MOST_DEATHS: Final = 12
WORTH_PREPARING: Final = 2
LEAST_OF_A_CORE: Final = 0.5
"""The share of a core that a busy machine leaves to a process that grades; one that gets less is graded again alone."""
Progress = Callable[[Grade], None]


@dataclass(frozen=True, kw_only=True)
class StoredGrade:
    """A grade as a batch stores it, with a fingerprint of everything it depends on."""

    fingerprint: str
    grade: Grade


@dataclass(kw_only=True)
class _Task:
    """A submission on its way: its fingerprint, and which answers ended the process that judged them."""

    submission: Submission
    fingerprint: str
    alone: bool = False
    beside_others: bool = False
    deaths: int = 0
    skip: tuple[str, ...] = ()


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

    Each submission is read, run and judged in a process with limits, so that what one holds costs the others nothing. What exceeded a
    limit of time while others ran is graded again alone.

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
        Called with each grade, in the order of completion.

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
    tasks: list[_Task] = []

    def keep(grade: Grade) -> None:
        grades[grade.student] = grade
        if progress:
            progress(grade)

    for submission in submissions:
        try:
            fingerprint = fingerprint_of(grader, submission)
        except (OSError, DevopssimError) as error:
            keep(_trouble(grader, submission, f"{type(error).__name__}: {error}"))
            continue
        stored = None if fresh else _stored_grade(_path(folder, submission.student), fingerprint)
        if stored is not None:
            keep(stored)
        else:
            tasks.append(_Task(submission=submission, fingerprint=fingerprint))
    with _prepared(grader, len(tasks)):
        _Pool(grader, folder, workers or os.cpu_count() or 1, keep).run(tasks)
    return [grades[submission.student] for submission in submissions]


def _prepared(grader: Grader, tasks: int) -> AbstractContextManager[None]:
    """Make each submission cheap where there are several: import and compute once what they share."""
    if tasks < WORTH_PREPARING:
        return nullcontext()
    grader.prepare()
    return grader.sandbox.prepared(imports_of(grader.source))


class _Pool:
    """Runs tasks in children, several at a time; stores each grade before it is reported."""

    def __init__(self, grader: Grader, folder: Path, workers: int, keep: Callable[[Grade], None]) -> None:
        self.grader, self.folder, self.workers, self.keep = grader, folder, workers, keep
        self.running: dict[int, Child] = {}
        self.tasks: dict[int, _Task] = {}

    def run(self, tasks: Sequence[_Task]) -> None:
        """Run all tasks; what needs the machine for itself comes last, one at a time."""
        waiting, alone = list(reversed(tasks)), list[_Task]()
        try:
            while waiting or alone or self.running:
                while waiting and len(self.running) < self.workers:
                    self._start(waiting.pop())
                if not waiting and not self.running and alone:
                    self._start(alone.pop())
                for child in finished(self.running):
                    self._end(child, waiting, alone)
        except BaseException:
            while self.running:  # finish and store what has begun, begin nothing else
                for child in finished(self.running):
                    self._end(child, [], [])
            raise

    def _start(self, task: _Task) -> None:
        """Fork a child that grades one submission."""
        limits = self.grader.limits
        notebooks = max(1, len(self.grader.source.notebooks))
        in_sandbox = notebooks * (limits.notebook_seconds + (1 + limits.restarts) * (limits.start_seconds + 60))
        outside = ChildLimits.cpu_seconds / LEAST_OF_A_CORE
        child = start(lambda say: _grade(self.grader, task, say), ChildLimits(seconds=in_sandbox + outside))
        self.running[child.reader] = child
        self.tasks[child.pid] = task
        if len(self.tasks) > 1:
            for other in self.tasks.values():
                other.beside_others = True

    def _end(self, child: Child, waiting: list[_Task], alone: list[_Task]) -> None:
        """Store a grade; grade again what ended its process, without the answer that did, and alone what ran out of time."""
        task = self.tasks.pop(child.pid)
        grade = _received(child)
        late = child.late if grade is None else grade.timed_out and task.beside_others
        if late and not task.alone:
            task.alone = True
            alone.append(task)
            return
        if grade is None:
            judging = next((line[1:].decode() for line in reversed(child.lines) if line.startswith(b"?")), "")
            task.deaths += 1
            if judging and task.deaths <= MOST_DEATHS:
                task.skip += (judging,)
                waiting.append(task)
                return
            self.keep(_trouble(self.grader, task.submission, f"the process that graded it ended: {child.ended}"))
            return
        if not grade.trouble:
            stored = StoredGrade(fingerprint=task.fingerprint, grade=grade)
            try:
                write_text(_path(self.folder, grade.student), json.dumps(asdict(stored), indent=1) + "\n")
            except DevopssimError as error:
                grade = _trouble(self.grader, task.submission, f"its grade cannot be stored: {error}")
        self.keep(grade)


def _grade(grader: Grader, task: _Task, say: Say) -> None:
    """Grade in the child: a line with a question mark before each answer that is judged, and the grade as the last line."""
    judging = Judging(note=lambda name: say(b"?" + name.encode()), skip=task.skip)
    grade = grader.grade(task.submission, judging)
    say(
        b"=" + json.dumps(asdict(grade)).encode()
    )  # Python's writer takes lone surrogates, which ids and errors may hold


def _received(child: Child) -> Grade | None:
    """Return the grade that a child has sent, None if it ended before."""
    if not child.lines or not child.lines[-1].startswith(b"="):
        return None
    try:
        return msgspec.convert(json.loads(child.lines[-1][1:]), Grade)
    except ValueError:
        return None


def _trouble(grader: Grader, submission: Submission, why: str) -> Grade:
    """Return a grade that says why the grader failed."""
    return Grade(
        student=submission.student,
        assignment=grader.source.course.name,
        cells=[],
        trouble=why,
        whose=submission.identity,
    )


def is_stored(grader: Grader, submission: Submission, out: Path) -> bool:
    """Return whether a batch would take a submission's grade from the folder of its results.

    Parameters
    ----------
    grader : Grader
        What would grade it.
    submission : Submission
        The submission.
    out : Path
        The folder of the results.

    Returns
    -------
    bool
        Whether a grade is stored there for the same course, settings and files.

    Examples
    --------
    >>> from devopssim.course.author import Course, Source
    >>> from devopssim.course.grader.sandbox import choose_sandbox
    >>> source = Source(folder=Path("course"), course=Course(name="delivery"), notebooks=())
    >>> grader = Grader(source=source, sandbox=choose_sandbox("none"))
    >>> is_stored(grader, Submission(student="ada", path=Path("ada")), Path("nowhere"))
    False
    """
    path = _path(out / FOLDER, submission.student)
    try:
        return path.exists() and _stored_grade(path, fingerprint_of(grader, submission)) is not None
    except (OSError, DevopssimError):
        return False


def stored_grades(out: Path, assignment: str, besides: Iterable[str] = ()) -> list[Grade]:
    """Return the grades of earlier batches in a folder of results, by student.

    Parameters
    ----------
    out : Path
        The folder of the results.
    assignment : str
        The course's name; grades of another one are left out.
    besides : iterable of str, default ()
        Students whose stored grades are left out, because a new batch has graded them.

    Returns
    -------
    list of Grade
        The grades; files that are not grades are skipped.

    Examples
    --------
    >>> stored_grades(Path("nowhere"), "delivery")
    []
    """
    left_out = set(besides)
    grades = []
    for path in sorted((out / FOLDER).glob("*.json")):
        try:
            grade = msgspec.convert(json.loads(path.read_bytes()), StoredGrade).grade
        except (OSError, ValueError):
            continue
        if grade.assignment == assignment and grade.student not in left_out:
            grades.append(grade)
    return sorted(grades, key=lambda grade: grade.student)


def _path(folder: Path, student: str) -> Path:
    return folder / f"{file_name(student)}.json"


def file_name(student: str) -> str:
    """Return a file name for a student: harmless characters only, short, and different for different students in any file system.

    Parameters
    ----------
    student : str
        The student's id.

    Returns
    -------
    str
        The id itself where it is harmless, in lower case and short; otherwise its beginning with others replaced, and a digest.

    Examples
    --------
    >>> file_name("ada")
    'ada'
    >>> file_name("../ada")
    '_ada-60088279'
    """
    plain = "".join(letter if letter.isalnum() or letter in "-_.@" else "_" for letter in student).lstrip(".")
    plain = plain.encode("utf-8", "replace")[:LONGEST_NAME].decode("utf-8", "ignore")
    if plain == student and plain == plain.lower():
        return plain
    return f"{plain}-{hashlib.sha256(student.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _stored_grade(path: Path, fingerprint: str) -> Grade | None:
    """Return the grade stored under the same fingerprint, None without one."""
    try:
        stored = msgspec.convert(json.loads(path.read_bytes()), StoredGrade)
    except (OSError, ValueError):
        return None
    return stored.grade if stored.fingerprint == fingerprint else None


def fingerprint_of(grader: Grader, submission: Submission) -> str:
    """Return a digest of all that a grade depends on: course, key, limits, sandbox, this version, and the submission's files."""
    digest = hashlib.sha256()
    source = grader.source
    settings = [
        __version__,
        grader.sandbox.name,
        str(grader.sees_lab),
        grader.lab_of,
        grader.lab_owner,
        json.dumps(asdict(grader.limits)),
        (grader.key or b"").hex(),
        submission.student,
        submission.whose,
        *submission.remarks,
    ]
    for part in settings:
        digest.update(part.encode("utf-8", "surrogateescape") + b"\0")
    for notebook in source.notebooks:
        digest.update(repr(notebook).encode())
    for name, content in source.files.items():
        digest.update(name.encode() + b"\0" + content)
    for part_of_state in _state_of(submission):
        digest.update(part_of_state + b"\0")
    return digest.hexdigest()


def _state_of(submission: Submission) -> Iterable[bytes]:
    """Yield name, type and content of each submitted file, so that a new copy of the same files is the same submission."""
    left = MOST_BYTES
    for name, path in submission.files().items():
        status = path.lstat()
        yield f"{name} {stat.S_IFMT(status.st_mode)} {status.st_size}".encode("utf-8", "surrogateescape")
        if stat.S_ISREG(status.st_mode) and status.st_size <= left:
            left -= status.st_size
            with path.open("rb") as stream:
                yield hashlib.file_digest(stream, "sha256").digest()
        else:
            yield str(status.st_mtime_ns).encode()
