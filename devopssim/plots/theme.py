"""Colours and backgrounds: one colour a thing, told apart by people who see fewer colours, on white and on black.

Lines and fills keep a contrast of at least 3:1 against both backgrounds (WCAG 2.2, 1.4.11), so a figure's data has the same
colours in both; only the ink of its words and axes changes. The hues depart from Okabe & Ito, Color Universal Design (2008),
darkened where they were too pale on white. No figure tells by colour alone: what has a colour has its name beside it.
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
"""A preset keeps its colour in every figure."""
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
"""Background, ink, and fainter ink of each theme."""


@contextmanager
def style(theme: Theme = "light", *, transparent: bool = False) -> Iterator[None]:
    """Draw for a light or a dark page: `with plots.style("dark"): plots.cumulative_flow(log)`.

    A figure that is made inside has the theme's background, or none if `transparent`, and ink that reads on it. Raises
    InvalidInputError for another theme.
    """
    with mpl.rc_context(cast("Any", settings(theme, transparent=transparent))):
        yield


def use(theme: Theme = "light", *, transparent: bool = False) -> None:
    """Draw everything from now on for a light or a dark page."""
    mpl.rcParams.update(cast("Any", settings(theme, transparent=transparent)))


def settings(theme: Theme, *, transparent: bool = False) -> dict[str, Any]:
    """Return the settings of matplotlib that make a theme."""
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
    """Return the colour of words."""
    return str(mpl.rcParams["text.color"])


def faint() -> str:
    """Return the colour of what helps to read and says nothing by itself: axes, grids, brackets."""
    edge = str(mpl.rcParams["axes.edgecolor"])
    return "#6a6a6a" if edge in ("black", "k") else edge


def paper() -> str:
    """Return the colour behind the words, for halos around them; white where there is none."""
    behind = str(mpl.rcParams["figure.facecolor"])
    if behind != "none":
        return behind
    return INKS["dark" if brightness(ink()) > 0.5 else "light"][0]


def brightness(colour: str) -> float:
    """Return the relative luminance of a colour, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG 2.2 defines it."""
    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


def on(colour: str) -> str:
    """Return the ink, black or white, that reads better on a fill of this colour."""
    return max(("#000000", "#ffffff"), key=lambda candidate: contrast(candidate, colour))


def colour_of(name: str, index: int = 0) -> str:
    """Return the colour of a scenario: its own if it is a preset, else one by its place among those shown."""
    return SCENARIO_COLOURS.get(name, OTHERS[index % len(OTHERS)])


def marker_of(name: str, index: int = 0) -> str:
    """Return the marker of a scenario, chosen as its colour is."""
    return SCENARIO_MARKERS.get(name, OTHER_MARKERS[index % len(OTHER_MARKERS)])


def readable(colour: str) -> str:
    """Return the colour if words in it read on the page (a contrast of 4.5:1), else the colour of words."""
    return colour if contrast(colour, paper()) >= 4.5 else ink()
