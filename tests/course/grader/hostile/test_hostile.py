"""Each hostile submission ends with the grade that its work deserves, in time, and the rest of the batch is graded right.

All are graded once for each sandbox; few tests look at the result, so that workers that share them seldom grade twice.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

import needs
import pytest
from course.grader.hostile.batch import LONGEST, MARK, Batch, grade_attacks

from devopssim.course.grader.sandbox import bubblewrap, container


@pytest.fixture(scope="module", params=["bubblewrap", pytest.param("container", marks=pytest.mark.live)])
def batch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Batch:
    tool = {"bubblewrap": bubblewrap, "container": container}[request.param]
    reason = tool.problem()
    needs.require(
        f"{request.param} for students' code", found=reason is None, how=f"install bubblewrap, start Docker ({reason})."
    )
    again = request.param == "container"  # the other attacks are on what is the same in both sandboxes
    return grade_attacks(request.param, tmp_path_factory.mktemp(request.param), machine_only=again)


def test_every_grade_is_the_one_that_the_work_deserves(batch: Batch) -> None:
    assert batch.grades.keys() == batch.attacks.keys() != set()
    wrong = {
        name: grade.trouble
        or (
            grade.points,
            attack.deserved,
            grade.remarks,
            [check.remark for cell in grade.cells for check in cell.checks],
        )
        for name, attack in batch.attacks.items()
        if (grade := batch.grades[name]).trouble or not attack.fair(grade.points)
    }
    assert wrong == {}


def test_each_ends_within_its_time(batch: Batch) -> None:
    assert max(grade.seconds for grade in batch.grades.values()) < LONGEST


def test_nothing_was_reached_on_the_network(batch: Batch) -> None:
    assert batch.connections == 0


def test_nothing_was_written_outside(batch: Batch) -> None:
    names = [
        name for _, _, files in os.walk(batch.folder) for name in files
    ]  # os.walk passes over paths that are too long
    assert [name for name in names if name in {"harm", "PICKLED"} or name.startswith("full")] == []


def test_no_process_is_left(batch: Batch) -> None:
    """Killed sandboxes vanish; the kernel may need a moment."""
    deadline = time.monotonic() + 20
    while (left := _inside(batch)) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left == [], batch.sandbox


def _inside(batch: Batch) -> list[str]:
    """Return the processes, by their number, that were started in the batch's sandboxes and still are."""
    mark = f"{MARK}={batch.folder}".encode()
    found = []
    for pid in (path.name for path in Path("/proc").iterdir() if path.name.isdigit()):
        with suppress(OSError):
            if mark in Path("/proc", pid, "environ").read_bytes():
                found.append(pid)
    return found
