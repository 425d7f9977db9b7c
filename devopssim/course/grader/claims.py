"""What a notebook's answers claim, and how claims are judged."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from devopssim.course.answers import EMPTY, FORM, NO_ANSWER, Json, Judgement, describe
from devopssim.course.author import Cell, Expectation
from devopssim.course.grader.bounded import TooLongError, processor_time
from devopssim.course.grader.grades import CheckResult, cut, verdict_of
from devopssim.course.grader.notebooks import AnswerCells
from devopssim.course.grader.sandbox import SandboxRun
from devopssim.course.grader.steps import error_of, question_name

JUDGING_SECONDS: Final = 20
"""Processor time for judging one answer."""


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
class Claims:
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
            error = error_of(expectation.exercise.id, self.answers, self.run)
            return replace(judged, remark=_why_missing(describe(claim), error))
        return judged


def _why_missing(what: str, error: Json) -> str:
    """Return why a name is missing: an unanswered cell, an error before it, or a definition outside the answer cells."""
    if error == EMPTY:
        return NO_ANSWER
    if error is not None:
        return f"{what}; the cell stopped with {describe(error)} before that."
    return f"{what}; the grader runs only the answer cells, so define it there."


def result_of(expectation: Expectation, worth: float, judged: Judgement) -> CheckResult:
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
