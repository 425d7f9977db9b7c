"""A form says in a few words what it holds, even one that is forged."""

import pytest

from devopssim.course.answers import Json, describe, to_json


@pytest.mark.parametrize(
    "form",
    [
        {"$": "table", "columns": 3},
        {"$": "series", "values": 7},
        {"$": []},
        {"$": "float", "is": 3},
        {"$": "figure", "axes": 1},
        {"$": "?"},
    ],
)
def test_a_forged_form_is_described_without_stumbling(form: Json) -> None:
    assert describe(form)


def test_what_has_no_form_is_named_by_its_type() -> None:
    assert to_json(object()) == {"$": "other", "type": "object"}
    assert describe(to_json(object())) == "a value of the type object"
