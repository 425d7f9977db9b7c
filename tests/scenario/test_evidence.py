"""Each parameter has its evidence, shown as text and as Markdown."""

import pytest

from devopssim.errors import InvalidInputError
from devopssim.scenario import (
    GRADES,
    cards_as_markdown,
    cards_as_text,
    evidence_cards,
    parameters,
)


def test_every_parameter_has_an_evidence_card() -> None:
    cards = evidence_cards()
    names = [card["name"] for card in cards if "[]" not in card["name"]]  # those of lists follow
    assert names == list(parameters())
    for card in cards:
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
