"""`devopssim doctor`: what works here, and what to do about the rest."""

import json

import pytest

from devopssim.cli import doctor, main


def test_each_thing_that_is_missing_says_what_it_is_for_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(doctor, "PACKAGES", {**doctor.PACKAGES, "notebook": ("no-such-package",)})
    findings = {it.name: it for it in doctor.examine()}
    assert findings["packages: notebook"].found == "without no-such-package"
    assert not findings["git"].works
    missing = [it for it in findings.values() if not it.works]
    assert [it.name for it in missing if not (it.needed_for and it.remedy)] == []
    said = doctor.table(missing)
    assert "for notebooks and sliders: pip install 'devopssim[notebook]'" in said


def test_the_base_decides_the_exit_status(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert "ok       Python" in capsys.readouterr().out
    monkeypatch.setattr(doctor, "PACKAGES", {**doctor.PACKAGES, "base": ("no-such-package",)})
    assert main(["doctor"]) == 1


def test_a_program_reads_it_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)
    assert {"Python", "container engine", "docker compose", "Chromium", "disk"} <= {it["name"] for it in findings}
    assert {frozenset(it) for it in findings} == {frozenset(("name", "works", "found", "needed_for", "remedy", "base"))}
