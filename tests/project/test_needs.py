import needs
import pytest


def test_what_is_here_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    needs.require("a fish", found=True, how="catch one.")


def test_what_is_missing_skips_the_test_of_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"needs a fish: catch one\."):
        needs.require("a fish", found=False, how="catch one.")


def test_what_is_missing_fails_the_test_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"needs a fish, and CI=true allows no skip: catch one\."):
        needs.require("a fish", found=False, how="catch one.")


def test_skips_are_counted_by_what_they_need_and_other_skips_are_not_ours() -> None:
    reasons = ["Skipped: needs a fish: catch one.", "Skipped: only on Windows", "Skipped: needs a fish: catch one."]
    assert needs.not_run(reasons) == ["2 tests not run: needs a fish: catch one."]


def test_one_skip_is_one_test() -> None:
    assert needs.not_run(["Skipped: needs a boat: build one."]) == ["1 test not run: needs a boat: build one."]


@pytest.mark.parametrize("marker", ["live", "browser"])
def test_every_need_says_what_to_install(marker: str) -> None:
    need = needs.BY_MARKER[marker]
    assert "install" in need.how
    assert isinstance(need.found(), bool)


def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    need = needs.Need(what="an engine", found=lambda: False, how="install one.")
    monkeypatch.setitem(needs.BY_MARKER, "live", need)


def test_notebooks_that_a_user_cannot_run_are_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    no_engine(monkeypatch)
    assert (
        needs.left_out("live", ["a.ipynb", "b.ipynb"]) == "2 not run (a.ipynb, b.ipynb): needs an engine: install one."
    )


def test_in_ci_no_notebook_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    no_engine(monkeypatch)
    assert needs.left_out("live", ["a.ipynb"]) is None
