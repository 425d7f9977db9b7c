"""Colours and themes: one colour for each thing, on light and dark pages, readable with colour vision deficiency.

Lines and fills keep a contrast of at least 3:1 against both backgrounds, so that data has the same colours in both themes; only
the colour of text and axes changes. The hues derive from Okabe and Ito, darkened where they were too pale on white. A figure
never distinguishes by colour alone: everything coloured has its name beside it.

References
----------
M. Okabe and K. Ito, *Color Universal Design* (2008). W3C, *WCAG* 2.2, criterion 1.4.11.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal, cast

import matplotlib as mpl
from matplotlib.colors import to_rgb

from devopssim.errors import InvalidInputError
from devopssim.scenario import WORKFLOWS

Theme = Literal["light", "dark"]

VERMILION: Final = "#d55e00"
BLUE: Final = "#2a82c9"
GREEN: Final = "#009e73"
PURPLE: Final = "#b8639a"
OCHRE: Final = "#b07d00"
VIOLET: Final = "#7a6fd0"
GREY: Final = "#8a8a8a"
SIENNA: Final = "#a0522d"

SCENARIO_COLOURS: Final[Mapping[str, str]] = {
    **{name: workflow.colour for name, workflow in WORKFLOWS.items()},
    "devsecops": PURPLE,
    "devops in name only": OCHRE,
    "agile with CI": VIOLET,
}
"""Colours of the presets, the same in every figure."""
SCENARIO_MARKERS: Final[Mapping[str, str]] = {
    "waterfall": "v",
    "agile": "s",
    "devops": "o",
    "devsecops": "D",
    "devops in name only": "X",
    "agile with CI": "P",
}
STAGE_COLOURS: Final[Mapping[str, str]] = {
    "plan": VIOLET,
    "code": BLUE,
    "build": OCHRE,
    "test": GREEN,
    "deploy": VERMILION,
    "operate": PURPLE,
    "monitor": SIENNA,
}
OTHERS: Final = (SIENNA, GREY, VIOLET, OCHRE, PURPLE, BLUE, GREEN, VERMILION)
OTHER_MARKERS: Final = ("^", "h", "<", ">", "p", "*", "d", "8")

INKS: Final[Mapping[Theme, tuple[str, str, str]]] = {
    "light": ("#ffffff", "#1f2328", "#5b636d"),
    "dark": ("#16181d", "#e6e8eb", "#a3abb5"),
}
"""Colours of background, text, and axes in each theme."""


@contextmanager
def style(theme: Theme = "light", *, transparent: bool = False) -> Iterator[None]:
    """Draw figures for a light or a dark page inside a `with` block.

    Parameters
    ----------
    theme : {"light", "dark"}
        Sets background, text and axes.
    transparent : bool
        Leave the background out, so that the page shows through.

    Raises
    ------
    InvalidInputError
        If the theme is unknown.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> with style("dark"):
    ...     figure = Figure()
    >>> figure.get_facecolor()[:3] < (0.2, 0.2, 0.2)
    True
    """
    with mpl.rc_context(cast("Any", settings(theme, transparent=transparent))):
        yield


def use(theme: Theme = "light", *, transparent: bool = False) -> None:
    """Draw all following figures for a light or a dark page.

    Parameters
    ----------
    theme : {"light", "dark"}
        Sets background, text and axes.
    transparent : bool
        Leave the background out, so that the page shows through.

    Raises
    ------
    InvalidInputError
        If the theme is unknown.

    Examples
    --------
    >>> use("dark")
    >>> ink() == INKS["dark"][1]
    True
    >>> use("light")
    """
    mpl.rcParams.update(cast("Any", settings(theme, transparent=transparent)))


def settings(theme: Theme, *, transparent: bool = False) -> dict[str, Any]:
    """Return the matplotlib settings of a theme.

    SVG text stays text, and the ids' salt is fixed, so that equal figures give equal files.

    Parameters
    ----------
    theme : {"light", "dark"}
        Sets background, text and axes.
    transparent : bool
        Leave the background out.

    Raises
    ------
    InvalidInputError
        If the theme is unknown.

    Examples
    --------
    >>> settings("light")["figure.facecolor"], settings("dark", transparent=True)["figure.facecolor"]
    ('#ffffff', 'none')
    """
    if theme not in INKS:
        raise InvalidInputError(
            f"theme={theme!r} (the page that a figure is drawn for) must be one of {', '.join(INKS)}."
        )
    paper, ink, faint = INKS[theme]
    return {
        "figure.facecolor": "none" if transparent else paper,
        "savefig.facecolor": "none" if transparent else paper,
        "axes.facecolor": "none",
        "text.color": ink,
        "axes.labelcolor": ink,
        "axes.titlecolor": ink,
        "axes.edgecolor": faint,
        "xtick.color": faint,
        "ytick.color": faint,
        "xtick.labelcolor": ink,
        "ytick.labelcolor": ink,
        "grid.color": faint,
        "hatch.color": faint,
        "font.size": 10.0,
        "axes.titlesize": 11.0,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "svg.fonttype": "none",
        "svg.hashsalt": "devopssim",
        "figure.dpi": 100.0,
        "savefig.dpi": 150.0,
    }


def ink() -> str:
    """Return the colour of text in the current theme."""
    return str(mpl.rcParams["text.color"])


def faint() -> str:
    """Return the colour of axes, grids and brackets in the current theme."""
    edge = str(mpl.rcParams["axes.edgecolor"])
    return "#6a6a6a" if edge in ("black", "k") else edge


def paper() -> str:
    """Return the background colour in the current theme, for halos around text; if it is transparent, that of the matching theme."""
    behind = str(mpl.rcParams["figure.facecolor"])
    if behind != "none":
        return behind
    return INKS["dark" if brightness(ink()) > 0.5 else "light"][0]


def brightness(colour: str) -> float:
    """Return the relative luminance of a colour, 0 (black) to 1 (white).

    Parameters
    ----------
    colour : str
        Any colour that matplotlib knows.

    References
    ----------
    W3C, *WCAG* 2.2, definition of relative luminance.

    Examples
    --------
    >>> brightness("black"), round(brightness("white"), 3)
    (0.0, 1.0)
    """
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    Parameters
    ----------
    one, other : str
        Any colours that matplotlib knows, in either order.

    References
    ----------
    W3C, *WCAG* 2.2, definition of contrast ratio.

    Examples
    --------
    >>> round(contrast("black", "white"), 1)
    21.0
    """
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def on(colour: str) -> str:
    """Return the text colour, black or white, with the higher contrast on a fill.

    Examples
    --------
    >>> on("#ffff00"), on("#000080")
    ('#000000', '#ffffff')
    """
    return max(("#000000", "#ffffff"), key=lambda candidate: contrast(candidate, colour))


def colour_of(name: str, index: int = 0) -> str:
    """Return the colour of a scenario: a preset's own, otherwise one by position.

    Parameters
    ----------
    name : str
        Name of the scenario.
    index : int
        Position among the scenarios shown; colours repeat after eight.

    Examples
    --------
    >>> colour_of("devsecops") == PURPLE, colour_of("mine", 0) == colour_of("mine", 8)
    (True, True)
    """
    return SCENARIO_COLOURS.get(name, OTHERS[index % len(OTHERS)])


def marker_of(name: str, index: int = 0) -> str:
    """Return the marker of a scenario: a preset's own, otherwise one by position.

    Parameters
    ----------
    name : str
        Name of the scenario.
    index : int
        Position among the scenarios shown; markers repeat after eight.

    Examples
    --------
    >>> marker_of("devops")
    'o'
    """
    return SCENARIO_MARKERS.get(name, OTHER_MARKERS[index % len(OTHER_MARKERS)])


def readable(colour: str) -> str:
    """Return the colour if its contrast to the page is at least 4.5:1, otherwise the colour of text.

    References
    ----------
    W3C, *WCAG* 2.2, criterion 1.4.3.
    """
    return colour if contrast(colour, paper()) >= 4.5 else ink()
