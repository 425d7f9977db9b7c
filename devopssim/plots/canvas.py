"""Parts that figures share: the KPI they show, axes to draw on, and labels beside what they name."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from devopssim.errors import InvalidInputError
from devopssim.kpis import Kpi, chosen
from devopssim.plots.descriptions import set_description
from devopssim.plots.theme import faint, ink, paper

SIZE: Final = (8.0, 4.2)
POINTS_PER_INCH: Final = 72
LINE_OF_TEXT: Final = 1.25


def kpi_named(name: str) -> Kpi:
    """Return the KPI of this name.

    Raises
    ------
    InvalidInputError
        If the name is unknown; the message lists the KPIs.

    Examples
    --------
    >>> kpi_named("mttr").unit
    'h'
    """
    (kpi,) = chosen([name])
    return kpi


def names_of(kpis: Sequence[str]) -> list[str]:
    """Return the names of the KPIs that a figure shows side by side.

    Parameters
    ----------
    kpis : sequence of str
        Names; a string counts as one name, as in `devopssim.kpis`.

    Raises
    ------
    InvalidInputError
        If a name is unknown or the sequence is empty.

    Examples
    --------
    >>> names_of(["lead_time", "mttr"])
    ['lead_time', 'mttr']
    """
    names = [kpi.name for kpi in chosen(kpis)]
    if not names:
        raise InvalidInputError("no KPI to draw; name at least one, for example kpis=['lead_time'].")
    return names


def of_kpi(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the rows of one KPI in an experiment's table.

    Parameters
    ----------
    table : DataFrame
        Column `kpi` and others, for example `result.estimates`.
    name : str
        Name of the KPI.

    Raises
    ------
    InvalidInputError
        If the experiment did not measure the KPI.

    Examples
    --------
    >>> import pandas as pd
    >>> of_kpi(pd.DataFrame({"kpi": ["mttr", "wip"], "estimate": [2.0, 9.0]}), "wip")
       kpi  estimate
    0  wip       9.0
    """
    rows = table[table["kpi"] == name].reset_index(drop=True)
    if rows.empty:
        raise InvalidInputError(
            f"kpi={name!r} is missing from this experiment; it measured {', '.join(dict.fromkeys(table['kpi']))}."
        )
    return rows


def axes(ax: Axes | None, size: tuple[float, float] = SIZE) -> Axes:
    """Return `ax`, or the axes of a new figure.

    Parameters
    ----------
    ax : Axes or None
        Axes that the caller of the figure gave.
    size : tuple of float
        Width and height of the new figure in inches.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> given = Figure().subplots()
    >>> axes(given) is given
    True
    """
    if ax is not None:
        return ax
    _, new = plt.subplots(figsize=size, layout="constrained")
    return new


def panels(rows: int, columns: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """Return a new figure and its axes, row by row.

    Parameters
    ----------
    rows, columns : int
        Shape of the grid.
    size : tuple of float
        Width and height of the figure in inches.
    """
    figure, grid = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    return figure, list(grid.flat)


def tidy(ax: Axes, *, grid: Literal["", "x", "y"] = "y") -> None:
    """Reduce the frame to the left and lower side, with a faint grid along one axis.

    Parameters
    ----------
    ax : Axes
        Axes to change.
    grid : {"y", "x", ""}
        Axis whose ticks get grid lines; `""` for none.
    """
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(faint())
    ax.set_axisbelow(True)
    if grid:
        ax.grid(visible=True, axis=grid, alpha=0.25, linewidth=0.8, color=faint())


def bare(ax: Axes) -> None:
    """Remove the whole frame, for drawings without axes."""
    ax.set_axis_off()


def halo(text: Text, width: float = 2.5) -> Text:
    """Surround a label with the page's colour, so that it stays readable on top of lines.

    Parameters
    ----------
    text : Text
        The label; it is returned.
    width : float
        Width of the halo in points.
    """
    text.set_path_effects([patheffects.withStroke(linewidth=width, foreground=paper())])
    return text


def nothing(ax: Axes, reason: str) -> Axes:
    """Write on the axes why there is nothing to draw, and make that the figure's description.

    Parameters
    ----------
    ax : Axes
        Axes to write on; frame and ticks are removed.
    reason : str
        The reason, without a full stop.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from devopssim.plots.descriptions import alt_text
    >>> alt_text(nothing(Figure().subplots(), "no work item was requested in this log"))
    'Nothing is drawn: no work item was requested in this log.'
    """
    ax.text(0.5, 0.5, reason, transform=ax.transAxes, ha="center", va="center", color=ink(), wrap=True)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    set_description(ax, f"Nothing is drawn: {reason}.", pd.DataFrame())
    return ax


class Label(NamedTuple):
    """Text beside the axes at a height, with a key in the colour of what it names.

    Attributes
    ----------
    y : float
        Height in data coordinates.
    text : str
        May have several lines.
    colour : str
        Colour of the key; `""` for none.
    """

    y: float
    text: str
    colour: str = ""


def label_right(ax: Axes, labels: Sequence[Label], *, size: float = 9.0) -> None:
    """Write labels to the right of the axes, each near its height, moved apart where they would overlap.

    Set the y limits before the call: heights are converted to fractions of the axes.

    Parameters
    ----------
    ax : Axes
        Axes to label.
    labels : sequence of Label
        May be empty.
    size : float
        Font size in points.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> label_right(ax, [Label(0.50, "agile", "#2a82c9"), Label(0.52, "devops", "#d55e00")])
    >>> [text.get_text() for text in ax.texts if len(text.get_text()) > 1]
    ['agile', 'devops']
    """
    if not labels:
        return
    figure = ax.get_figure(root=True)
    height = ax.get_position().height * (figure.get_figheight() if figure else SIZE[1])
    gap = max(label.text.count("\n") + 1 for label in labels) * size * LINE_OF_TEXT / POINTS_PER_INCH / height
    wanted = [_fraction(ax, label.y) for label in labels]
    order = np.argsort(wanted, kind="stable")
    for position, index in zip(apart(sorted(wanted), gap), order, strict=True):
        label = labels[int(index)]
        _beside(ax, position, label.text, 20 if label.colour else 6, size)
        if label.colour:
            key = ax.annotate(
                "\N{BLACK SQUARE}",
                (1, position),
                xycoords="axes fraction",
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=label.colour,
            )
            key.set_annotation_clip(False)


def _beside(ax: Axes, position: float, text: str, distance: float, size: float) -> None:
    """Write one label at a fraction of the axes' height."""
    ax.annotate(
        text,
        (1, position),
        xycoords="axes fraction",
        xytext=(distance, 0),
        textcoords="offset points",
        va="center",
        color=ink(),
        fontsize=size,
        annotation_clip=False,
    )


def apart(wanted: Iterable[float], gap: float) -> list[float]:
    """Return positions near the wanted ones that are at least `gap` apart.

    Neighbours that are too close form a group whose middle stays where their mean was, inside 0 to 1.

    Parameters
    ----------
    wanted : iterable of float
        Sorted, from 0 to 1.
    gap : float
        Least distance.

    Examples
    --------
    >>> [round(position, 2) for position in apart([0.1, 0.5, 0.52], 0.1)]
    [0.1, 0.46, 0.56]
    """
    groups: list[list[float]] = []
    for position in wanted:
        groups.append([position])
        while (
            len(groups) > 1
            and _middle(groups[-1]) - _middle(groups[-2]) < gap * (len(groups[-1]) + len(groups[-2])) / 2
        ):
            last = groups.pop()
            groups[-1] += last
    positions = []
    for group in groups:
        half = gap * (len(group) - 1) / 2
        middle = min(max(_middle(group), half), max(half, 1 - half))
        positions += [middle + gap * index - half for index in range(len(group))]
    return positions


def _middle(group: Sequence[float]) -> float:
    return sum(group) / len(group)


def _fraction(ax: Axes, y: float) -> float:
    """Return a height in data coordinates as a fraction of the axes, clipped to 0 to 1."""
    low, high = ax.transData.transform([(0, y)])[0][1], ax.transAxes.transform([(0, 0), (0, 1)])[:, 1]
    return float(np.clip((low - high[0]) / (high[1] - high[0]), 0, 1))


def bracket(
    ax: Axes, x: tuple[float, float], y: float, text: str, *, colour: str, above: bool = True, size: float = 9.0
) -> None:
    """Draw a double arrow with a label at its middle.

    Parameters
    ----------
    ax : Axes
        Axes to draw on.
    x : tuple of float
        Both ends, in data coordinates.
    y : float
        Height, in data coordinates.
    text : str
        The label; may be empty.
    colour : str
        Colour of the arrow.
    above : bool
        Put the label above the arrow, otherwise below.
    size : float
        Font size in points.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> bracket(ax, (0.0, 3.0), 1.0, "lead time 3 days", colour="black")
    >>> ax.texts[-1].get_text()
    'lead time 3 days'
    """
    arrow = {"arrowstyle": "<|-|>", "color": colour, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 9}
    ax.annotate("", xy=(x[0], y), xytext=(x[1], y), arrowprops=arrow, annotation_clip=False)
    label = ax.annotate(
        text,
        xy=((x[0] + x[1]) / 2, y),
        xytext=(0, 3 if above else -3),
        textcoords="offset points",
        ha="center",
        va="bottom" if above else "top",
        color=ink(),
        fontsize=size,
        annotation_clip=False,
    )
    halo(label)
