"""How long a command takes to begin, in seconds of the processor, beside Python itself."""

import resource
import subprocess
import sys
from typing import Any, Final

import pytest

PROGRAMS: Final = {
    "bare Python": ["-c", "pass"],
    "--help": ["-m", "devopssim", "--help"],
    "--version": ["-m", "devopssim", "--version"],
    "parameters": ["-m", "devopssim", "parameters"],
    "simulate devops --years 0.1": ["-m", "devopssim", "simulate", "devops", "--years", "0.1"],
}


def time_of_children() -> float:
    """Return the seconds that the processor worked for programs that this one started, and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.benchmark(group="start-up", timer=time_of_children)
@pytest.mark.parametrize("words", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_begins_and_ends(benchmark: Any, words: list[str]) -> None:
    program = [sys.executable, *words]
    benchmark.pedantic(subprocess.run, args=(program,), kwargs={"check": True, "capture_output": True}, rounds=7)
