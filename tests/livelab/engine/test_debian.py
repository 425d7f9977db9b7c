"""What a killed build of the base image leaves: its programs end with it, and its files go once they are old."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from needs import require

from devopssim.livelab.engine.commands import TIMEOUT
from devopssim.livelab.engine.debian import WORK, remove_unfinished
from devopssim.livelab.engine.processes import is_alive, mounts_below

BUILD = "from devopssim.livelab.engine.debian import debian_base; debian_base()"
OLD = TIMEOUT + 60


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache and a folder of temporary files of this test's own; the cache's images."""
    monkeypatch.setenv("DEVOPSSIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "cache" / "images").mkdir(parents=True)
    return tmp_path / "cache" / "images"


def aged(path: Path, seconds: float) -> Path:
    """Let a file or folder have been changed that long ago."""
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def running(folder: Path) -> list[int]:
    """Processes whose command line names something in a folder."""
    found = [(it.pid, " ".join(it.info["cmdline"] or ())) for it in psutil.process_iter(["cmdline"])]
    return [pid for pid, line in found if str(folder) in line and is_alive(pid)]


def test_unfinished_archives_and_folders_go_once_no_build_can_be_writing_them(cache: Path) -> None:
    temporary = Path(tempfile.gettempdir())
    for name, age in (("old", OLD), ("new", 1)):
        (cache / f".debian-{name}.tar.x.part").write_text("…")
        (cache / f"debian-{name}.tar").write_text("finished")
        (temporary / f"{WORK}{name}" / "keys").mkdir(parents=True)
        (temporary / f"another-{name}").mkdir()
        for path in (*cache.glob(f"*{name}*"), *temporary.glob(f"*{name}")):
            aged(path, age)
    (temporary / f"{WORK}link").symlink_to(cache)
    remove_unfinished()
    assert sorted(path.name for path in cache.iterdir()) == [
        ".debian-new.tar.x.part",
        "debian-new.tar",
        "debian-old.tar",
    ]
    assert sorted(path.name for path in temporary.iterdir()) == [
        "another-new",
        "another-old",
        f"{WORK}link",
        f"{WORK}new",
    ]


def test_without_a_cache_there_is_nothing_to_remove(cache: Path) -> None:
    cache.rmdir()
    remove_unfinished()
    assert not cache.exists()


@pytest.mark.live
@pytest.mark.parametrize("reached", ["mmdebstrap.*", "mmdebstrap.*/usr/bin"])
def test_a_killed_build_ends_its_programs_at_once_and_leaves_files_that_go_later(cache: Path, reached: str) -> None:
    require(
        "mmdebstrap",
        found=shutil.which("mmdebstrap") is not None,
        how="on Debian or Ubuntu `apt-get install mmdebstrap`.",
    )
    root, temporary = cache.parent.parent, Path(tempfile.gettempdir())
    with subprocess.Popen([sys.executable, "-c", BUILD]) as build:
        deadline = time.monotonic() + 120
        while not list(temporary.glob(f"{WORK}*/{reached}")) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(running(root)) > 0
        build.kill()
    deadline = time.monotonic() + 10
    while running(root) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running(root) == []
    assert mounts_below(root) == []
    remove_unfinished()
    left = [*cache.glob(".*.part"), *temporary.glob(f"{WORK}*")]
    assert len(left) == 2  # young enough for a build in progress
    for path in left:
        aged(path, OLD)
    remove_unfinished()
    assert [*cache.iterdir(), *temporary.iterdir()] == []
