"""Grade one submission: run the student's answer cells within the instructor's notebook in a sandbox, judge them outside it."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from devopssim.course.answers import NO_ANSWER, Judgement
from devopssim.course.author import (
    VARIANT_FILE,
    Cell,
    Expectation,
    Notebook,
    Source,
    Value,
    defaults,
    derive,
    variant_json,
)
from devopssim.course.grader.bounded import TooLongError, processor_time
from devopssim.course.grader.claims import Claims, Judging, result_of
from devopssim.course.grader.grades import MOST_REMARKS, CellGrade, CheckResult, Grade, cut
from devopssim.course.grader.lab import waits_for
from devopssim.course.grader.notebooks import AnswerCells, is_worked_on
from devopssim.course.grader.sandbox import Limits, Sandbox, SandboxError, SandboxRun, SandboxStep, run_in_sandbox
from devopssim.course.grader.similarity import AnswerPrint, print_of
from devopssim.course.grader.steps import Expected, steps_of, troubles
from devopssim.course.grader.submissions import Submission

TRIES: Final = 2
READING_SECONDS: Final = 60
"""Processor time for reading a notebook of a submission."""


@dataclass(frozen=True, kw_only=True)
class Grader:
    """A course, a sandbox and the key of its variants: all that grading one submission takes.

    Parameters
    ----------
    source : Source
        The course as its instructor has it.
    sandbox : Sandbox
        Where students' code runs, from `choose_sandbox`.
    limits : Limits
        What the code of one notebook may use.
    key : bytes, optional
        The course's key, where students have numbers of their own.
    sees_lab : bool, default True
        Whether the live lab of this machine is the work of the student being graded; otherwise live exercises wait for a person.
    lab_of : str, default ""
        The only student whose work the lab is; empty if `sees_lab` holds for everybody.
    lab_owner : str, default ""
        The student whose id the lab carries (`lab_owner`), which decides before `sees_lab` and `lab_of`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from devopssim.course.author import Course
    >>> from devopssim.course.grader.sandbox import choose_sandbox
    >>> source = Source(folder=Path("course"), course=Course(name="delivery"), notebooks=())
    >>> grade = Grader(source=source, sandbox=choose_sandbox("none")).grade(Submission(student="ada", path=Path("ada")))
    >>> grade.max_points, grade.trouble
    (0, '')
    """

    source: Source
    sandbox: Sandbox
    limits: Limits = field(default_factory=Limits)
    key: bytes | None = None
    sees_lab: bool = True
    lab_of: str = ""
    lab_owner: str = ""
    _expected_by_numbers: dict[str, Expected] = field(default_factory=dict)

    def grade(self, submission: Submission, judging: Judging | None = None) -> Grade:
        """Grade a submission; every submission gets a grade.

        Parameters
        ----------
        submission : Submission
            What the student handed in.
        judging : Judging, optional
            How its answers are judged.

        Returns
        -------
        Grade
            Its `trouble` holds the error if the grader, rather than the student, failed; its `ungraded` what could not be read.
        """
        began = time.monotonic()
        work = _Work(
            judging=judging or Judging(),
            remarks=list(submission.remarks),
            not_their_lab=waits_for(submission.whose, owner=self.lab_owner, sees_lab=self.sees_lab, lab_of=self.lab_of),
        )
        trouble = ""
        try:
            numbers = self.numbers(submission.whose)
            expected = self.expected(numbers)
            files = {
                **self.source.files,
                **submission.asked_files(self.source),
                VARIANT_FILE: variant_json(submission.whose, numbers),  # last: a submitted one never counts
            }
            if self.source.course.variant and (remark := submission.made_for_another()):
                work.remarks.append(remark)
            for notebook in self.source.notebooks:
                answers = self._read(submission, notebook)
                work.cells += self._notebook(notebook, answers, expected, files, work)
        except Exception as error:  # noqa: BLE001 - an error with one submission leaves the others' grades alone
            trouble = cut(f"{type(error).__name__}: {error}")
        return Grade(
            student=submission.student,
            assignment=self.source.course.name,
            cells=work.cells,
            remarks=[cut(remark) for remark in work.remarks[:MOST_REMARKS]],
            seconds=time.monotonic() - began,
            sandbox=self.sandbox.name,
            trouble=trouble,
            ungraded=work.ungraded,
            timed_out=work.timed_out,
            whose=submission.identity,
            answers=work.answers,
        )

    def _read(self, submission: Submission, notebook: Notebook) -> AnswerCells:
        """Read one notebook's answers within a bound of processor time and memory."""
        try:
            with processor_time(READING_SECONDS):
                return submission.notebook(notebook, [other.name for other in self.source.notebooks])
        except (TooLongError, MemoryError):
            return AnswerCells(
                ungraded="reading it takes more time or memory than the grader has for it; clear its outputs and hand it in again."
            )

    def prepare(self) -> None:
        """Compute what is expected once, so that forks of this process have what hidden tests import, and without a key the result."""
        with suppress(Exception):  # each submission reports it
            self.expected(self.numbers(""))

    def numbers(self, student: str) -> dict[str, Value]:
        """Return the numbers in a student's copy: the course's defaults without a key."""
        choices = self.source.course.variant
        if self.key is None:
            return defaults(choices)
        return derive(choices, course=self.source.course.name, student=student, key=self.key)

    def expected(self, numbers: Mapping[str, Value]) -> Expected:
        """Return what is expected of a student with these numbers; computed once for each set of numbers."""
        name = repr(sorted(numbers.items()))
        if name not in self._expected_by_numbers:
            self._expected_by_numbers[name] = self.source.expectations(numbers)
        return self._expected_by_numbers[name]

    def _notebook(
        self, notebook: Notebook, answers: AnswerCells, expected: Expected, files: Mapping[str, bytes], work: "_Work"
    ) -> list[CellGrade]:
        """Run one notebook and return the grades of its cells; skip the run without answers or questions."""
        steps = steps_of(notebook, answers, expected)
        if answers.ungraded is not None:
            work.ungraded[notebook.name] = cut(answers.ungraded)
        if answers.ungraded or answers.problem or not any(step.questions for step in steps):
            run = SandboxRun()
        else:
            run = self._run(steps, files)
        work.timed_out = work.timed_out or run.timed_out
        work.answers |= _prints(notebook, answers)
        work.remarks += [f"{notebook.name}: {remark}" for remark in (*answers.remarks, *troubles(notebook, run))]
        if answers.ungraded is not None:
            return [_ungraded(notebook, cell, cut(answers.ungraded), expected, self.source) for cell in notebook.graded]
        return [
            self._written(notebook, cell, answers)
            if cell.is_manual
            else self._judged(
                notebook.name,
                cell,
                expected[notebook.name, cell.grade_id],
                Claims(answers=answers, run=run, not_their_lab=work.not_their_lab),
                work.judging,
            )
            for cell in notebook.graded
        ]

    def _judged(
        self, notebook: str, cell: Cell, expected: Sequence[Expectation], claims: "Claims", judging: Judging
    ) -> CellGrade:
        """Grade a test cell: the cell's points are shared out by the weights of its expectations."""
        checks = []
        for index, (expectation, worth) in enumerate(_worths(cell, expected)):
            if expectation.question is None and claims.untouched(expectation.exercise.id):
                checks.append(result_of(expectation, worth, Judgement(share=0, remark=NO_ANSWER)))
            elif expectation.question is None and claims.not_their_lab:
                checks.append(result_of(expectation, worth, claims.not_their_lab))
            else:
                checks.append(result_of(expectation, worth, claims.judged(cell, index, expectation, judging)))
        return CellGrade(
            notebook=notebook,
            grade_id=cell.grade_id,
            points=sum(check.points for check in checks),
            max_points=cell.points,
            checks=checks,
        )

    def _written(self, notebook: Notebook, cell: Cell, answers: AnswerCells) -> CellGrade:
        """Grade a written answer: it waits for a person; an empty one has failed."""
        texts = [text for text in answers.copies.get(cell.grade_id, ()) if is_worked_on(text, cell)]
        images = answers.images.get(cell.grade_id, {})
        given = bool(texts or images)
        below = next(
            (remark for remark in answers.remarks if remark.startswith(f"a new cell below {cell.grade_id} ")), None
        )
        missing_answer = f"{below}." if below else NO_ANSWER
        check = CheckResult(
            exercise=cell.grade_id,
            title=_title(cell, self.source),
            expected=_expected_text(cell, self.source),
            verdict="waiting" if given else "failed",
            points=0,
            max_points=cell.points,
            remark="waits for a person to grade it." if given else answers.problem or missing_answer,
        )
        return CellGrade(
            notebook=notebook.name,
            grade_id=cell.grade_id,
            points=0,
            max_points=cell.points,
            checks=[check],
            manual=True,
            answer="\n\n".join(texts),
            images=images,
        )

    def _run(self, steps: Sequence[SandboxStep], files: Mapping[str, bytes]) -> SandboxRun:
        """Run the steps; try once more if the sandbox does not start."""
        for _ in range(TRIES - 1):
            try:
                return run_in_sandbox(self.sandbox, steps, files, self.limits)
            except SandboxError:
                continue  # a busy engine may have failed to start it
        return run_in_sandbox(self.sandbox, steps, files, self.limits)


@dataclass(kw_only=True)
class _Work:
    """What grading one submission has gathered so far."""

    judging: Judging
    not_their_lab: Judgement | None
    cells: list[CellGrade] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    ungraded: dict[str, str] = field(default_factory=dict)
    answers: dict[str, AnswerPrint] = field(default_factory=dict)
    timed_out: bool = False


def _prints(notebook: Notebook, answers: AnswerCells) -> dict[str, AnswerPrint]:
    """Return the print of each answer that was worked on, so that answers that are alike can be found."""
    cells = {cell.grade_id: cell for cell in notebook.cells if cell.is_answer}
    prints = {}
    for grade_id in answers.worked_on:
        texts = [text for text in answers.copies[grade_id] if is_worked_on(text, notebook.answers[grade_id])]
        prints[f"{notebook.name}/{grade_id}"] = print_of(texts, code=cells[grade_id].type == "code")
    return prints


def _worths(cell: Cell, expected: Sequence[Expectation]) -> list[tuple[Expectation, float]]:
    """Return each expectation with its share of the cell's points."""
    weights = sum(expectation.weight for expectation in expected)
    return [(expectation, cell.points * expectation.weight / weights if weights else 0.0) for expectation in expected]


def _ungraded(notebook: Notebook, cell: Cell, why: str, expected: Expected, source: Source) -> CellGrade:
    """Return the grade of a cell whose notebook could not be read: no points, and a status of its own."""
    if cell.is_manual:
        parts = [(cell.grade_id, _title(cell, source), _expected_text(cell, source), cell.points)]
    else:
        parts = [
            (expectation.exercise.id, expectation.exercise.title, expectation.description, worth)
            for expectation, worth in _worths(cell, expected[notebook.name, cell.grade_id])
        ]
    checks = [
        CheckResult(
            exercise=name, title=title, expected=text, verdict="ungraded", points=0, max_points=worth, remark=why
        )
        for name, title, text, worth in parts
    ]
    return CellGrade(
        notebook=notebook.name,
        grade_id=cell.grade_id,
        points=0,
        max_points=cell.points,
        checks=checks,
        manual=cell.is_manual,
    )


def _title(cell: Cell, source: Source) -> str:
    """Return the title of a written answer's exercise."""
    declared = source.course.exercises.get(cell.grade_id)
    return declared.title if declared else cell.grade_id


def _expected_text(cell: Cell, source: Source) -> str:
    """Return what a written answer is expected to be."""
    declared = source.course.exercises.get(cell.grade_id)
    return f"{declared.kind.expected if declared else 'an answer in words'}; graded by a person"
