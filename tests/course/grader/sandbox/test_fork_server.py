"""Forks of the prepared process: each is alone in its sandbox, and cheap."""

import os
import signal
import time
from pathlib import Path

import pytest
from course.grader import load

from devopssim.course.answers import Question
from devopssim.course.grader.sandbox import Limits, SandboxRun, SandboxStep, run_in_sandbox
from devopssim.course.grader.sandbox.bubblewrap import Bubblewrap
from devopssim.course.grader.sandbox.plain import Plain
from devopssim.course.grader.sandbox.run import close

LOOKS = """
import os, socket
traces = {name: sorted(os.listdir(name)) for name in ("/tmp", "/dev/shm")}
processes = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
for name in traces:
    open(f"{name}/trace", "w").close()
rights = [line.split()[1] for line in open("/proc/self/status") if line.startswith(("CapPrm", "CapEff", "CapInh", "CapBnd"))]

def refused(work):
    try:
        work()
    except OSError:
        return True
    return False

refusals = [
    refused(lambda: open("/usr/written", "w")),
    refused(lambda: open("/proc/sys/kernel/hostname", "w").write("other")),
    refused(lambda: open("/proc/1/mem", "rb")),
    refused(lambda: os.listdir("/proc/1/root")),
    refused(lambda: socket.create_connection(("192.0.2.1", 80), timeout=1)),
]
server = socket.create_server(("127.0.0.1", 0))
reached = bool(socket.create_connection(server.getsockname()))
"""


def asked(sandbox: Bubblewrap | Plain, source: str, name: str) -> SandboxRun:
    steps = [SandboxStep(id="cell", source=source), SandboxStep(id="test", questions={"asked": Question(name=name)})]
    return run_in_sandbox(sandbox, steps, {}, Limits(cell_seconds=60))


@pytest.mark.parametrize("root", [True, False])
def test_a_fork_sees_nothing_of_another_and_has_no_rights(sandboxed: str, *, root: bool) -> None:
    sandbox = Bubblewrap()
    assert sandboxed == sandbox.name
    if root and not sandbox.root:
        pytest.skip("this user is not root")
    sandbox.root = root
    source = LOOKS + "\nimport json\nfacts = json.dumps([traces, processes, rights, refusals, reached])"
    with sandbox.prepared([]):
        assert sandbox.server
        first, second = (asked(sandbox, source, "facts") for _ in range(2))
        assert sandbox.server.process.poll() is None
    assert first.errors == first.killed == {}
    assert first.answers == second.answers
    text = str(first.answers["asked"])
    assert "trace" not in text.replace("traces", "")
    assert "[1, 2]" in text
    assert "[true, true, true, true, true], true" in text
    assert set("".join(text.partition("[1, 2], [")[2].partition("]")[0].split(", "))) <= set('0"\\')


def test_what_a_fork_changes_stays_in_it() -> None:
    sandbox = Plain()
    with sandbox.prepared(["import decimal"]):
        assert sandbox.server
        changed = asked(sandbox, "import pandas, decimal\npandas.read_csv = decimal.Decimal = None\nvalue = 1", "value")
        after = asked(
            sandbox,
            "import pandas, decimal\nvalue = int(callable(pandas.read_csv) and callable(decimal.Decimal))",
            "value",
        )
    assert changed.answers == after.answers != {}


def test_random_numbers_differ_between_forks() -> None:
    sandbox = Plain()
    with sandbox.prepared(["import numpy"]):
        drawn = [asked(sandbox, "import numpy\nvalue = float(numpy.random.rand())", "value") for _ in range(2)]
    assert drawn[0].answers != drawn[1].answers


def test_without_its_server_a_sandbox_starts_cold() -> None:
    sandbox = Plain()
    with sandbox.prepared([]):
        assert sandbox.server
        os.kill(sandbox.server.process.pid, signal.SIGKILL)
        sandbox.server.process.wait()
        assert asked(sandbox, "value = 1", "value").errors == {}


def test_a_package_that_starts_a_thread_is_not_forked() -> None:
    sandbox = Plain()
    thread = "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    with sandbox.prepared([thread]):
        assert sandbox.server is None


def test_a_killed_fork_leaves_no_process(sandboxed: str) -> None:
    sandbox = Bubblewrap()
    assert sandboxed == sandbox.name
    with sandbox.prepared([]):
        assert sandbox.server
        forked = sandbox.start(Limits())
        pid = forked.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        while not children.read_text(encoding="ascii"):
            time.sleep(0.01)
        below = [pid, *map(int, children.read_text(encoding="ascii").split())]
        forked.end()
        close(forked.process)
        until = time.monotonic() + 20
        while any(_runs(process) for process in below) and time.monotonic() < until:
            time.sleep(0.05)
        assert [process for process in below if _runs(process)] == []


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


def test_no_grade_is_wrong_with_ten_times_the_load(sandboxed: str, tmp_path: Path) -> None:
    """A sample of what `make submissions` grades."""
    assert sandboxed == "bubblewrap"
    result = load.graded(Bubblewrap(secret=[tmp_path]), 20, 20, tmp_path)
    assert (result.submissions, result.wrong) == (20, {})
