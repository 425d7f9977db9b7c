"""Each hostile submission ends with the grade that its work deserves, in time, and the rest of the batch is graded right."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import needs
import pytest
from course.hostile.attacks import attacks
from course.hostile.batch import LONGEST, Batch, grade_attacks

from devopssim.course.sandbox import bubblewrap, container

NAMES: Final = [attack.name for attack in attacks(source=Path(), others=Path(), report=Path(), port=0)]


@pytest.fixture(scope="module", params=["bubblewrap", pytest.param("container", marks=pytest.mark.live)])
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    tool = {"bubblewrap": bubblewrap, "container": container}[request.param]
    reason = tool.problem()
    needs.require(
        f"{request.param} for students' code", found=reason is None, how=f"install bubblewrap, start Docker ({reason})."
    )
    return grade_attacks(request.param, tmp_path_factory.mktemp(request.param))


@pytest.mark.parametrize("name", NAMES)
def test_the_grade_is_the_one_that_the_work_deserves(batch: Batch, name: str) -> None:
    grade = batch.grades[name]
    assert not grade.trouble
    assert batch.attacks[name].fair(grade.points), (
        grade.points,
        grade.remarks,
        [check.remark for cell in grade.cells for check in cell.checks],
    )


def test_each_ends_within_its_time(batch: Batch) -> None:
    assert max(grade.seconds for grade in batch.grades.values()) < LONGEST


def test_nothing_was_reached_on_the_network(batch: Batch) -> None:
    assert batch.connections == 0


def test_nothing_was_written_outside(batch: Batch) -> None:
    assert [
        path for path in batch.folder.rglob("*") if path.name in {"harm", "PICKLED"} or path.name.startswith("full")
    ] == []


def test_no_process_is_left(batch: Batch) -> None:
    """Killed sandboxes vanish; the kernel may need a moment."""
    deadline = time.monotonic() + 20
    while (left := _inside_processes()) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == [], batch.sandbox


def _inside_processes() -> list[str]:
    """Return the command lines of programs that belong to sandboxes of this test run."""
    return [line for line in _command_lines() if "devopssim.course.sandbox.inside" in line or "os.setsid()" in line]


def _command_lines() -> Iterator[str]:
    for pid in (path.name for path in Path("/proc").iterdir() if path.name.isdigit()):
        try:
            yield Path("/proc", pid, "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
