"""Colours and themes keep enough contrast."""

import pytest

from devopssim import plots
from devopssim.errors import InvalidInputError
from devopssim.plots.theme import INKS, SCENARIO_COLOURS, STAGE_COLOURS, contrast


@pytest.mark.parametrize("colour", sorted({*SCENARIO_COLOURS.values(), *STAGE_COLOURS.values()}))
def test_data_keeps_three_to_one_on_white_and_on_black_pages(colour: str) -> None:
    assert min(contrast(colour, paper) for paper, *_ in INKS.values()) >= 3


def test_a_theme_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="light, dark"), plots.style("blue"):  # type: ignore[arg-type] # the mistake
        pass
