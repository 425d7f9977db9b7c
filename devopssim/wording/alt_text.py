"""What a figure shows, in words and as a table, for those who cannot see it or want the numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from textwrap import fill
from typing import Any, Final
from weakref import WeakKeyDictionary

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from devopssim.errors import InvalidInputError

MOST_ROWS_SHOWN: Final = 60


@dataclass(frozen=True, kw_only=True)
class Description:
    """The text equivalent of a figure: one to three sentences, and the table behind it."""

    text: str
    table: pd.DataFrame

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        """Show both in a notebook."""
        table = self.table.head(MOST_ROWS_SHOWN).to_html(border=0, float_format="{:.4g}".format)
        return f"<p>{escape(self.text)}</p>{table}"


_told: Final[WeakKeyDictionary[Artist, Description]] = WeakKeyDictionary()


def tell(what: Artist, text: str, table: pd.DataFrame) -> None:
    """Remember what axes or a figure show; a screen reader finds the text in an SVG's metadata too."""
    _told[what] = Description(text=" ".join(text.split()), table=table)


def describe(shown: Artist) -> Description:
    """Return the text and the table behind axes or a figure of this package.

    Raises InvalidInputError for a figure that this package did not draw.
    """
    if shown in _told:
        return _told[shown]
    parts: list[Axes] = shown.axes if isinstance(shown, Figure | SubFigure) else []
    for part in parts:
        if part in _told:
            return _told[part]
    raise InvalidInputError(
        f"{type(shown).__name__} was not drawn by devopssim.plots, so there is no text for it; give what a function of plots returned."
    )


def alt_text(shown: Artist, *, width: int | None = None) -> str:
    """Return one to three sentences that say what axes or a figure show; errors as `describe`.

    With `width` they come in lines of at most so many characters, to be printed: a notebook breaks longer ones within a word.
    """
    text = describe(shown).text
    return text if width is None else fill(text, width)


def rows_of(table: pd.DataFrame, *, plain: bool = False) -> Iterator[Any]:
    """Yield a table's rows as named tuples, or plain ones without the index; what a cell holds only its column's name tells."""
    yield from table.itertuples(index=not plain, name=None if plain else "Row")
