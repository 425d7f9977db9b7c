"""Labs whose engine is gone, and whose lab it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from devopssim import livelab as labs
from devopssim.cli import main
from devopssim.errors import InvalidInputError
from devopssim.livelab import EngineMissingError, LabError, teardown
from devopssim.livelab.engine import (
    Engine,
    Images,
    identity_of,
    lab_folder,
    make_private_folder,
    remove_lab_folder,
    stop_unused_engine,
)
from devopssim.livelab.workspace import Workspace, direct, free_ports, load, now, student_here

Saved = Callable[..., Workspace]


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Saved:
    """A function that saves a lab on an engine that does not answer, in a cache of this test."""
    monkeypatch.setenv("DEVOPSSIM_CACHE", str(tmp_path))

    def save(name: str, *, private: bool = False) -> Workspace:
        roles = dict.fromkeys(("python", "postgres", "registry", "prometheus", "haproxy", "alertmanager"), "image")
        made = Workspace(
            name=name,
            identity=identity_of(name),
            folder=make_private_folder(lab_folder(name)),
            started=now(),
            engine=Engine(host=f"unix://{tmp_path}/gone.sock", version="27", found="a test", private=private),
            images=Images(origin="debian", **roles),
            ports=free_ports(),
            student="ada",
        )
        made.save()
        return made

    return save


def test_a_lab_whose_engine_is_gone_is_kept_until_somebody_says_to_forget_it(saved: Saved) -> None:
    gone = saved("gone")
    with pytest.raises(LabError, match=r"start the engine and run .* or, if that engine is gone for good, .* --forget"):
        labs.down("gone")
    assert gone.folder.exists()
    assert main(["livelab", "down", "--name", "gone", "--forget"]) == 0
    assert not gone.folder.exists()


def test_an_engine_that_the_end_of_another_lab_has_stopped_is_no_trouble(saved: Saved) -> None:
    last = saved("last", private=True)
    remove_lab_folder("last")
    stop_unused_engine(last.engine)


def test_what_an_interrupted_start_has_copied_is_nobody_s_work(saved: Saved) -> None:
    interrupted = saved("interrupted")
    (interrupted.shop / "shop").mkdir(parents=True)
    assert labs.down("interrupted", forget=True) is None
    assert not interrupted.folder.exists()


def test_work_whose_git_folder_is_gone_is_kept(saved: Saved) -> None:
    mine = saved("mine")
    mine.origin.mkdir()
    mine.shop.mkdir()
    (mine.shop / "offers.py").write_text("tea")
    kept = labs.down("mine", forget=True)
    assert kept is not None
    assert (kept / "offers.py").read_text() == "tea"


def test_a_private_engine_that_cannot_start_again_goes_with_its_lab(
    saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    purged = []

    def cannot_start() -> None:
        message = "no dockerd"
        raise EngineMissingError(message)

    monkeypatch.setattr(teardown, "start_private_engine", cannot_start)
    monkeypatch.setattr(teardown, "purge_private_engine", lambda: purged.append(True))
    saved("one", private=True)
    saved("other", private=True)
    labs.down("one")
    assert (purged, lab_folder("one").exists()) == ([], False)
    labs.down("other")
    assert purged == [True]


def test_the_status_names_each_dead_engine_and_fails(saved: Saved, capsys: pytest.CaptureFixture[str]) -> None:
    saved("gone")
    assert "gone" in labs.dead_engines()
    assert main(["livelab", "status"]) == 1
    assert "the container engine of lab 'gone' (unix://" in capsys.readouterr().err


def test_a_lab_keeps_its_student(saved: Saved) -> None:
    saved("own")
    assert load("own").student == "ada"


def test_the_student_is_that_of_the_course_s_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEVOPSSIM_STUDENT", raising=False)
    monkeypatch.chdir(make_private_folder(tmp_path / "notebooks"))
    assert student_here() == ""
    (tmp_path / "variant.json").write_text('{"student": "bob", "numbers": {}}', encoding="utf-8")
    assert student_here() == "bob"
    monkeypatch.setenv("DEVOPSSIM_STUDENT", "ada")
    assert student_here() == "ada"


def test_a_damaged_variant_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEVOPSSIM_STUDENT", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "variant.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"variant.json: not the file that `devopssim course start` wrote"):
        student_here()


@pytest.mark.parametrize("name", ["http_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_is_not_asked_for_the_lab_itself(saved: Saved, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for known in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(known, raising=False)
    own = saved("own")
    monkeypatch.setenv(name, "http://proxy.example:3128")
    assert own.environment()["no_proxy"].split(",") == ["localhost", "127.0.0.1"]
    assert direct({"NO_PROXY": "a", name: "x"})["NO_PROXY"] == "a,localhost,127.0.0.1"


def test_a_lab_of_another_version_is_named_and_can_be_removed(saved: Saved) -> None:
    path = saved("older").folder / "lab.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"alertmanager"', '"other"'), encoding="utf-8")
    with pytest.raises(
        InvalidInputError, match=r"lab='older' was made by another version of devopssim; remove it with"
    ):
        load("older")
    labs.down("older", forget=True)
    assert not lab_folder("older").exists()


def test_a_lab_whose_file_is_damaged_is_named_and_can_be_removed(saved: Saved) -> None:
    (saved("cut").folder / "lab.json").write_text('{"name": "cut", "star', encoding="utf-8")
    with pytest.raises(InvalidInputError, match=r"lab='cut': its file \S+ is damaged; remove the lab with"):
        load("cut")
    labs.down("cut", forget=True)
    assert not lab_folder("cut").exists()
