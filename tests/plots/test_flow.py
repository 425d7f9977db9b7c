"""Figures of the flow of work items."""

from typing import cast

import pandas as pd
from logs import closed, done, log_of, requested, started
from matplotlib.text import Annotation

from devopssim import plots


def test_the_cumulative_flow_says_how_much_is_in_each_step(log: pd.DataFrame) -> None:
    said = plots.alt_text(plots.cumulative_flow(log))
    assert "2 items requested, 1 available to users" in said
    assert "1 wait for work to begin" in said


def test_the_labels_of_empty_bands_keep_the_order_of_the_stack() -> None:
    ended = log_of(requested("W1", at=1), started("W1", at=2), done("W1", at=3), closed("W1", at=4), horizon=10)
    labels = [text for text in plots.cumulative_flow(ended).texts if "at the end" in text.get_text()]
    from_above = [
        text.get_text().partition("\n")[0] for text in sorted(labels, key=lambda text: -cast(Annotation, text).xy[1])
    ]
    assert from_above == ["waiting for work to begin", "in development", "done, not released", "available to users"]
