"""Grade one submission: run the student's answer cells within the instructor's notebook in a sandbox, judge them outside it."""

import ast
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
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
from devopssim.course.grader.bounded import TooLongError, processor_time
from devopssim.course.grader.grades import MOST_REMARKS, CellGrade, CheckResult, Grade, cut, verdict_of
from devopssim.course.grader.lab import waits_for
from devopssim.course.grader.notebooks import AnswerCells, is_worked_on
from devopssim.course.grader.sandbox import Limits, Sandbox, SandboxError, SandboxRun, SandboxStep, run_in_sandbox
from devopssim.course.grader.similarity import AnswerPrint, print_of
from devopssim.course.grader.submissions import Submission

TRIES: Final = 2
READING_SECONDS: Final = 60
JUDGING_SECONDS: Final = 20
"""Processor time for reading a submission's notebook, and for judging one answer."""
Expected = Mapping[tuple[str, str], Sequence[Expectation]]


@dataclass(frozen=True, kw_only=True)
class Judging:
    """How answers are judged: within a bound of processor time, and with a note before each one.

    Parameters
    ----------
    note : callable, optional
        Called with an expectation's name before it is judged, so that a parent knows which answer ended the process.
    skip : collection of str, default ()
        Names of expectations that ended the process before; they get no points.
    """

    note: Callable[[str], None] | None = None
    skip: Collection[str] = ()

    def judgement(self, name: str, expectation: Expectation, claim: Json) -> Judgement:
        """Judge one answer."""
        too_much = Judgement(
            share=0, remark="judging this answer takes more time or memory than the grader has for it."
        )
        if name in self.skip:
            return too_much
        if self.note:
            self.note(name)
        try:
            with processor_time(JUDGING_SECONDS):
                return expectation.judgement(claim)
        except TooLongError:
            return too_much


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
        work.remarks += [f"{notebook.name}: {remark}" for remark in (*answers.remarks, *_troubles(notebook, run))]
        if answers.ungraded is not None:
            return [_ungraded(notebook, cell, cut(answers.ungraded), expected, self.source) for cell in notebook.graded]
        return [
            self._written(notebook, cell, answers)
            if cell.is_manual
            else self._judged(
                notebook.name,
                cell,
                expected[notebook.name, cell.grade_id],
                _Claims(answers=answers, run=run, not_their_lab=work.not_their_lab),
                work.judging,
            )
            for cell in notebook.graded
        ]

    def _judged(
        self, notebook: str, cell: Cell, expected: Sequence[Expectation], claims: "_Claims", judging: Judging
    ) -> CellGrade:
        """Grade a test cell: the cell's points are shared out by the weights of its expectations."""
        checks = []
        for index, (expectation, worth) in enumerate(_worths(cell, expected)):
            if expectation.question is None and claims.untouched(expectation.exercise.id):
                checks.append(_result(expectation, worth, Judgement(share=0, remark=NO_ANSWER)))
            elif expectation.question is None and claims.not_their_lab:
                checks.append(_result(expectation, worth, claims.not_their_lab))
            else:
                checks.append(_result(expectation, worth, claims.judged(cell, index, expectation, judging)))
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


def steps_of(notebook: Notebook, answers: AnswerCells, expected: Expected) -> list[SandboxStep]:
    """Return what runs in the sandbox: the instructor's cells with the student's answers in place of solutions.

    A test cell becomes a step without source whose questions are asked at that point of the notebook. Cells after the last
    question are left out.

    Parameters
    ----------
    notebook : Notebook
        The source notebook.
    answers : AnswerCells
        The student's answer cells; a missing one runs as an empty cell, and each copy of one that was split or copied runs.
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
            texts = answers.copies.get(cell.grade_id, ("",))
            steps += [
                SandboxStep(id=step, source=text)
                for step, text in zip(_copy_names(name, len(texts)), texts, strict=True)
            ]
        elif cell.is_run:
            steps.append(SandboxStep(id=name, source=cell.source))
    last = max((index for index, step in enumerate(steps) if step.questions), default=-1)
    return steps[: last + 1]


def imports_of(source: Source) -> list[str]:
    """Return the import statements of the cells that run as the instructor wrote them, each once.

    Parameters
    ----------
    source : Source
        The course.

    Returns
    -------
    list of str
        Statements, in the order of the notebooks; cells with IPython's own syntax are skipped.
    """
    statements: dict[str, None] = {}
    for cell in (cell for notebook in source.notebooks for cell in notebook.cells):
        if cell.is_run and not cell.is_answer and not cell.is_test:
            with suppress(SyntaxError, ValueError):
                for node in ast.parse(cell.source).body:
                    if isinstance(node, ast.Import | ast.ImportFrom):
                        statements[ast.unparse(node)] = None
    return list(statements)


def _copy_names(grade_id: str, copies: int) -> list[str]:
    """Return the names of the steps of an answer cell's copies: `01-a`, `01-a (2)`, …."""
    return [grade_id, *(f"{grade_id} ({number})" for number in range(2, copies + 1))]


def _error_of(grade_id: str, answers: AnswerCells, run: SandboxRun) -> Json:
    """Return the error of the answer cell's last copy, None if that ended well; a copy that is still the stub comes last."""
    copies = _copy_names(grade_id, len(answers.copies.get(grade_id, ("",))))
    errors = [run.errors.get(step) for step in copies]
    return next((error for error in reversed(errors) if error not in (None, EMPTY)), errors[-1]) if errors[-1] else None


def _troubles(notebook: Notebook, run: SandboxRun) -> list[str]:
    """Return a remark for each cell that ended the kernel or stopped with an error; unanswered cells are skipped."""
    stopped = [f"the cell {step} ended the kernel: {why}" for step, why in run.killed.items()]
    return stopped + [
        f"the cell {step} stopped with {describe(error)}"
        for step, error in run.errors.items()
        if step.partition(" (")[0] in notebook.answers and error != EMPTY
    ]


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


def question_name(cell: Cell, index: int) -> str:
    """Return the name of a test cell's question: its grade id and the expectation's index."""
    return f"{cell.grade_id}#{index}"


@dataclass(frozen=True, kw_only=True)
class _Claims:
    """What a notebook's answers claim: the answer cells, and what their run in the sandbox gave."""

    answers: AnswerCells
    run: SandboxRun
    not_their_lab: Judgement | None

    def untouched(self, exercise: str) -> bool:
        """Return whether nothing was handed in for an exercise: no notebook, or an answer cell that is still the stub."""
        return self.answers.problem is not None or (
            exercise in self.answers.copies and exercise not in self.answers.worked_on
        )

    def judged(self, cell: Cell, index: int, expectation: Expectation, judging: Judging) -> Judgement:
        """Judge the answer to an expectation's question; without one, say why there is none."""
        if expectation.question is None:
            return judging.judgement(question_name(cell, index), expectation, None)
        name = question_name(cell, index)
        if self.answers.problem is not None or name not in self.run.answers:
            ended = next(iter(self.run.killed.values()), "the notebook ended before this was asked.")
            why = self.answers.problem or self.run.killed.get(cell.grade_id) or ended
            return Judgement(share=0, remark=f"no answer came: {why}")
        claim = self.run.answers[name]
        judged = judging.judgement(name, expectation, claim)
        if isinstance(claim, dict) and claim.get(FORM) == "missing":
            error = _error_of(expectation.exercise.id, self.answers, self.run)
            return replace(judged, remark=_why_missing(describe(claim), error))
        return judged


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
        remark=cut(judged.remark),
        hint="" if judged.waiting or judged.share >= 1 else hint,
    )
