"""The tables of docs/calibration.md, docs/intervals.md, docs/lessons.md and docs/validation.md: written by this program, held by the tests beside it.

python tests/validation/pages.py [validation | calibration | lessons | intervals]      # writes one or all anew; some minutes
"""

import importlib
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from devopssim.cli.levels import as_markdown
from devopssim.experiment import compare_with_dora
from devopssim.files import write_text

if TYPE_CHECKING:
    from scenario.test_lessons import Lesson
    from validation.comparison import Comparison, RangeComparison

DOCS = Path(__file__).parents[2] / "docs"
CASES = (
    "test_v1_flow_ladder",
    "test_v2_phase_gates",
    "test_v3_brooks",
    "test_v4_pipeline",
    "test_v5_real_change",
    "test_v6_theory",
    "test_v7_incidents",
    "test_v11_batches",
    "test_v14_concurrent_changes",
    "test_v15_reviews",
    "test_v16_reminders",
    "test_v17_red_main",
    "test_v18_half_time",
    "test_v21_repair_times",
    "test_v22_assistance",
)
HEAD = "| case | figure | reference | ours | from | to | replications | agrees |\n|---|---|--:|--:|--:|--:|--:|---|"

LESSONS_HEAD = (
    "| change | workflow | figure | paired difference | 95 % interval | pairs | claim |\n|---|---|---|--:|--:|--:|---|"
)


def line(row: "Comparison | RangeComparison") -> str:
    """Return a row of the validation table; a published range stands in the place of the reference."""
    if hasattr(row, "reference"):
        numbers = " | ".join(f"{number:.4g}" for number in (row.reference, row.ours, row.low, row.high))
    else:
        numbers = f"{row.low:.4g} to {row.high:.4g} | {row.ours:.4g} | | "
    return f"| {row.case} | {row.figure} | {numbers} | {row.replications} | {'yes' if row.agrees else 'NO'} |"


def assert_agreed_and_shown(rows: "Iterable[Comparison | RangeComparison]", *, width: float = 0.12) -> None:
    """Hold that each figure agrees with its reference, that its interval is no wider than says something, and that the
    documentation shows this very row.
    """
    for row in (compared := list(rows)):
        assert row.agrees, row
        assert getattr(row, "width", 0.0) < width, row
        assert line(row) in shown("validation"), "run `python tests/validation/pages.py`"
    assert compared, "nothing was compared"


@cache
def shown(name: str) -> str:
    """Return the table of a page: what stands between its marks."""
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    return page.split(mark("begin"))[1].split(mark("end"))[0].strip()


def mark(what: str) -> str:
    """Return the line before, or after, what is written by a program."""
    return f"<!-- {what}: written by `python tests/validation/pages.py` -->"


def write(name: str, table: str) -> None:
    """Put a table between the marks of a page."""
    path = DOCS / f"{name}.md"
    page = path.read_text(encoding="utf-8")
    before, after = page.split(mark("begin"))[0], page.split(mark("end"))[1]
    write_text(path, f"{before}{mark('begin')}\n\n{table}\n\n{mark('end')}{after}")


def validation() -> str:
    """Return every reference figure with ours beside it; running all cases takes a minute or two."""
    rows = [row for case in CASES for row in importlib.import_module(f"validation.{case}").rows()]
    return "\n".join([HEAD, *map(line, rows)])


def calibration() -> str:
    """Return the presets beside DORA's levels: what `devopssim levels --markdown` prints."""
    return as_markdown(compare_with_dora(workers=os.cpu_count() or 1))


def lesson_line(lesson: "Lesson") -> str:
    """Return a row of the table of lessons."""
    found = lesson.difference
    numbers = f"{found.estimate:+.3g} | {found.low:+.3g} to {found.high:+.3g} | {found.replications}"
    return f"| {lesson.title} | {lesson.workflow} | {lesson.figure} | {numbers} | {lesson.side} |"


def lessons() -> str:
    """Return every lesson with its paired difference; some minutes."""
    rows = importlib.import_module("scenario.test_lessons").rows()
    return "\n".join([LESSONS_HEAD, *map(lesson_line, rows)])


def intervals() -> str:
    """Return how often the intervals of one log cover."""
    return str(importlib.import_module("validation.interval_coverage").page())


def main(names: list[str]) -> None:
    """Write the pages of these names; without any, all."""
    pages = {"validation": validation, "calibration": calibration, "lessons": lessons, "intervals": intervals}
    for name in names or pages:
        write(name, pages[name]())


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file, it finds its sisters as pytest does
    main(sys.argv[1:])
