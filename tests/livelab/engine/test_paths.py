"""Where the lab keeps its files."""

import sys
from pathlib import Path

import pytest

from devopssim.errors import InvalidInputError
from devopssim.livelab.engine.paths import archive_folder, cache_folder, lab_folder, write_secret


def test_everything_lies_below_the_folder_that_the_user_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEVOPSSIM_CACHE", str(tmp_path))
    assert (cache_folder(), lab_folder("mine"), archive_folder()) == (
        tmp_path,
        tmp_path / "labs" / "mine",
        tmp_path / "kept",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other folders")
def test_without_one_it_is_the_user_s_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DEVOPSSIM_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "devopssim"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "devopssim"


@pytest.mark.parametrize("name", ["Lab", "../x", "", "a" * 32, "1x"])
def test_a_lab_has_a_name_that_a_container_could_have(name: str) -> None:
    with pytest.raises(InvalidInputError, match="must start with a lower-case letter and hold at most 31"):
        lab_folder(name)


def test_a_secret_is_readable_by_its_user_only(tmp_path: Path) -> None:
    path = write_secret(tmp_path / "secret", "a password")
    assert (path.read_text(), path.stat().st_mode & 0o077) == ("a password", 0)
