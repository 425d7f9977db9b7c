"""The instructor's page: how the class did, which exercises are hard and why, whose answers are alike, and what waits for a person."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from devopssim.course.grader.batch import file_name
from devopssim.course.grader.grades import CheckResult, Grade
from devopssim.course.grader.reports.pages import render
from devopssim.course.grader.similarity import alike
from devopssim.files import write_text

TENTHS: Final = 10
MOST_PAIRS: Final = 40
MOST_MISCONCEPTIONS: Final = 3


@dataclass(frozen=True, kw_only=True)
class Difficulty:
    """How a class did in one exercise, and its most frequent remarks with their hints."""

    exercise: str
    title: str
    share: float
    right: int
    of: int
    misconceptions: Sequence[tuple[int, str, str]]


def write(grades: Sequence[Grade], out: Path) -> list[Path]:
    """Write `class.html` and return its path."""
    path = out / "class.html"
    complete = [grade for grade in grades if not grade.not_graded and not grade.whose]
    graded = [(grade.points, grade.max_points - grade.waiting_points) for grade in complete]
    shares = [points / of for points, of in graded if of > 0]
    pairs = alike({grade.student: grade.answers for grade in complete})
    text = render(
        "class.html",
        count=len(complete),
        bars=distribution(shares),
        median=median(shares) if shares else 0.0,
        exercises=difficulties(complete),
        pairs=pairs[:MOST_PAIRS],
        more_pairs=len(pairs[MOST_PAIRS:]),
        waiting=waiting(grades),
        not_graded=[grade for grade in grades if grade.not_graded],
        link=lambda student: f"students/{file_name(student)}.html",
        question=lambda notebook, grade_id: f"written/{file_name(f'{notebook}-{grade_id}')}.html",
    )
    write_text(path, text)
    return [path]


def distribution(shares: Iterable[float]) -> list[int]:
    """Return how many students reached each tenth of the points; full marks belong to the last one.

    Examples
    --------
    >>> distribution([0, 0.55, 1])
    [1, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    """
    counts = Counter(min(TENTHS - 1, int(share * TENTHS + 1e-9)) for share in shares)
    return [counts[tenth] for tenth in range(TENTHS)]


def difficulties(grades: Iterable[Grade]) -> list[Difficulty]:
    """Return the exercises, the hardest first; checks that wait for a person are left out.

    Examples
    --------
    >>> difficulties([])
    []
    """
    checks: dict[str, list[CheckResult]] = defaultdict(list)
    for grade in grades:
        for cell in grade.cells:
            for check in cell.checks:
                if check.verdict != "waiting" and check.max_points:
                    checks[check.exercise].append(check)
    found = []
    for exercise, results in checks.items():
        wrong = Counter((_kind(check.remark), check.hint) for check in results if check.verdict != "passed")
        found.append(
            Difficulty(
                exercise=exercise,
                title=results[0].title,
                share=sum(check.points for check in results) / sum(check.max_points for check in results),
                right=sum(check.verdict == "passed" for check in results),
                of=len(results),
                misconceptions=[
                    (count, remark, hint) for (remark, hint), count in wrong.most_common(MOST_MISCONCEPTIONS)
                ],
            )
        )
    return sorted(found, key=lambda difficulty: difficulty.share)


def waiting(grades: Iterable[Grade]) -> list[tuple[str, str, int, float]]:
    """Return (notebook, grade id, answers, points) of what waits for a person.

    Examples
    --------
    >>> waiting([])
    []
    """
    cells: dict[tuple[str, str], list[float]] = defaultdict(list)
    for grade in grades:
        for cell in grade.cells:
            if cell.waiting:
                points = sum(check.max_points for check in cell.checks if check.verdict == "waiting")
                cells[cell.notebook, cell.grade_id].append(points)
    return [(notebook, grade_id, len(points), sum(points)) for (notebook, grade_id), points in sorted(cells.items())]


def _kind(remark: str) -> str:
    """Return a remark without its numbers and quoted parts, so that equal mistakes with other numbers are one."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|(?<![\w.-])-?\d[\d.,]*(?:e[+-]?\d+)?(?![\w-])", "…", remark)[:160]
