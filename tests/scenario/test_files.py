"""A scenario as a TOML file: it survives, states what departs from its base, and is refused in one line if wrong."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.errors import InvalidInputError
from devopssim.scenario import (
    AGILE,
    DEVOPS,
    PRESETS,
    WATERFALL,
    Scenario,
    dumps,
    load,
    loads,
    parameter_value,
    parameters,
    save,
    vary,
)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=str)
def test_every_preset_survives_toml(preset: Scenario) -> None:
    assert loads(dumps(preset)) == preset


@given(st.data())
def test_any_parameter_in_its_range_survives_toml(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(parameters())))
    card = parameters()[name]
    if card.choices:
        chosen: float | str = data.draw(st.sampled_from(card.choices))
    elif card.whole:
        chosen = data.draw(st.integers(int(card.low), int(card.high)))
    else:
        chosen = data.draw(st.floats(card.low, card.high))
    varied = vary(DEVOPS, {name: chosen})
    assert parameter_value(varied, name) == chosen
    assert loads(dumps(varied)) == varied


def test_a_file_states_only_what_departs_from_its_base(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text('name = "ours"\nbase = "agile"\nyears = 1\n\n[team]\ndevelopers = 5\n')
    ours = load(path)
    assert ours == dataclasses.replace(vary(AGILE, {"team.developers": 5, "years": 1}), name="ours")


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    save(WATERFALL, tmp_path / "scenario.toml")
    assert load(tmp_path / "scenario.toml") == WATERFALL


WRONG_FILES = {
    "[team]\ndeveloper = 3": "did you mean team.developers",
    "speed = 3": "key 'speed' is unknown",
    "team = 3": "must be a table",
    "base = 'scrum'": "scenario 'scrum' is unknown",
    "[team": "not TOML",
    "name = 3": "must be one line of text",
    "years = 'ten'": "years='ten'",
    "[practices]\ntesting = 1.5": "practices.testing=1.5",
    "workflow = 'v-model'": "must be one of waterfall, agile, devops",
}


@pytest.mark.parametrize(("text", "reason"), WRONG_FILES.items(), ids=WRONG_FILES.values())
def test_a_wrong_file_is_refused_in_one_line(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(InvalidInputError) as refused:
        load(path)
    assert reason in str(refused.value)
    assert "wrong.toml" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_or_is_no_text_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot be read"):
        load(tmp_path / "nowhere.toml")
    (tmp_path / "picture.toml").write_bytes(b"\x89PNG\xff")
    with pytest.raises(InvalidInputError, match="UTF-8"):
        load(tmp_path / "picture.toml")


@pytest.mark.parametrize(
    "text", [f"years = {'1' * 5000}", f"years = {'[' * 2000}{']' * 2000}", "years = " + "{a=" * 2000]
)
def test_a_text_that_breaks_the_parser_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="not TOML"):
        loads(text)
