"""Figures inside a page: SVG that follows the page's colours, with text and table beside it."""

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
"""Colours of the light theme and the CSS variables that replace them, so that figures follow the page's theme."""


@dataclass(frozen=True, kw_only=True)
class SvgFigure:
    """A figure of a page.

    Attributes
    ----------
    name : str
        Prefix of the ids inside the SVG; unique on the page.
    svg : str
        The `<svg>` element, labelled by the element with the id `"<name>-text"`.
    text : str
        Alternative text.
    table : DataFrame
        The plotted values.

    """

    name: str
    svg: str
    text: str
    table: pd.DataFrame


def svg_figure(name: str, draw: Callable[[], Figure]) -> SvgFigure:
    """Draw a figure and return it as a part of an HTML page.

    Parameters
    ----------
    name : str
        Letters only; prefixes the SVG's ids, so that several figures share a page.
    draw : callable
        Function without parameters that draws with `devopssim.plots` and returns the figure; the figure is closed here.

    Returns
    -------
    SvgFigure
        The light theme's colours are replaced by the CSS variables `--paper`, `--ink` and `--faint`. Without dates and
        creator, the same data gives the same bytes.

    Raises
    ------
    InvalidInputError
        If `draw` returns a figure that `devopssim.plots` did not draw.

    Examples
    --------
    >>> from devopssim import plots
    >>> part = svg_figure("loop", lambda: plots.devops_loop().figure)
    >>> part.svg[:4], part.text[:31]
    ('<svg', 'The seven phases of DevOps form')

    """
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
    """Return the SVG element alone, with prefixed ids and the page's colour variables.

    Parameters
    ----------
    svg : str
        SVG file as matplotlib writes it.
    name : str
        Prefix of its ids.
    """
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
