"""Expectations: what an exercise's answer has to be, and how the hidden regions of a notebook declare it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from devopssim.course.answers import GraderTroubleError, Json, Judgement, Question
from devopssim.course.author.exercises import Course, Exercise


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One thing that is judged.

    Parameters
    ----------
    exercise : Exercise
        The exercise it belongs to.
    description : str
        What is expected, in words that leave the answer open.
    question : Question or None
        What the sandbox is asked; None for a state of the live lab.
    judge : callable
        Called in the grader's process with the answer's form; returns a Judgement.
    weight : float, default 1
        Share of the cell's points, relative to the cell's other expectations.
    hint : str, default ""
        Shown in the report instead of the exercise's first hint.
    """

    exercise: Exercise
    description: str
    question: Question | None
    judge: Callable[[Json], Judgement]
    weight: float = 1
    hint: str = ""

    def judgement(self, answer: Json) -> Judgement:
        """Judge an answer, with the share clipped to [0, 1].

        An error of `judge` counts as a wrong answer, because a hostile answer can cause it.

        Parameters
        ----------
        answer : Json
            The form of the answer.

        Returns
        -------
        Judgement
            The judgement.

        Raises
        ------
        GraderTroubleError
            If judging failed for a reason that is not the student's.

        Examples
        --------
        >>> from devopssim.course.author.answer_types import Number
        >>> exercise = Exercise(id="06-a", title="Lead time", kind=Number(), answer="lead")
        >>> strict = Expectation(exercise=exercise, description="a number", question=None, judge=lambda answer: answer["share"])
        >>> strict.judgement(3).remark
        'this answer cannot be judged (TypeError).'
        """
        try:
            judged = self.judge(answer)
        except GraderTroubleError:
            raise
        except Exception as error:  # noqa: BLE001 - a hostile answer can make a judge raise anything
            return Judgement(share=0, remark=f"this answer cannot be judged ({type(error).__name__}).")
        return replace(judged, share=min(1.0, max(0.0, float(judged.share))))


@dataclass(frozen=True, kw_only=True)
class Collector:
    """The course and the list of expectations of a hidden region while the grader reads it."""

    course: Course
    expectations: list[Expectation]


_collector: ContextVar[Collector | None] = ContextVar("where expectations gather", default=None)


@contextmanager
def collecting(course: Course) -> Iterator[list[Expectation]]:
    """Collect in this thread what `expect` declares inside the block, instead of judging it at once.

    Parameters
    ----------
    course : Course
        The course whose exercises the declarations name.

    Yields
    ------
    list of Expectation
        Filled by the block.
    """
    gathered: list[Expectation] = []
    token = _collector.set(Collector(course=course, expectations=gathered))
    try:
        yield gathered
    finally:
        _collector.reset(token)


def collector() -> Collector | None:
    """Return the collector of this thread, None outside `collecting` (in a notebook's kernel)."""
    return _collector.get()
