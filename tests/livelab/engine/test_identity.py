"""What tells labs of one name apart on one engine."""

import json
import platform
from pathlib import Path

import pytest

from devopssim.livelab.engine.identity import identity_of, lab_of
from devopssim.livelab.engine.paths import DESCRIPTION, lab_folder, make_private_folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEVOPSSIM_CACHE", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("cache")
def test_it_is_the_same_at_each_question_and_fits_names_of_containers() -> None:
    assert identity_of("lab") == identity_of("lab")
    assert lab_of(identity_of("lab")) == "lab"
    assert identity_of("lab").removeprefix("lab-").isalnum()


def test_caches_machines_and_names_differ(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {identity_of("lab"), identity_of("other")}
    monkeypatch.setenv("DEVOPSSIM_CACHE", str(cache / "another"))
    found.add(identity_of("lab"))
    monkeypatch.setattr(platform, "node", lambda: "another-machine")
    found.add(identity_of("lab"))
    assert len(found) == 4
    monkeypatch.undo()
    monkeypatch.setenv("DEVOPSSIM_CACHE", str(cache))
    assert {lab_of(identity) for identity in found} == {"lab", "other", *found} - {
        identity_of("lab"),
        identity_of("other"),
    }


@pytest.mark.usefixtures("cache")
def test_a_machine_that_is_renamed_keeps_its_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    identity = identity_of("lab")
    file = make_private_folder(lab_folder("lab")) / DESCRIPTION
    file.write_text(json.dumps({"identity": identity}), encoding="utf-8")
    monkeypatch.setattr(platform, "node", lambda: "another-name")
    assert identity_of("lab") == identity
    assert lab_of(identity) == "lab"


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize(("content", "expected"), [("{}", "lab"), ("[]", None), ('{"identi', None)])
def test_a_lab_of_an_earlier_version_is_known_by_its_name_and_a_damaged_file_is_passed_over(
    content: str, expected: str | None
) -> None:
    derived = identity_of("lab")
    (make_private_folder(lab_folder("lab")) / DESCRIPTION).write_text(content, encoding="utf-8")
    assert identity_of("lab") == (expected or derived)


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("label", ["shared", "my-lab", "lab-00000000", "-", ""])
def test_what_is_no_lab_of_this_cache_keeps_its_label(label: str) -> None:
    assert lab_of(label) == label
