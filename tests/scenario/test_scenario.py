"""A scenario is a frozen value: declared once, checked when made, written as TOML, varied without being changed."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.errors import InvalidInputError
from devopssim.scenario import (
    AGILE,
    DEVOPS,
    DEVOPS_IN_NAME_ONLY,
    GRADES,
    PRACTICES,
    PRESETS,
    SEVEN_CS,
    WATERFALL,
    Scenario,
    Team,
    adopt,
    cards_as_markdown,
    cards_as_text,
    dumps,
    evidence_cards,
    load,
    loads,
    parameter_value,
    parameters,
    save,
    vary,
)


def test_a_value_out_of_range_is_refused_with_its_meaning_and_what_is_allowed() -> None:
    message = r"developers=0 \(people who write code\) must be a whole number between 1 and 200"
    with pytest.raises(InvalidInputError, match=message):
        Team(developers=0)


@pytest.mark.parametrize("wrong", [0.5, "many", None, True, float("nan"), 1e9])
def test_a_head_count_is_a_whole_number_in_its_range(wrong: object) -> None:
    with pytest.raises(InvalidInputError, match="developers="):
        Team(developers=wrong)  # type: ignore[arg-type]


def test_a_scenario_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEVOPS.team.developers = 3  # type: ignore[misc]


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


def test_practices_are_adopted_by_name() -> None:
    half = adopt(WATERFALL, {"integration": 0.5, "security": 1})
    assert (half.practices.integration, half.practices.security) == (0.5, 1)
    with pytest.raises(InvalidInputError, match="did you mean testing"):
        adopt(WATERFALL, {"test": 1})


def test_presets_are_workflows_with_practices_and_nothing_else() -> None:
    for preset in PRESETS.values():
        plain = dataclasses.replace(preset, practices=Scenario().practices)
        assert plain == Scenario(name=preset.name, workflow=preset.workflow)
    assert all(getattr(DEVOPS.practices, practice) == 1 for practice in SEVEN_CS)
    assert all(getattr(DEVOPS_IN_NAME_ONLY.practices, practice) == 0 for practice in PRACTICES)


def test_every_parameter_has_an_evidence_card() -> None:
    for card in evidence_cards():
        assert card["meaning"], card
        assert card["source"], card
        assert card["grade"] in GRADES, card
        assert card["choices"] or card["low"] <= card["default"] <= card["high"], card


def test_cards_are_shown_as_text_and_as_markdown() -> None:
    team = evidence_cards("team")
    assert "team.developers = 8" in cards_as_text(team)
    assert cards_as_markdown(team).count("\n") == len(team) + 2
    with pytest.raises(InvalidInputError, match="part 'crew' is unknown"):
        evidence_cards("crew")
