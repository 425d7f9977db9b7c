"""The lab's clock goes on evenly when somebody sets the machine's."""

import time
from pathlib import Path

import pytest

from devopssim.livelab.history import clock
from devopssim.livelab.history.clock import LabClock


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_jump_of_real_time_is_none_of_the_labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: float) -> None:
    own = LabClock(tmp_path / "clock.json")
    before = own.now()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + jump)
    assert 0 <= own.now() - before < 60
    event = real() + jump  # as the engine dates what happens now
    assert abs(own.of(event) - own.now()) < 60


def test_two_processes_read_the_same_clock(tmp_path: Path) -> None:
    first, second = (LabClock(tmp_path / "clock.json").now() for _ in range(2))
    assert 0 <= second - first < 60


def test_after_a_reboot_it_starts_anew_from_real_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = LabClock(tmp_path / "clock.json")
    monkeypatch.setattr(clock, "_steady", lambda: 1_000_000.0)
    own.now()
    monkeypatch.setattr(clock, "_steady", lambda: 5.0)
    assert abs(own.now() - time.time()) < 60


def test_a_damaged_file_is_written_again(tmp_path: Path) -> None:
    (tmp_path / "clock.json").write_text("{")
    assert abs(LabClock(tmp_path / "clock.json").now() - time.time()) < 60
