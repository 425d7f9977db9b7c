"""The private engine: it starts where none answers, survives being killed, and leaves nothing when it stops.

These tests stop and kill engines, so they run only where no other one answers and no lab runs, as on a fresh machine of CI.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import needs
import pytest
from live.traces import traces

from devopssim import livelab as labs
from devopssim.cli import main
from devopssim.livelab import CommandFailedError, EngineMissingError, LabError
from devopssim.livelab.engine import cleanup, engine, http, paths, processes

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Only the private engine answers here, if any, and nobody needs it."""
    found = engine.find()
    needs.require(
        "a machine on which no other container engine answers and no lab runs",
        found=found is None or (found.private and cleanup.remaining_labs() == []),
        how="run them on a fresh machine (as root on Debian, with docker.io and iptables), as CI does.",
    )
    needs.require(
        "root on Linux with dockerd", found=_able(), how="as root on Debian `apt-get install docker.io iptables`."
    )
    yield
    engine.stop_private()


def test_it_is_started_once_and_found_again() -> None:
    started = engine.find_or_start()
    assert started.private
    pid = _pid()
    assert engine.start().host == started.host
    assert engine.find_or_start().host == started.host
    assert _pid() == pid


def test_no_second_engine_is_started_beside_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    engine.start()
    monkeypatch.setenv("DEVOPSSIM_CACHE", str(tmp_path))
    with pytest.raises(EngineMissingError, match=r"a container engine runs already .* set DOCKER_HOST to its address"):
        engine.start()
    monkeypatch.undo()


def test_it_leaves_no_process_no_mount_and_no_socket_when_it_stops() -> None:
    engine.start()
    engine.stop_private()
    assert _left() == []
    assert engine.find() is None
    engine.stop_private()  # safe to repeat


def test_a_killed_one_leaves_files_that_do_not_stop_the_next() -> None:
    engine.start()
    killed = _kill()
    assert (paths.engine() / "dockerd.pid").read_text() == str(killed)
    assert (paths.engine() / "docker.sock").exists()
    assert engine.find() is None
    assert engine.start().private
    assert _pid() != killed


def test_a_killed_one_is_swept_up() -> None:
    engine.start()
    _kill()
    engine.stop_private()
    assert _left() == []


def test_a_lab_whose_engine_is_killed_is_taken_down_and_nothing_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    lab = labs.up("test-killed", progress=False)
    assert lab.workspace.engine.private
    _kill()
    with pytest.raises(CommandFailedError, match="the container engine does not answer any more"):
        lab.sh("docker ps")
    with pytest.raises(LabError, match="was left without its container engine; run `devopssim livelab down`"):
        labs.up("test-killed", progress=False)
    lab.down()
    assert engine.find() is None, "the last lab takes its private engine along"
    assert _left() == []
    assert labs.status() == []
    assert main(["lab", "status"]) == 0
    assert capsys.readouterr().out == "No lab runs on this machine, and nothing of one is left.\n"
    assert traces("test-killed", lab.workspace.ports) == []


def test_two_programs_that_start_together_share_one_engine() -> None:
    engine.stop_private()
    script = "from devopssim.livelab import engine; print(engine.find_or_start().host)"
    programs = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    hosts = {program.communicate()[0] for program in programs}
    assert [program.returncode for program in programs] == [0, 0, 0]
    assert hosts == {f"unix://{paths.engine() / 'docker.sock'}\n"}


def _able() -> bool:
    try:
        return bool(engine.able_to_start())
    except EngineMissingError:
        return False


def _pid() -> int:
    return int((paths.engine() / "dockerd.pid").read_text())


def _kill() -> int:
    """Kill the private engine without a warning and return what its process was."""
    pid = _pid()
    os.kill(pid, signal.SIGKILL)
    http.until(lambda: not processes.is_alive(pid), "the engine to end")
    return pid


def _left() -> list[str]:
    folder = str(paths.engine())
    commands = [path.read_bytes().replace(b"\0", b" ").decode() for path in Path("/proc").glob("[0-9]*/cmdline")]
    mounts = Path("/proc/mounts").read_text().splitlines()
    files = [name for name in ("dockerd.pid", "docker.sock") if (paths.engine() / name).exists()]
    return [*files, *(line for line in (*commands, *mounts) if folder in line)]
