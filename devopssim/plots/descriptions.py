"""Descriptions of figures: their alternative text and the table behind them.

They are kept beside the figures in a weak dictionary, so that closing a figure releases its description.
"""

from textwrap import fill
from typing import Final
from weakref import WeakKeyDictionary

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from devopssim.errors import InvalidInputError
from devopssim.wording import Description

_descriptions: Final[WeakKeyDictionary[Artist, Description]] = WeakKeyDictionary()


def set_description(artist: Artist, text: str, table: pd.DataFrame) -> None:
    """Attach text and table to axes or to a figure.

    Parameters
    ----------
    artist : Artist
        Axes or figure.
    text : str
        One to three sentences; runs of spaces are reduced to one.
    table : DataFrame
        The plotted values.
    """
    _descriptions[artist] = Description(text=" ".join(text.split()), table=table)


def describe(artist: Artist) -> Description:
    """Return the text and the table behind axes or a figure that `devopssim.plots` drew.

    Parameters
    ----------
    artist : Artist
        What a function of `devopssim.plots` returned. For a figure without its own description, the first described axes count.

    Raises
    ------
    InvalidInputError
        If `devopssim.plots` did not draw it.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import plots
    >>> describe(plots.workflow("agile", ax=Figure().subplots())).table.columns[0]
    'phase'
    """
    parts: list[Axes] = artist.axes if isinstance(artist, Figure | SubFigure) else []
    for part in (artist, *parts):
        if part in _descriptions:
            return _descriptions[part]
    raise InvalidInputError(
        f"{type(artist).__name__} was not drawn by devopssim.plots, so it has no description; pass what a function of plots returned."
    )


def alt_text(artist: Artist, *, width: int | None = None) -> str:
    """Return one to three sentences on what axes or a figure show.

    Parameters
    ----------
    artist : Artist
        What a function of `devopssim.plots` returned.
    width : int, optional
        Break lines at this number of characters; a notebook would break printed long lines within words.

    Raises
    ------
    InvalidInputError
        If `devopssim.plots` did not draw it.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim import plots
    >>> print(alt_text(plots.seven_cs(ax=Figure().subplots()), width=60))
    The seven C's. continuous integration: ...
    """
    text = describe(artist).text
    return text if width is None else fill(text, width)
