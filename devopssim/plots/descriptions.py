"""The descriptions of the figures that this package drew."""

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


def set_description(drawn: Artist, text: str, table: pd.DataFrame) -> None:
    """Remember what axes or a figure show: one to three sentences, and the table behind them."""
    _descriptions[drawn] = Description(text=" ".join(text.split()), table=table)


def describe(shown: Artist) -> Description:
    """Return the text and the table behind axes or a figure of this package.

    Raises InvalidInputError for a figure that this package did not draw.
    """
    parts: list[Axes] = shown.axes if isinstance(shown, Figure | SubFigure) else []
    for part in (shown, *parts):
        if part in _descriptions:
            return _descriptions[part]
    raise InvalidInputError(
        f"{type(shown).__name__} was not drawn by devopssim.plots, so there is no text for it; give what a function of plots returned."
    )


def alt_text(shown: Artist, *, width: int | None = None) -> str:
    """Return one to three sentences that say what axes or a figure show; errors as `describe`.

    With `width` they come in lines of at most so many characters, to be printed: a notebook breaks longer ones within a word.
    """
    text = describe(shown).text
    return text if width is None else fill(text, width)
