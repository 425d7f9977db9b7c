"""Limits by control groups: what is written for which limits, and groups of a real hierarchy."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devopssim.course.grader.sandbox import Limits, cgroup

UNIFIED = [Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified")]


def hierarchy(folder: Path, controllers: str) -> Path:
    """Make files as a hierarchy of version 2 has them."""
    folder.mkdir()
    (folder / "cgroup.controllers").write_text(controllers)
    (folder / "cgroup.subtree_control").write_text(controllers)
    return folder


def test_all_limits_are_written_before_the_process_moves(tmp_path: Path) -> None:
    group = cgroup.contain(4242, Limits(memory_mb=64, processes=10), hierarchy(tmp_path / "mount", "cpu memory pids"))
    assert group is not None
    written = {path.name: path.read_text() for path in group.iterdir()}
    assert written == {
        "memory.max": str(64 * 1024**2), "memory.oom.group": "1", "memory.swap.max": "0", "pids.max": "18", "cpu.max": "100000 100000",
        "cgroup.procs": "4242",
    }  # fmt: skip


@pytest.mark.parametrize("controllers", ["", "memory pids", "cpu io"])
def test_without_all_three_controllers_there_is_no_group(tmp_path: Path, controllers: str) -> None:
    mount = hierarchy(tmp_path / "mount", controllers)
    assert cgroup.contain(4242, Limits(), mount) is None
    assert [path for path in mount.iterdir() if path.is_dir()] == []


def test_a_real_group_ends_with_all_its_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made without controllers, which only the machine's administrator hands on: moving, killing and removing are the kernel's."""
    mount = next(
        (path for path in UNIFIED if (path / "cgroup.controllers").exists() and os.access(path, os.W_OK)), None
    )
    if mount is None:
        pytest.skip("no hierarchy of version 2 in which this user may make groups")
    monkeypatch.setattr(cgroup, "CONTROLLERS", ())
    forks = "import os, time; os.fork(); os.fork(); print(flush=True); time.sleep(600)"
    with subprocess.Popen(
        [sys.executable, "-c", "input(); " + forks], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        group = cgroup.contain(process.pid, Limits(), mount)
        if group is None:
            process.kill()
            pytest.skip("this user may not make a group here")
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"\n")
        process.stdin.flush()
        for _ in range(4):
            process.stdout.readline()
        assert len((group / "cgroup.procs").read_text().split()) == 4
        began = time.monotonic()
        cgroup.remove(group)
        assert not group.exists()
        assert time.monotonic() - began < cgroup.ENDING_SECONDS
        assert process.wait() != 0
