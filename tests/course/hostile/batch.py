"""Grade all hostile submissions as one batch; as a program, print the table of attacks, grades and times.

PYTHONPATH=tests python -m course.hostile.batch bubblewrap container
"""

import socket
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from course import courses
from course.hostile.attacks import KEY, Attack, attacks, submit

from devopssim.cli.course import KEY_VARIABLE
from devopssim.course import source
from devopssim.course.batch import grade_all
from devopssim.course.grades import Grade
from devopssim.course.grading import Grader
from devopssim.course.sandbox import Limits, choose
from devopssim.course.submissions import find

LIMITS: Final = Limits(cell_seconds=2, notebook_seconds=15, memory_mb=512)
LONGEST: Final = LIMITS.notebook_seconds + (1 + LIMITS.restarts) * 15
"""Seconds: the notebook's own time, and what starting the sandbox again may take on a busy machine."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What grading all of them gave."""

    attacks: dict[str, Attack]
    grades: dict[str, Grade]
    folder: Path
    connections: int
    sandbox: str


class Listener:
    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.connections: list[str] = []
        self.thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> tuple[int, list[str]]:
        self.thread.start()
        return self.socket.getsockname()[1], self.connections

    def __exit__(self, *_: object) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, address = self.socket.accept()
            except OSError:
                return
            connection.close()
            self.connections.append(str(address))


def grade_attacks(sandbox: str, folder: Path) -> Batch:
    """Write and grade every attack, two at a time, in a sandbox of that name."""
    course = courses.only("01-values", folder / "course")
    with Listener() as (port, connections), pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, KEY)
        tried = attacks(source=course, others=folder / "in", report=folder / "report", port=port)
        for attack in tried:
            submit(attack, folder / "in" / attack.name, courses.right_notebook())
        chosen = choose(sandbox, secret=[course, folder])
        grades = grade_all(
            Grader(source=source.load(course), sandbox=chosen, limits=LIMITS),
            find([folder / "in"]),
            folder / "report",
            workers=3,
        )
        return Batch(
            attacks={attack.name: attack for attack in tried},
            grades={grade.student: grade for grade in grades},
            folder=folder,
            connections=len(connections),
            sandbox=sandbox,
        )


def main() -> None:
    """Print the table for the sandboxes that are named."""
    for sandbox in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder:
            batch = grade_attacks(sandbox, Path(folder))
        sys.stdout.write(f"{sandbox}\n{'attack':32}{'deserved':>9}{'given':>7}{'s':>7}  verdict\n")
        for name, attack in batch.attacks.items():
            grade = batch.grades[name]
            fair = not grade.trouble and attack.fair(grade.points)
            noticed = grade.trouble or "; ".join(grade.remarks)
            verdict = "as deserved" if fair else "WRONG"
            sys.stdout.write(
                f"{name:32}{attack.deserved:9g}{grade.points:7g}{grade.seconds:7.1f}  {verdict}; {noticed[:90]!r}\n"
            )


if __name__ == "__main__":
    main()
