"""What every figure needs: the KPI that it shows, axes to draw on, and labels that stand beside what they name."""

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
    """Return the KPI of this name; raise InvalidInputError for an unknown one."""
    (kpi,) = chosen([name])
    return kpi


def names_of(kpis: Sequence[str]) -> list[str]:
    """Return the names of the KPIs that a figure shows side by side; one word is one KPI, as it is in `devopssim.kpis`.

    Raises InvalidInputError for an unknown name, and for no names.
    """
    names = [kpi.name for kpi in chosen(kpis)]
    if not names:
        raise InvalidInputError("no KPI to draw; name at least one, for example kpis=['lead_time'].")
    return names


def of_kpi(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the rows of this KPI in an experiment's table; raise InvalidInputError where it was not measured."""
    rows = table[table["kpi"] == name].reset_index(drop=True)
    if rows.empty:
        raise InvalidInputError(
            f"kpi={name!r} was not measured in this experiment; it has {', '.join(dict.fromkeys(table['kpi']))}."
        )
    return rows


def axes(ax: Axes | None, size: tuple[float, float] = SIZE) -> Axes:
    """Return `ax`, or the axes of a new figure of this size in inches."""
    if ax is not None:
        return ax
    _, new = plt.subplots(figsize=size, layout="constrained")
    return new


def panels(rows: int, columns: int, size: tuple[float, float]) -> tuple[Figure, list[Axes]]:
    """Return a new figure and its axes, row by row."""
    figure, grid = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    return figure, list(grid.flat)


def tidy(ax: Axes, *, grid: Literal["", "x", "y"] = "y") -> None:
    """Leave only the frame that is read: the left and the lower side, and a faint grid along one axis ('' for none)."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set_color(faint())
    ax.set_axisbelow(True)
    if grid:
        ax.grid(visible=True, axis=grid, alpha=0.25, linewidth=0.8, color=faint())


def bare(ax: Axes) -> None:
    """Leave no frame at all, for a drawing."""
    ax.set_axis_off()


def halo(text: Text, width: float = 2.5) -> Text:
    """Put the page's colour around a label, so that it reads on top of lines."""
    text.set_path_effects([patheffects.withStroke(linewidth=width, foreground=paper())])
    return text


def nothing(ax: Axes, what: str) -> Axes:
    """Say on the axes that there is nothing to draw, and why."""
    ax.text(0.5, 0.5, what, transform=ax.transAxes, ha="center", va="center", color=ink(), wrap=True)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    set_description(ax, f"Nothing is drawn: {what}.", pd.DataFrame())
    return ax


class Label(NamedTuple):
    """Words that belong to a height on the y-axis, with a key in the colour of what they name ('' for none)."""

    y: float
    text: str
    colour: str = ""


def label_right(ax: Axes, labels: Sequence[Label], *, size: float = 9.0) -> None:
    """Write labels right of the axes, each at its height, pushed apart where they would overlap. Set the limits before."""
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
    """Return places near the `wanted` (sorted, 0 to 1), at least `gap` apart: neighbours that are too near share the push."""
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
    low, high = ax.transData.transform([(0, y)])[0][1], ax.transAxes.transform([(0, 0), (0, 1)])[:, 1]
    return float(np.clip((low - high[0]) / (high[1] - high[0]), 0, 1))


def bracket(
    ax: Axes, x: tuple[float, float], y: float, text: str, *, colour: str, above: bool = True, size: float = 9.0
) -> None:
    """Draw a double arrow from x[0] to x[1] at the height y, with words in its middle."""
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
