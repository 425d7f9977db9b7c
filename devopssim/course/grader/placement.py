"""Place what was handed in: which folder, file or archive is whose.

========================================= =====================================================================
layout                                    students
========================================= =====================================================================
`FOLDER/STUDENT/…`                        one for each folder; notebooks may lie deeper, as in nbgrader's `submitted`
`NAME_1234_assignsubmission_file_/`       Moodle's folders
`nameada_[LATE_]123_456_FILE`             Canvas's flat download, one for each number; the newest attempt counts
`*.zip`                                   an LMS's download, or one for each student
a folder of notebooks, or a notebook      one student's
========================================= =====================================================================

What fits none of these is refused with a sentence, or listed as not placed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, overload

from devopssim.course.grader.bounded import ChildLimits, Say, in_child
from devopssim.course.grader.roster import Roster
from devopssim.course.grader.submissions import Submission, is_litter, is_notebook_name, walk
from devopssim.course.grader.unpacking import unpack
from devopssim.errors import InvalidInputError

LONGEST_ID: Final = 200
UNPACKING: Final = ChildLimits(memory_mb=512, cpu_seconds=300, seconds=1200)
NBGRADER_FOLDER: Final = "submitted"
_CANVAS: Final = re.compile(
    r"(?P<name>[^_]+)_(?:(?P<late>LATE)_)?(?P<user>\d+)_(?P<attempt>\d+)_(?P<file>.+)", re.DOTALL
)
_MOODLE: Final = re.compile(r"(?P<name>.+?)_(?P<user>\d+)_assignsubmission_(?:file|onlinetext)_?", re.DOTALL)
_ATTEMPT_OF_FILE: Final = re.compile(r"-\d+(?=\.[^.]+$)")


@dataclass(frozen=True, kw_only=True)
class Placement(Sequence[Submission]):
    """The submissions that were found, in order, and what could not be placed.

    Parameters
    ----------
    submissions : sequence of Submission
        One for each student, and one for each earlier attempt.
    unplaced : mapping of str to str, default empty
        Why a path belongs to no student, by path.
    absent : sequence of str, default ()
        Students of the roster without a submission.
    """

    submissions: Sequence[Submission]
    unplaced: Mapping[str, str] = field(default_factory=dict)
    absent: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.submissions)

    @overload
    def __getitem__(self, index: int) -> Submission: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Submission]: ...

    def __getitem__(self, index: int | slice) -> Submission | Sequence[Submission]:
        """Return the submission at a position."""
        return self.submissions[index]


def find_submissions(
    paths: Iterable[str | Path],
    student: str | None = None,
    *,
    roster: Roster | None = None,
    course: str = "",
    notebooks: Sequence[str] = (),
    scratch: Path | None = None,
) -> Placement:
    """Return the submissions that paths name.

    Parameters
    ----------
    paths : iterable of str or Path
        A notebook, a student's folder, a folder of students' folders, an LMS's download, or an archive of these. Of several paths each
        is one student's, so that a folder within a submission never becomes a submission of its own.
    student : str, optional
        The student's id, allowed for a single submission; by default it is the folder's or the file's name.
    roster : Roster, optional
        Maps names to ids.
    course : str, default ""
        The course's name, as nbgrader names a folder.
    notebooks : sequence of str, default ()
        The course's notebooks, by which a stray notebook is told from a student's.
    scratch : Path, optional
        An existing folder into which archives are unpacked; without it they are refused.

    Returns
    -------
    Placement
        In the order of the paths, within a folder by name.

    Raises
    ------
    InvalidInputError
        For a missing path, two submissions of one student, a folder that is a class as well as a student's, or `student` with several
        submissions.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for student in ("ada", "bob"):
    ...         Path(folder, student).mkdir()
    ...     [submission.student for submission in find_submissions([folder])]
    ['ada', 'bob']
    """
    given = [Path(path) for path in paths]
    for path in given:
        if around := next(
            (other for other in given if other != path and other.resolve() in path.resolve().parents), None
        ):
            raise InvalidInputError(f"two submissions are one: {path} lies within {around}; give one of them.")
    placer = _Placer(
        course=course, notebooks=tuple(notebooks), scratch=scratch, one_each=len(given) > 1, single=student is not None
    )
    found = [submission for path in given for submission in placer.at(path)]
    if student is not None:
        if len(found) != 1:
            raise InvalidInputError(
                f"--student names one student, but there are {len(found)} submissions; leave it out."
            )
        found = [replace(found[0], student=student, identity="")]
    if roster is not None:
        found = [_by_roster(submission, roster, placer.unplaced, placer.names) for submission in found]
    ids = [submission.student for submission in found]
    if twice := next((name for name in ids if ids.count(name) > 1), None):
        where = " and ".join(str(submission.path) for submission in found if submission.student == twice)
        raise InvalidInputError(
            f"two submissions are of the student {twice!r} ({where}); the names of their folders must differ, or --students must."
        )
    whose = {submission.whose for submission in found}
    absent = [name for name in roster.rows if name not in whose] if roster else []
    return Placement(submissions=found, unplaced=placer.unplaced, absent=absent)


def _by_roster(
    submission: Submission, roster: Roster, unplaced: dict[str, str], names: Mapping[str, Sequence[str]]
) -> Submission:
    """Return the submission under the student's id; note one whom the roster does not know."""
    student = roster.id_of(submission.whose, *names.get(submission.whose, ()))
    if student is None:
        unplaced[str(submission.path)] = f"{submission.student!r} fits no student, or several, of {roster.where}"
        return submission
    if not submission.identity:
        return replace(submission, student=student)
    return replace(submission, student=submission.student.replace(submission.identity, student, 1), identity=student)


class _Placer:
    """Finds the submissions under paths, and gathers what belongs to nobody."""

    def __init__(
        self, *, course: str, notebooks: Sequence[str], scratch: Path | None, one_each: bool, single: bool
    ) -> None:
        self.course, self.scratch, self.one_each, self.single = course, scratch, one_each, single
        self.notebooks = {name.lower() for name in notebooks}
        self.unplaced: dict[str, str] = {}
        self.names: dict[str, Sequence[str]] = {}

    def at(self, path: Path) -> list[Submission]:
        """Return the submissions under one path of the command."""
        if path.is_dir():
            return self._folder(path, path.resolve().name)
        if path.is_file() and is_notebook_name(path.name):
            return self._flat([path]) or [_submission(path.stem, path)]
        if path.is_file() and path.suffix.lower() == ".zip":
            unpacked = self._unpacked(path)
            return self._folder(_only_folder(unpacked), path.stem, in_archive=True)
        what = "is neither a notebook, a folder nor a zip archive" if path.exists() else "no such submission"
        raise InvalidInputError(
            f"{path}: {what}; give a notebook, a student's folder, a folder of those, or a zip archive."
        )

    def _folder(self, folder: Path, name: str, *, in_archive: bool = False) -> list[Submission]:
        """Return the submissions in a folder: one student's, or those of a class."""
        inside = sorted(
            (entry for entry in folder.iterdir() if not is_litter(entry.name)), key=lambda entry: entry.name
        )
        files = [entry for entry in inside if not entry.is_dir()]
        if not self.one_each and (flat := self._flat(files)):
            self._note(entry for entry in inside if not any(entry in (one.members or {}).values() for one in flat))
            return flat
        folders = [entry for entry in inside if entry.is_dir() and not entry.is_symlink()]
        archives = [entry for entry in files if entry.suffix.lower() == ".zip" and entry.is_file()]
        notebooks = [entry for entry in files if is_notebook_name(entry.name)]
        if self.one_each or not (folders or archives) or (self.single and (notebooks or len(folders) == 1)):
            return [_submission(name, folder)]
        if len(folders) == 1 and self.course and folders[0].name == self.course and not archives:
            return [_submission(name, folder)]
        if nbgrader := self._nbgrader(folders):
            return self._folder(nbgrader, name)
        with_notebooks = [entry for entry in folders if _has_notebook(entry)]
        if notebooks and not with_notebooks and not archives:
            return [_submission(name, folder)]
        if in_archive and len(folders) == 1 and not archives and not notebooks and _has_own_notebook(folders[0]):
            return [_submission(name, folders[0])]
        own = [entry.name for entry in notebooks if entry.stem.lower() in self.notebooks or not self.notebooks]
        if own:
            raise InvalidInputError(
                f"{folder}: it holds {own[0]} beside {(with_notebooks or archives)[0].name}, so it may be one student's or a class; "
                "pass --student ID if it is one student's, or move the notebook away if each folder is a student's."
            )
        self._note(entry for entry in inside if entry not in folders and entry not in archives)
        return self._class(folders, archives)

    def _class(self, folders: Sequence[Path], archives: Sequence[Path]) -> list[Submission]:
        """Return a submission for each folder and each archive of a class."""
        found: dict[str, list[Submission]] = {}
        for entry in folders:
            label, user = self._label(entry.name)
            found.setdefault(label, []).append(_submission(label, entry, user))
        for entry in archives:
            label, user = self._label(entry.stem)
            try:
                unpacked = self._unpacked(entry)
            except InvalidInputError as error:
                self.unplaced[entry.name] = str(error)
                continue
            found.setdefault(label, []).append(_submission(label, unpacked, user))
        return list(self._apart(found))

    def _apart(self, found: Mapping[str, Sequence[Submission]]) -> Iterator[Submission]:
        """Yield the submissions; namesakes are told apart by the number that the LMS gave them."""
        for label, namesakes in found.items():
            for one in namesakes:
                user = one.remarks[0] if one.remarks else ""
                student = label if len(namesakes) == 1 else f"{label}-{user or one.path.name}"
                self.names[student] = [label, *([user] if user else [])] if len(namesakes) == 1 else [user]
                yield replace(one, student=student, remarks=())

    def _label(self, name: str) -> tuple[str, str]:
        """Return the student's name in the name of a folder or an archive, and the LMS's number, empty without one."""
        if match := _MOODLE.fullmatch(name):
            return match["name"], match["user"]
        if match := _CANVAS.fullmatch(name):
            return match["name"], match["user"]
        return name, ""

    def _flat(self, files: Sequence[Path]) -> list[Submission]:
        """Return the submissions of Canvas's flat download, none where a file has another name.

        Of several attempts the newest, by the number of the submission, has the student's id; earlier ones are graded apart.
        """
        matches = [(entry, match) for entry in files if (match := _CANVAS.fullmatch(entry.name))]
        if not any(is_notebook_name(entry.name) or entry.suffix.lower() == ".zip" for entry, _ in matches):
            return []
        if any(is_notebook_name(entry.name) for entry in files if not _CANVAS.fullmatch(entry.name)):
            return []
        users: dict[str, dict[tuple[bool, str], list[tuple[int, str, Path]]]] = {}
        names = {match["user"]: match["name"] for _, match in matches}
        for entry, match in matches:
            attempt = (bool(match["late"]), match["name"])
            users.setdefault(match["user"], {}).setdefault(attempt, []).append(
                (int(match["attempt"]), match["file"], entry)
            )
        found = []
        for user, attempts in users.items():
            name = names[user]
            student = name if list(names.values()).count(name) == 1 else f"{name}-{user}"
            self.names[student] = [user] if student != name else [name, user]
            ordered = sorted(attempts.items(), key=lambda item: max(number for number, _, _ in item[1]))
            for position, ((late, _), members) in enumerate(ordered):
                newest = position == len(ordered) - 1
                remarks = ["the LMS marks it LATE"] if late else []
                remarks += [
                    f"attempt {position + 1} of {len(ordered)}; {'the newest counts' if newest else 'a newer one counts'}"
                ] * (len(ordered) > 1)
                found.append(
                    Submission(
                        student=student if newest else f"{student} (attempt {position + 1})",
                        identity="" if newest else student,
                        path=members[0][2],
                        members=self._members(members),
                        remarks=tuple(remarks),
                    )
                )
        return found

    def _members(self, members: Sequence[tuple[int, str, Path]]) -> dict[str, Path]:
        """Return the files of one attempt by the names that the student gave them; archives are unpacked."""
        files: dict[str, Path] = {}
        for _, name, entry in sorted(members):
            if entry.suffix.lower() == ".zip":
                unpacked = self._unpacked(entry)
                files |= {inner: Path(found.path) for inner, found in walk(unpacked)}
                continue
            plain = _ATTEMPT_OF_FILE.sub("", name)  # Canvas adds -1, -2, … to a file that is handed in again
            files[plain if plain.rpartition(".")[0].lower() in self.notebooks else name] = entry
        return files

    def _nbgrader(self, folders: Sequence[Path]) -> Path | None:
        """Return `submitted` of an nbgrader course's folder, None elsewhere."""
        names = {entry.name: entry for entry in folders}
        return names[NBGRADER_FOLDER] if NBGRADER_FOLDER in names and {"source", "release"} & names.keys() else None

    def _note(self, entries: Iterable[Path]) -> None:
        """Note files that belong to nobody."""
        for entry in entries:
            what = "a link, which is not followed" if entry.is_symlink() else "a file beside the students' folders"
            self.unplaced[entry.name] = what

    def _unpacked(self, path: Path) -> Path:
        """Unpack an archive into a folder of its own within the scratch folder."""
        if self.scratch is None:
            raise InvalidInputError(f"{path}: a zip archive; unpack it first, and give the folder.")
        target = self.scratch / f"{len(list(self.scratch.iterdir()))}"
        target.mkdir()

        def work(say: Say) -> None:
            try:
                unpack(path, target)
            except InvalidInputError as error:
                say(str(error).encode("utf-8", "replace"))

        child = in_child(work, UNPACKING)
        if child.lines or child.ended:
            why = child.lines[0].decode() if child.lines else f"{path.name}: it cannot be unpacked ({child.ended})."
            raise InvalidInputError(why)
        return target


def _only_folder(folder: Path) -> Path:
    """Return the only folder within a folder that holds nothing else than folders of notebooks' folders, else the folder itself.

    An archive of a class is often packed with the folder around it.
    """
    entries = [entry for entry in folder.iterdir() if not is_litter(entry.name)]
    if len(entries) == 1 and entries[0].is_dir() and not _has_own_notebook(entries[0]):
        return entries[0]
    return folder


def _has_notebook(folder: Path) -> bool:
    return any(is_notebook_name(name.rpartition("/")[2]) for name, _ in walk(folder, deepest=4))


def _has_own_notebook(folder: Path) -> bool:
    return any(is_notebook_name(entry.name) for entry in folder.iterdir() if not entry.is_dir())


def _submission(student: str, path: Path, number: str = "") -> Submission:
    """Return a submission with the LMS's number as its only remark, until namesakes are told apart."""
    return Submission(student=student[:LONGEST_ID], path=path, remarks=(number,) if number else ())
