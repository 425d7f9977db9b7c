"""Grade one submission: run the student's answer cells within the instructor's notebook in a sandbox, judge them outside it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from devopssim.course.answers import EMPTY, FORM, NO_ANSWER, Json, Judgement, describe
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
from devopssim.course.grader.grades import CellGrade, CheckResult, Grade, verdict_of
from devopssim.course.grader.sandbox import Limits, Sandbox, SandboxError, SandboxRun, SandboxStep, run_in_sandbox
from devopssim.course.grader.submissions import AnswerCells, Submission

TRIES: Final = 2
SHARED_LAB: Final = Judgement(
    share=0, remark="waits for a person: the lab of this machine cannot be the work of several students.", waiting=True
)
Expected = Mapping[tuple[str, str], Sequence[Expectation]]


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
    _expected_by_numbers: dict[str, Expected] = field(default_factory=dict)

    def grade(self, submission: Submission) -> Grade:
        """Grade a submission; every submission gets a grade.

        Parameters
        ----------
        submission : Submission
            What the student handed in.

        Returns
        -------
        Grade
            Its `trouble` holds the error if the grader, rather than the student, failed.
        """
        began = time.monotonic()
        cells: list[CellGrade] = []
        remarks: list[str] = []
        trouble = ""
        try:
            numbers = self.numbers(submission.student)
            expected = self.expected(numbers)
            files = {
                **self.source.files,
                **submission.files(self.source),
                VARIANT_FILE: variant_json(submission.student, numbers),  # last: a submitted one never counts
            }
            for notebook in self.source.notebooks:
                answers = submission.notebook(notebook)
                cells += self._notebook(notebook, answers, expected, files, remarks)
        except Exception as error:  # noqa: BLE001 - an error with one submission leaves the others' grades alone
            trouble = f"{type(error).__name__}: {error}"
        return Grade(
            student=submission.student,
            assignment=self.source.course.name,
            cells=cells,
            remarks=remarks,
            seconds=time.monotonic() - began,
            sandbox=self.sandbox.name,
            trouble=trouble,
        )

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
        self,
        notebook: Notebook,
        answers: AnswerCells,
        expected: Expected,
        files: Mapping[str, bytes],
        remarks: list[str],
    ) -> list[CellGrade]:
        """Run one notebook and return the grades of its cells; skip the run without answers or questions."""
        steps = steps_of(notebook, answers, expected)
        if answers.problem is not None or not any(step.questions for step in steps):
            run = SandboxRun()
        else:
            run = self._run(steps, files)
        remarks += [f"{notebook.name}: {remark}" for remark in (*answers.remarks, *_troubles(notebook, run))]
        return [
            self._written(notebook, cell, answers)
            if cell.is_manual
            else self._judged(notebook, cell, answers, run, expected[notebook.name, cell.grade_id])
            for cell in notebook.graded
        ]

    def _judged(
        self, notebook: Notebook, cell: Cell, answers: AnswerCells, run: SandboxRun, expected: Sequence[Expectation]
    ) -> CellGrade:
        """Grade a test cell: the cell's points are shared out by the weights of its expectations."""
        weights = sum(expectation.weight for expectation in expected)
        checks = []
        for index, expectation in enumerate(expected):
            worth = cell.points * expectation.weight / weights if weights else 0.0
            if expectation.question is None and not self.sees_lab:
                checks.append(_result(expectation, worth, SHARED_LAB))
            else:
                claim = _claim(cell, index, expectation, answers, run)
                checks.append(_check(expectation, worth, claim, run.errors.get(expectation.exercise.id)))
        return CellGrade(
            notebook=notebook.name,
            grade_id=cell.grade_id,
            points=sum(check.points for check in checks),
            max_points=cell.points,
            checks=checks,
        )

    def _written(self, notebook: Notebook, cell: Cell, answers: AnswerCells) -> CellGrade:
        """Grade a written answer: it waits for a person; an empty one has failed."""
        answer = answers.sources.get(cell.grade_id, "")
        given = bool(answer.strip()) and answer.strip() != "YOUR ANSWER HERE"
        declared = self.source.course.exercises.get(cell.grade_id)
        check = CheckResult(
            exercise=cell.grade_id,
            title=declared.title if declared else cell.grade_id,
            expected=f"{declared.kind.expected if declared else 'an answer in words'}; graded by a person",
            verdict="waiting" if given else "failed",
            points=0,
            max_points=cell.points,
            remark="waits for a person to grade it." if given else answers.problem or "the answer is missing.",
        )
        return CellGrade(
            notebook=notebook.name,
            grade_id=cell.grade_id,
            points=0,
            max_points=cell.points,
            checks=[check],
            manual=True,
            answer=answer if given else "",
        )

    def _run(self, steps: Sequence[SandboxStep], files: Mapping[str, bytes]) -> SandboxRun:
        """Run the steps; try once more if the sandbox does not start."""
        for _ in range(TRIES - 1):
            try:
                return run_in_sandbox(self.sandbox, steps, files, self.limits)
            except SandboxError:
                continue  # a busy engine may have failed to start it
        return run_in_sandbox(self.sandbox, steps, files, self.limits)


def steps_of(notebook: Notebook, answers: AnswerCells, expected: Expected) -> list[SandboxStep]:
    """Return what runs in the sandbox: the instructor's cells with the student's answers in place of solutions.

    A test cell becomes a step without source whose questions are asked at that point of the notebook. Cells after the last
    question are left out.

    Parameters
    ----------
    notebook : Notebook
        The source notebook.
    answers : AnswerCells
        The student's answer cells; a missing one runs as an empty cell.
    expected : mapping of (str, str) to sequence of Expectation
        Expectations by notebook's name and grade id.

    Returns
    -------
    list of SandboxStep
        The steps, in the notebook's order.
    """
    steps = []
    for cell in notebook.cells:
        name = cell.grade_id or f"cell {cell.position}"
        if cell.is_test:
            questions = {
                question_name(cell, index): expectation.question
                for index, expectation in enumerate(expected[notebook.name, cell.grade_id])
                if expectation.question is not None
            }
            steps.append(SandboxStep(id=name, questions=questions))
        elif cell.is_run and cell.is_answer:
            steps.append(SandboxStep(id=name, source=answers.sources.get(cell.grade_id, "")))
        elif cell.is_run:
            steps.append(SandboxStep(id=name, source=cell.source))
    last = max((index for index, step in enumerate(steps) if step.questions), default=-1)
    return steps[: last + 1]


def _troubles(notebook: Notebook, run: SandboxRun) -> list[str]:
    """Return a remark for each cell that ended the kernel or stopped with an error; unanswered cells are skipped."""
    stopped = [f"the cell {step} ended the kernel: {why}" for step, why in run.killed.items()]
    return stopped + [
        f"the cell {step} stopped with {describe(error)}"
        for step, error in run.errors.items()
        if step in notebook.answers and error != EMPTY
    ]


def question_name(cell: Cell, index: int) -> str:
    """Return the name of a test cell's question: its grade id and the expectation's index."""
    return f"{cell.grade_id}#{index}"


def _claim(
    cell: Cell, index: int, expectation: Expectation, answers: AnswerCells, run: SandboxRun
) -> Json | BaseException:
    """Return the answer to an expectation's question, or an exception, returned and never raised, that holds the reason for none."""
    if expectation.question is None:
        return None
    name = question_name(cell, index)
    if answers.problem is not None:
        return LookupError(answers.problem)
    if name not in run.answers:
        stopped = run.killed.get(cell.grade_id) or next(
            iter(run.killed.values()), "the notebook ended before this was asked."
        )
        return LookupError(stopped)
    return run.answers[name]


def _check(expectation: Expectation, worth: float, claim: Json | BaseException, error: Json) -> CheckResult:
    """Judge an answer; `error` is that of the cell that should define it, None if that cell ended well."""
    if isinstance(claim, BaseException):
        return _result(expectation, worth, Judgement(share=0, remark=f"no answer came: {claim}"))
    judged = expectation.judgement(claim)
    if isinstance(claim, dict) and claim.get(FORM) == "missing":
        judged = replace(judged, remark=_why_missing(describe(claim), error))
    return _result(expectation, worth, judged)


def _why_missing(what: str, error: Json) -> str:
    """Return why a name is missing: an unanswered cell, an error before it, or a definition outside the answer cells."""
    if error == EMPTY:
        return NO_ANSWER
    if error is not None:
        return f"{what}; the cell stopped with {describe(error)} before that."
    return f"{what}; the grader runs only the answer cells, so define it there."


def _result(expectation: Expectation, worth: float, judged: Judgement) -> CheckResult:
    """Build the result of a check; the hint is left out for a full or waiting answer."""
    exercise = expectation.exercise
    hint = expectation.hint or (exercise.hints[0] if exercise.hints else "")
    return CheckResult(
        exercise=exercise.id,
        title=exercise.title,
        expected=expectation.description,
        verdict="waiting" if judged.waiting else verdict_of(judged.share),
        points=worth * judged.share,
        max_points=worth,
        remark=judged.remark,
        hint="" if judged.waiting or judged.share >= 1 else hint,
    )
