"""Commands end with the program that runs them, even where it is killed."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from devopssim.livelab.engine.commands import ending_with_us, run
from devopssim.livelab.engine.processes import is_alive
from devopssim.livelab.errors import LabError

PROGRAM = """
import sys
from devopssim.livelab.engine.commands import ending_with_us, run
run([*ending_with_us(), sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)"], echo=lambda line: print(line, flush=True))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal of Linux")
def test_a_command_ends_with_its_program_even_where_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        [child] = psutil.Process(program.pid).children()
        program.kill()
    deadline = time.monotonic() + 10
    while is_alive(child.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(child.pid)


def test_a_command_that_ends_with_us_has_its_own_output_and_status() -> None:
    done = run([*ending_with_us(), "sh", "-c", "echo hello; exit 3"], check=False)
    assert (done.output, done.status) == ("hello\n", 3)


def test_what_is_missing_is_named_the_program_or_its_folder(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"gone \(the folder in which `true` works\) is gone; start the lab anew"):
        run(["true"], cwd=tmp_path / "gone")
    with pytest.raises(LabError, match=r"`no-such-program` is not installed"):
        run(["no-such-program"], cwd=tmp_path)
