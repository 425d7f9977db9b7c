"""Figures inside a page: SVG whose words take the page's colours, with their text and table beside them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Final

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from devopssim.plots import INKS, describe, style

PAPER, INK, FAINT = INKS["light"]
PAGE_COLOURS: Final = {PAPER: "var(--paper)", INK: "var(--ink)", FAINT: "var(--faint)"}
"""What is drawn in the light theme's colours follows the page when it turns dark."""


@dataclass(frozen=True, kw_only=True)
class SvgFigure:
    """A figure of the page: its SVG, what it shows in words, and the table behind it."""

    name: str
    svg: str
    text: str
    table: pd.DataFrame


def svg_figure(name: str, draw: Callable[[], Figure]) -> SvgFigure:
    """Return what `draw` draws as a part of a page; `name` (letters) keeps its ids apart from those of other figures."""
    with style("light", transparent=True):
        figure = draw()
        try:
            text = StringIO()
            figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
            description = describe(figure)
        finally:
            plt.close(figure)
    return SvgFigure(name=name, svg=_for_page(text.getvalue(), name), text=description.text, table=description.table)


def _for_page(svg: str, name: str) -> str:
    """Return the SVG without its prologue, with ids of its own and the page's colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'(href="|url\()#', rf"\1#{name}-", svg)
    for colour, variable in PAGE_COLOURS.items():
        svg = svg.replace(colour, variable)
    opening = svg[: svg.index(">") + 1]
    sized = re.sub(r' (?:width|height)="[^"]*"', "", opening)
    sized = sized.replace("<svg", f'<svg role="img" aria-labelledby="{name}-text" class="figure"', 1)
    return sized + svg[len(opening) :]
