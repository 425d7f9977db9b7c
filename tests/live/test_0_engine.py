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
from live.traces import network, traces

from devopssim import events
from devopssim import livelab as labs
from devopssim.cli import main
from devopssim.livelab import CommandFailedError, EngineMissingError, LabError
from devopssim.livelab.engine import (
    engine_folder,
    find_engine,
    find_or_start_engine,
    is_alive,
    remaining_labs,
    require_dockerd,
    start_private_engine,
    stop_private_engine,
    wait_until,
)

pytestmark = pytest.mark.live


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Only the private engine answers here, if any, and nobody needs it."""
    found = find_engine()
    needs.require(
        "a machine on which no other container engine answers and no lab runs",
        found=found is None or (found.private and remaining_labs() == []),
        how="run them on a fresh machine (as root on Debian, with docker.io and iptables), as CI does.",
    )
    needs.require(
        "root on Linux with dockerd", found=_able(), how="as root on Debian `apt-get install docker.io iptables`."
    )
    yield
    stop_private_engine()


def test_it_is_started_once_and_found_again() -> None:
    started = find_or_start_engine()
    assert started.private
    pid = _pid()
    assert start_private_engine().host == started.host
    assert find_or_start_engine().host == started.host
    assert _pid() == pid


def test_no_second_engine_is_started_beside_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    start_private_engine()
    monkeypatch.setenv("DEVOPSSIM_CACHE", str(tmp_path))
    with pytest.raises(EngineMissingError, match=r"a container engine runs already .* set DOCKER_HOST to its address"):
        start_private_engine()
    monkeypatch.undo()


def test_it_leaves_no_process_no_mount_and_no_socket_when_it_stops() -> None:
    start_private_engine()
    stop_private_engine()
    assert _left() == []
    assert find_engine() is None
    stop_private_engine()  # safe to repeat


def test_a_killed_one_leaves_files_that_do_not_stop_the_next() -> None:
    start_private_engine()
    killed = _kill()
    assert (engine_folder() / "dockerd.pid").read_text() == str(killed)
    assert (engine_folder() / "docker.sock").exists()
    assert find_engine() is None
    assert start_private_engine().private
    assert _pid() != killed


def test_a_killed_one_is_swept_up() -> None:
    start_private_engine()
    _kill()
    stop_private_engine()
    assert _left() == []


def test_a_lab_whose_engine_is_killed_is_taken_down_and_nothing_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    lab = labs.up("test-killed", progress=False)
    assert lab.workspace.engine.private
    _kill()
    with pytest.raises(CommandFailedError, match="the container engine no longer answers"):
        lab.sh("docker ps")
    with pytest.raises(
        LabError, match=r"the container engine of lab .* no longer answers; run `devopssim livelab down --name"
    ):
        labs.up("test-killed", progress=False)
    lab.down()
    assert find_engine() is None, "the last lab takes its private engine along"
    assert _left() == []
    assert labs.status() == []
    assert main(["livelab", "status"]) == 0
    assert capsys.readouterr().out == "This machine has no running lab and no remains of one.\n"
    assert traces("test-killed", lab.workspace.ports) == []


def test_down_leaves_no_bridge_and_no_firewall_rule_of_the_private_engine() -> None:
    stop_private_engine()
    before = network()
    lab = labs.up("test-network", progress=False)
    assert network() != before
    lab.down()
    assert network() == before


def test_what_the_engine_s_end_stopped_is_named_and_started_again() -> None:
    lab = labs.up("test-restart", progress=False)
    lab.production.compose("up", "-d", "--wait", "postgres", "prometheus")
    lab.production.need("prometheus").stop()  # by a person: it stays as it is
    _kill()
    start_private_engine()
    again = labs.up("test-restart", progress=False)
    assert again.mended == ["registry", "postgres"]
    assert "started again: registry, postgres" in repr(again)
    assert again.registry.tags() == []
    assert again.production.need("prometheus").status == "exited"
    again.down()


def test_a_drill_and_the_status_name_an_engine_that_is_dead(capsys: pytest.CaptureFixture[str]) -> None:
    lab = labs.up("test-dead", progress=False)
    _kill()
    with pytest.raises(LabError, match=r"the container engine of lab 'test-dead' no longer answers"):
        lab.drill("crash").begin()
    assert main(["livelab", "status"]) == 1
    assert "the container engine of lab 'test-dead' (unix://" in capsys.readouterr().err
    lab.down()
    assert main(["livelab", "status"]) == 0


def test_a_lab_works_without_any_network(tmp_path: Path) -> None:
    """Nothing but the loopback: images are there, and a push goes through the whole pipeline to production."""
    labs.up("test-images", progress=False).down()  # makes the images, where they are not there yet
    command = f"ip link set lo up && exec {sys.executable} -m devopssim livelab record automate --out {tmp_path}"
    alone_on_the_wire = ["unshare", "--net", "--pid", "--fork", "--mount-proc", "sh", "-c", command]
    done = subprocess.run(alone_on_the_wire, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    log = events.read(tmp_path / "automate.csv")
    assert (log["kind"] == "service.deployed").any()
    assert set(events.details(log.loc[log["kind"] == "testsuiterun.finished"], "outcome")) == {"success", "failure"}


def test_two_programs_that_start_together_share_one_engine() -> None:
    stop_private_engine()
    script = "from devopssim.livelab.engine import find_or_start_engine; print(find_or_start_engine().host)"
    programs = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    hosts = {program.communicate()[0] for program in programs}
    assert [program.returncode for program in programs] == [0, 0, 0]
    assert hosts == {f"unix://{engine_folder() / 'docker.sock'}\n"}


def _able() -> bool:
    try:
        return bool(require_dockerd())
    except EngineMissingError:
        return False


def _pid() -> int:
    return int((engine_folder() / "dockerd.pid").read_text())


def _kill() -> int:
    """Kill the private engine without a warning and return what its process was."""
    pid = _pid()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid), "the engine to end")
    return pid


def _left() -> list[str]:
    folder = str(engine_folder())
    commands = [path.read_bytes().replace(b"\0", b" ").decode() for path in Path("/proc").glob("[0-9]*/cmdline")]
    mounts = Path("/proc/mounts").read_text().splitlines()
    files = [name for name in ("dockerd.pid", "docker.sock") if (engine_folder() / name).exists()]
    return [*files, *(line for line in (*commands, *mounts) if folder in line)]
