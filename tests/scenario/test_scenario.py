"""A scenario is a frozen value, varied without being changed."""

import dataclasses

import pytest

from devopssim.errors import InvalidInputError
from devopssim.scenario import (
    DEVOPS,
    WATERFALL,
    adopt,
)


def test_a_scenario_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DEVOPS.team.developers = 3  # type: ignore[misc]


def test_practices_are_adopted_by_name() -> None:
    half = adopt(WATERFALL, {"integration": 0.5, "security": 1})
    assert (half.practices.integration, half.practices.security) == (0.5, 1)
    with pytest.raises(InvalidInputError, match="did you mean testing"):
        adopt(WATERFALL, {"test": 1})
