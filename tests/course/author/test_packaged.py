"""Where the instructor's files of the package's own course come from."""

import io
import tarfile
from pathlib import Path

import pytest

from devopssim.course.author import packaged, packaged_course
from devopssim.errors import InvalidInputError


def archive(path: Path, **contents: str) -> Path:
    with tarfile.open(path, "w:xz") as packed:
        for name, text in contents.items():
            entry = tarfile.TarInfo(f"part/{name}")
            entry.size = len(text.encode())
            packed.addfile(entry, io.BytesIO(text.encode()))
    return path


def test_a_checkout_has_them_in_a_folder() -> None:
    with packaged_course() as folder:
        assert list(folder.glob("*.ipynb"))


def test_an_installation_unpacks_them_for_its_user_while_they_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaged, "ARCHIVE", archive(tmp_path / "instructor.tar.xz", one="solution"))
    with packaged_course() as folder:
        assert (folder / "part" / "one").read_text() == "solution"
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_an_installation_for_students_says_what_to_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "OF_A_CHECKOUT", tmp_path / "absent")
    with pytest.raises(InvalidInputError, match="--source DIR"), packaged_course():
        pass


def test_a_broken_archive_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "instructor.tar.xz", one="solution" * 1000)
    path.write_bytes(path.read_bytes()[:-40])
    monkeypatch.setattr(packaged, "ARCHIVE", path)
    with pytest.raises(InvalidInputError, match="cannot be unpacked"), packaged_course():
        pass
