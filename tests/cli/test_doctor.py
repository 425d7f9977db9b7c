"""`devopssim doctor`: checks of this machine, with remedies."""

import json

import pytest

from devopssim.cli import doctor, main


def test_a_failed_check_has_a_purpose_and_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(doctor, "PACKAGES", {**doctor.PACKAGES, "notebook": ("no-such-package",)})
    checks = {it.name: it for it in doctor.examine()}
    assert checks["packages: notebook"].detected == "not installed: no-such-package"
    assert not checks["git"].works
    missing = [it for it in checks.values() if not it.works]
    assert [it.name for it in missing if not (it.needed_for and it.remedy)] == []
    printed = doctor.table(missing)
    assert "for notebooks and sliders: pip install 'devopssim[notebook]'" in printed


def test_the_base_decides_the_exit_status(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert "ok       Python" in capsys.readouterr().out
    monkeypatch.setattr(doctor, "PACKAGES", {**doctor.PACKAGES, "base": ("no-such-package",)})
    assert main(["doctor"]) == 1


def test_json_has_a_record_for_each_check(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json"])
    checks = json.loads(capsys.readouterr().out)
    assert {"Python", "container engine", "docker compose", "Chromium", "disk"} <= {it["name"] for it in checks}
    assert {frozenset(it) for it in checks} == {
        frozenset(("name", "works", "detected", "needed_for", "remedy", "base"))
    }
