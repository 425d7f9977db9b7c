"""Expectations: what an exercise's answer must be, and how one is collected from a hidden region of a notebook."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from devopssim.course.answers import GraderTroubleError, Json, Judgement, Question
from devopssim.course.author.exercises import Course, Exercise


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """One thing that is judged. `says` tells in words what is expected and must not give the answer away.

    `judge` runs in the grader's process, on the answer's JSON form.
    """

    exercise: Exercise
    says: str
    question: Question | None
    judge: Callable[[Json], Judgement]
    weight: float = 1
    hint: str = ""

    def judgement(self, answer: Json) -> Judgement:
        """Judge an answer; a judge that stumbles over it has judged it wrong."""
        try:
            judged = self.judge(answer)
        except GraderTroubleError:
            raise
        except Exception as error:  # noqa: BLE001 - the answer is hostile until shown otherwise
            return Judgement(share=0, remark=f"this answer cannot be judged ({type(error).__name__}).")
        return replace(judged, share=min(1.0, max(0.0, float(judged.share))))


@dataclass(frozen=True, kw_only=True)
class Collector:
    """Where the expectations of a hidden region gather while the grader reads it."""

    course: Course
    expectations: list[Expectation]


_collector: ContextVar[Collector | None] = ContextVar("where expectations gather", default=None)


@contextmanager
def collecting(course: Course) -> Iterator[list[Expectation]]:
    """Gather, in this thread, what `expect` declares inside the block, instead of judging it at once."""
    gathered: list[Expectation] = []
    token = _collector.set(Collector(course=course, expectations=gathered))
    try:
        yield gathered
    finally:
        _collector.reset(token)


def collector() -> Collector | None:
    """Return where expectations gather in this thread, None where they are judged at once (in a notebook's kernel)."""
    return _collector.get()
