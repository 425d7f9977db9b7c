"""Grade many submissions at once, and count processor time and wrong grades.

    python -m course.grader.load bubblewrap --submissions 500 --workers 2        # make submissions

Every fifth student has a wrong value, an error, a busy cell, or a large table; what each deserves is known.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from course import courses

from devopssim.course.author import load_source
from devopssim.course.grader.batch import grade_all
from devopssim.course.grader.grades import Grade
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.placement import find_submissions
from devopssim.course.grader.sandbox import Sandbox, choose_sandbox
from devopssim.course.grader.sandbox.bubblewrap import Bubblewrap
from devopssim.course.grader.sandbox.plain import Plain
from devopssim.course.grader.sandbox.process_tree import processor_seconds_of_tree

ANSWERS: Final = (
    ("right", "", 10.0),
    ("wrong", "median = 1.0", 8.0),
    ("error", "median = 1 / 0", 8.0),
    ("busy", "median = 6.5\nfor number in range(2_000_000): number * number", 10.0),
    ("large", "import numpy as np\ntable = np.ones((3000, 3000))\nmedian = 6.5", 10.0),
)
"""A name, the answer to exercise a, and the points that the submission deserves."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What grading cost: in all, and what of it was elapsed time."""

    submissions: int
    wrong: dict[str, tuple[float, str]]
    processor_seconds: float
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.submissions} submissions, {len(self.wrong)} wrong grades: {self.processor_seconds / self.submissions:.2f} "
            f"processor seconds and {self.seconds / self.submissions:.2f} s a submission"
        )


def graded(sandbox: Sandbox, submissions: int, workers: int, folder: Path) -> Load:
    """Write and grade that many submissions; all that preparing costs is counted."""
    source = courses.only("01-values", folder / "course")
    deserved = {}
    for number in range(submissions):
        name, answer, points = ANSWERS[number % len(ANSWERS)]
        student = f"{name}-{number}"
        deserved[student] = points
        courses.hand_in(folder / "in" / student, "01-values", **({"x01_a": answer} if answer else {}))
    inside = 0.0

    def look(grade: Grade) -> None:
        del grade
        nonlocal inside
        server = sandbox.server if isinstance(sandbox, Bubblewrap | Plain) else None
        if server:  # bubblewrap does not collect what its processes used
            inside = max(inside, processor_seconds_of_tree(server.process.pid))

    grader = Grader(source=load_source(source), sandbox=sandbox)
    placed = find_submissions([folder / "in"])
    began, used = time.monotonic(), _used()
    grades = grade_all(grader, placed, folder / "out", workers=workers, progress=look)
    wrong = {
        grade.student: (grade.points, grade.trouble)
        for grade in grades
        if grade.trouble or abs(grade.points - deserved[grade.student]) > 1e-6
    }
    counted = 0.0 if isinstance(sandbox, Plain) else inside  # the plain server's is among that of children
    return Load(
        submissions=len(grades),
        wrong=wrong,
        processor_seconds=_used() - used + counted,
        seconds=time.monotonic() - began,
    )


def _used() -> float:
    usages = [resource.getrusage(which) for which in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> int:
    """Grade in the sandboxes that are named; fail if a grade is wrong."""
    parser = argparse.ArgumentParser(description="Grade many submissions and count processor time and wrong grades.")
    parser.add_argument("sandboxes", nargs="+", metavar="SANDBOX", help="bubblewrap, container, none")
    parser.add_argument("--submissions", type=int, default=500, metavar="N", help="how many (default 500)")
    parser.add_argument("--workers", type=int, metavar="N", help="graded at once (default: one per core)")
    arguments = parser.parse_args()
    failed = 0
    for name in arguments.sandboxes:
        with tempfile.TemporaryDirectory() as folder:
            sandbox = choose_sandbox(name, secret=[Path(folder)])
            workers = arguments.workers or os.cpu_count() or 1
            load = graded(sandbox, arguments.submissions, workers, Path(folder))
        failed += len(load.wrong)
        sys.stdout.write(f"{name}, {workers} at once: {load}\n")
        sys.stdout.writelines(f"  {student}: {what}\n" for student, what in load.wrong.items())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
