"""Processes of this machine: found by what they are called and mention, ended, and not taken for alive when they are not."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from devopssim.livelab.engine.processes import command_line, find_processes, is_alive, kill, terminate

SLEEP = "import time; time.sleep(60)  # "


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process whose command line mentions a folder of its own."""
    process = subprocess.Popen([sys.executable, "-c", SLEEP + str(tmp_path)])
    yield process
    process.kill()
    process.wait()


def test_a_process_is_found_by_its_name_and_what_it_mentions(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    name = psutil.Process(sleeper.pid).name()
    assert [it.pid for it in find_processes(name, mentioning=str(tmp_path))] == [sleeper.pid]
    assert find_processes(name[:-1], mentioning=str(tmp_path)) == []
    assert str(tmp_path) in command_line(sleeper.pid)[-1]


def test_a_process_that_ended_is_not_alive_even_before_its_parent_looks(sleeper: subprocess.Popen[bytes]) -> None:
    assert is_alive(sleeper.pid)
    terminate(sleeper.pid, timeout=10)
    assert not is_alive(sleeper.pid)
    assert sleeper.wait() != 0
    terminate(sleeper.pid, timeout=1)  # safe to repeat
    assert command_line(sleeper.pid) == []


def test_killed_processes_take_their_children_along() -> None:
    script = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {SLEEP!r}]); print(p.pid, flush=True); p.wait()"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        kill([psutil.Process(parent.pid)])
        parent.wait()
    deadline = time.monotonic() + 10  # the system delivers the signal when it has the time
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(child)


@pytest.mark.skipif(sys.platform != "linux", reason="needs threads that outlive the first one, as on Linux")
def test_a_process_lives_until_its_last_thread_has_ended() -> None:
    begin = "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(600,)).start()"
    program = [sys.executable, "-c", f"{begin}; ctypes.CDLL(None).pthread_exit(None)"]
    with subprocess.Popen(program) as process:
        try:
            seen = psutil.Process(process.pid)
            deadline = time.monotonic() + 60
            while seen.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
                time.sleep(0.01)
            assert seen.status() == psutil.STATUS_ZOMBIE
            assert is_alive(process.pid)
        finally:
            process.kill()
    assert not is_alive(process.pid)
