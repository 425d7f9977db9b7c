"""The instructor's page: how the class did, which exercises are hard and why, whose answers are alike, and what waits for a person."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Final

from devopssim.course.grader.batch import file_name
from devopssim.course.grader.grades import CheckResult, Grade
from devopssim.course.grader.reports.pages import render
from devopssim.files import write_text

TENTHS: Final = 10
SHORTEST_ALIKE: Final = 60
"""Characters of an answer, blanks and comments aside, from which equality says something."""
COMMON: Final = 0.2
"""Share of the class above which an answer is the usual one, and no sign of copying."""
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


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Two students with equal answers that few others gave."""

    first: str
    second: str
    answers: Sequence[str]
    of: int


def write(grades: Sequence[Grade], out: Path) -> list[Path]:
    """Write `class.html` and return its path."""
    path = out / "class.html"
    complete = [grade for grade in grades if not grade.not_graded and not grade.whose]
    shares = [grade.points / grade.max_points for grade in complete if grade.max_points]
    text = render(
        "class.html",
        count=len(complete),
        bars=distribution(shares),
        median=median(shares) if shares else 0.0,
        exercises=difficulties(complete),
        pairs=alike(complete),
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


def alike(grades: Sequence[Grade]) -> list[Alike]:
    """Return pairs of students with equal long answers that are not the class's usual ones, the most alike first.

    Where students have numbers of their own, an answer with the numbers of another is one of these.

    Examples
    --------
    >>> ada, eve = (Grade(student=name, assignment="c", cells=[], answers={"01/01-a": "f00 90"}) for name in ("ada", "eve"))
    >>> alike([ada, eve])[0].answers
    ['01/01-a']
    """
    who: dict[tuple[str, str], list[str]] = defaultdict(list)
    for grade in grades:
        for name, digest in grade.answers.items():
            if int(digest.rpartition(" ")[2]) >= SHORTEST_ALIKE:
                who[name, digest].append(grade.student)
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    usual = max(2, int(COMMON * len(grades)))
    for (name, _), students in who.items():
        if 1 < len(students) <= usual:
            for pair in combinations(sorted(students), 2):
                pairs[pair].append(name)
    count = {grade.student: len(grade.answers) for grade in grades}
    found = [
        Alike(first=first, second=second, answers=sorted(names), of=min(count[first], count[second]))
        for (first, second), names in pairs.items()
    ]
    return sorted(found, key=lambda pair: (-len(pair.answers), pair.first, pair.second))[:MOST_PAIRS]


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
    return re.sub(r"'[^']*'|\"[^\"]*\"|-?\d[\d.,e+-]*", "…", remark)[:160]
