"""Grade all hostile submissions as one batch; as a program, show the table of attacks, grades and times.

PYTHONPATH=tests python -m course.grader.hostile.batch container bubblewrap --out docs/grading-attacks.md
"""

import argparse
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from course import courses
from course.grader.hostile.attacks import FULL, KEY, WITHOUT_A, Attack, attacks, submit

from devopssim.cli.course_options import KEY_VARIABLE
from devopssim.course.author import load_source
from devopssim.course.grader.batch import grade_all
from devopssim.course.grader.grades import Grade
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.placement import find_submissions
from devopssim.course.grader.sandbox import Limits, choose_sandbox, host
from devopssim.files import write_text

NOTE: Final = "<!-- Written by `PYTHONPATH=tests python -m course.grader.hostile.batch {sandboxes} --out docs/grading-attacks.md`. -->"
MARK: Final = "WHOSE_SANDBOX"
"""In the environment of all that runs in this batch's sandboxes, so that it can be told from other graders' on this machine."""
MOST_NOTICED: Final = 110
ENDING: Final = 120
LIMITS: Final = Limits(cell_seconds=2, notebook_seconds=15, memory_mb=512)
LONGEST: Final = LIMITS.notebook_seconds + (1 + LIMITS.restarts) * (LIMITS.start_seconds + ENDING)
"""Seconds that the limits allow in all: the notebook's own time, and what starting and ending the sandbox again may take."""


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


def grade_attacks(sandbox: str, folder: Path, *, machine_only: bool = False) -> Batch:
    """Write and grade every attack, three at a time, in a sandbox of that name; `machine_only` leaves out those that all sandboxes let through."""
    course = courses.only("01-values", folder / "course")
    with Listener() as (port, connections), pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_VARIABLE, KEY)
        patch.setitem(host.ENVIRONMENT, MARK, str(folder))
        every = attacks(source=course, others=folder / "in", report=folder / "report", port=port)
        tried = [attack for attack in every if attack.is_on_the_machine or not machine_only]
        for attack in tried:
            submit(attack, folder / "in" / attack.name, courses.right_notebook())
        chosen = choose_sandbox(sandbox, secret=[course, folder])
        grades = grade_all(
            Grader(source=load_source(course), sandbox=chosen, limits=LIMITS),
            find_submissions([folder / "in"]),
            folder / "report",
            workers=3,
        )
        subprocess.run(["rm", "-rf", folder / "in" / "files-1500-deep"], check=True)  # deeper than Python removes
        return Batch(
            attacks={attack.name: attack for attack in tried},
            grades={grade.student: grade for grade in grades},
            folder=folder,
            connections=len(connections),
            sandbox=sandbox,
        )


def table(batches: Sequence[Batch]) -> str:
    """Return a Markdown table: what each attack deserves, and points and seconds in each sandbox, with what was noticed."""
    names = [batch.sandbox for batch in batches]
    head = [
        "submission",
        "deserves",
        *(f"{name}: points" for name in names),
        *(f"{name}: s" for name in names),
        "verdict",
        "what the grader noticed",
    ]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "--:|" * (1 + 2 * len(names)) + "---|---|"]
    for name, attack in batches[0].attacks.items():
        grades = [batch.grades[name] for batch in batches]
        fair = all(not grade.trouble and attack.fair(grade.points) for grade in grades)
        noticed = next((text for grade in grades if (text := grade.trouble or "; ".join(grade.remarks))), "")
        shown = _cell(noticed.replace("01-values: ", ""))[:MOST_NOTICED]
        cells = [
            _cell(name),
            _deserves(attack),
            *(f"{grade.points:g}" for grade in grades),
            *(f"{grade.seconds:.0f}" for grade in grades),
            "as deserved" if fair else "**WRONG**",
            shown,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def page(batches: Sequence[Batch]) -> str:
    """Return the page of documentation around the table."""
    wrong = sum(
        bool(batch.grades[name].trouble) or not attack.fair(batch.grades[name].points)
        for batch in batches
        for name, attack in batch.attacks.items()
    )
    count, sandboxes = len(batches[0].attacks), " and in ".join(batch.sandbox for batch in batches)
    note = NOTE.format(sandboxes=" ".join(batch.sandbox for batch in batches))
    return f"""{note}
# Attacks on the grader

{count} submissions, each graded in {sandboxes}; {wrong or "none"} of the grades {"is" if wrong == 1 else "are"} wrong.
The notebook is worth {FULL:g} points: exercise a 2, b 2, c 4, d 2. A submission starts from right answers, and most spoil a, so
they deserve {WITHOUT_A:g}; where an attack harms its own author's other answers, fewer are fair too. `tests/course/grader/hostile/` holds
them all, and each is a test. Limits: {LIMITS.cell_seconds:g} s a cell, {LIMITS.notebook_seconds:g} s a notebook, {LIMITS.memory_mb} MB.
Seconds are those of the machine that wrote this page, which may have been busy with other work: three submissions at a time, with
the start of the sandbox and up to {LIMITS.restarts} restarts.

{table(batches)}"""


def _deserves(attack: Attack) -> str:
    return f"{attack.deserved:g}" if attack.least is None else f"{attack.least:g} to {attack.deserved:g}"


def _cell(text: str) -> str:
    flat = " ".join("".join(letter if letter.isprintable() else "�" for letter in text).split())
    return (
        "".join(f"\\{letter}" if letter in "\\`*_[]|$~" else letter for letter in flat)
        .replace("<", "&lt;")
        .replace("::", ": :")
    )


def main() -> None:
    """Grade in the sandboxes that are named, and print the page, or write it to the file after `--out`."""
    parser = argparse.ArgumentParser(description="Grade every hostile submission and show what came of it.")
    parser.add_argument("sandboxes", nargs="+", metavar="SANDBOX", help="bubblewrap, container")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the page goes (default: printed)")
    arguments = parser.parse_args()
    batches = []
    for sandbox in arguments.sandboxes:
        with tempfile.TemporaryDirectory() as folder:
            batches.append(grade_attacks(sandbox, Path(folder)))
    if arguments.out:
        write_text(arguments.out, page(batches))
    else:
        sys.stdout.write(page(batches))


if __name__ == "__main__":
    main()
