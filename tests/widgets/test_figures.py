"""Every figure of a replication can be drawn."""

import pytest
from widget_bench import SHORT

from devopssim.widgets.figures import FIGURES, draw_figures


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_can_be_drawn(name: str) -> None:
    (figure,) = draw_figures(SHORT, 1, 0, [name])["figures"]
    assert figure["svg"].startswith("<svg")
    assert len(figure["text"]) > 20
