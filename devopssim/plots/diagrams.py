"""Diagrams without data: the three workflows, the loop of DevOps, the seven C's."""

import math
from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from devopssim.errors import InvalidInputError
from devopssim.plots.canvas import axes, bare, halo
from devopssim.plots.descriptions import set_description
from devopssim.plots.theme import BLUE, GREEN, GREY, STAGE_COLOURS, VERMILION, VIOLET, faint, ink, on
from devopssim.scenario import PRACTICES, SEVEN_CS, WORKFLOWS

CLOCKWISE: Final = ("integration", "testing", "delivery", "deployment", "monitoring", "feedback", "collaboration")
"""Order of the seven C's around their centre: along the loop of DevOps."""
LOOP: Final = (
    ("plan", "what is worth doing"),
    ("code", "design and write"),
    ("build", "compile, package"),
    ("test", "does it work?"),
    ("deploy", "bring to production"),
    ("operate", "keep it running"),
    ("monitor", "watch and learn"),
)

SECURITY: Final = (
    ("plan", "threat model"),
    ("code", "review, no secrets"),
    ("build", "parts list (SBOM), SCA"),
    ("test", "SAST, DAST"),
    ("deploy", "gate, signed image"),
    ("operate", "patch, harden"),
    ("monitor", "detect, respond"),
)
"""Security activity of each phase. SCA scans dependencies, SAST code, DAST the running service from outside."""


def workflow(name: str, *, ax: Axes | None = None) -> Axes:
    """Draw how work moves through a workflow.

    Parameters
    ----------
    name : {"waterfall", "agile", "devops"}
        The workflow.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Raises
    ------
    InvalidInputError
        If the workflow is unknown.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> len(workflow("devops", ax=Figure().subplots()).patches) > 7
    True
    """
    if name not in WORKFLOWS:
        raise InvalidInputError(f"workflow={name!r} must be one of {', '.join(WORKFLOWS)}.")
    ax = axes(ax, (9.0, 3.6))
    {"waterfall": _waterfall, "agile": _agile, "devops": _devops}[name](ax)
    description = WORKFLOWS[name]
    ax.set_title(description.title)
    bare(ax)
    set_description(
        ax,
        f"The {name} workflow: {', '.join(description.phases)}. {description.order}",
        pd.DataFrame({"phase": list(description.phases)}),
    )
    return ax


def devops_loop(*, security: bool = False, ax: Axes | None = None) -> Axes:
    """Draw the seven phases of DevOps along a figure eight: development on the left, operations on the right.

    Parameters
    ----------
    security : bool
        Draw DevSecOps: each phase carries its security activity.
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> devops_loop(security=True, ax=Figure().subplots()).get_title()
    'DevSecOps: security in every phase'
    """
    loop = SECURITY if security else LOOP
    ax = axes(ax, (9.0, 4.4))
    ax.set(xlim=(-2.75, 2.75), ylim=(-1.35, 1.4), aspect="equal")
    turns = [index * 2 * math.pi / 400 for index in range(401)]
    eight = [(_eight(turn)) for turn in turns]
    ax.plot(
        *zip(*eight, strict=True),
        color=VERMILION if security else faint(),
        linewidth=14 if security else 9,
        alpha=0.35,
        solid_capstyle="round",
    )
    for turn in (0.5 * math.pi, 1.5 * math.pi):
        end, start = _eight(turn + 0.08), _eight(turn - 0.02)
        ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=18, color=ink()))
    positions = (0.62, 0.86, 1.14, 1.38, 1.72, 0.0, 0.28)
    for (phase, meaning), share in zip(loop, positions, strict=True):
        x, y = _eight(share * math.pi)
        colour = STAGE_COLOURS[phase]
        ax.add_patch(Circle((x, y), 0.3, color=colour, zorder=3))
        ax.text(x, y, phase, ha="center", va="center", color=on(colour), fontsize=9.5, fontweight="bold", zorder=4)
        above = y > 0.05
        halo(
            ax.text(
                x,
                y + (0.37 if above else -0.37),
                meaning,
                ha="center",
                va="bottom" if above else "top",
                fontsize=8.5,
                zorder=5,
            )
        )
    ax.text(-1.25, 0, "development", ha="center", va="center", fontsize=11, color=ink())
    ax.text(1.25, 0, "operations", ha="center", va="center", fontsize=11, color=ink())
    ax.set_title("DevSecOps: security in every phase" if security else "DevOps: seven phases, one loop")
    bare(ax)
    phases = ", ".join(f"{phase} ({meaning})" for phase, meaning in loop)
    text = (
        f"The loop of DevSecOps: the seven phases of DevOps, and what security does in each: {phases}. Security accompanies every stage."
        if security
        else f"The seven phases of DevOps form a loop: {phases}, and plan again. "
        "The first four are development, the others operations; one team runs through it."
    )
    set_description(ax, text, pd.DataFrame(loop, columns=["phase", "what security does" if security else "meaning"]))
    return ax


def seven_cs(*, ax: Axes | None = None) -> Axes:
    """Draw the seven C's around their common core, each with its motto.

    Parameters
    ----------
    ax : Axes, optional
        Axes to draw on; default: a new figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> seven_cs(ax=Figure().subplots()).get_title()
    "The seven C's: continuous …"
    """
    ax = axes(ax, (9.0, 5.2))
    ax.set(xlim=(-2.7, 2.7), ylim=(-1.55, 1.5), aspect="equal")
    colours = list(STAGE_COLOURS.values())
    around = {name: PRACTICES[name].motto for name in CLOCKWISE}
    ax.text(0, 0, "small steps,\nall the time", ha="center", va="center", fontsize=11, fontweight="bold", color=ink())
    for index, (name, motto) in enumerate(around.items()):
        turn = math.pi / 2 - index * 2 * math.pi / len(around)
        x, y = 1.8 * math.cos(turn), 1.2 * math.sin(turn)
        ax.plot([0.42 * x, x], [0.42 * y, y], color=faint(), linewidth=1.2, zorder=1)  # ends behind the box
        _box(ax, (x, y), f"{name}\n{motto}", colours[index], size=(1.36, 0.4))
    ax.set_title("The seven C's: continuous …")
    bare(ax)
    table = pd.DataFrame(
        [(PRACTICES[name].title, PRACTICES[name].without, PRACTICES[name].adopted) for name in SEVEN_CS],
        columns=["practice", "without", "with"],
    )
    set_description(
        ax, f"The seven C's. {'; '.join(f'{PRACTICES[name].name}: {motto}' for name, motto in around.items())}.", table
    )
    return ax


def _eight(turn: float) -> tuple[float, float]:
    """Return a point of a lying figure eight; 0 to 2 pi traverse it once, with the crossing at pi/2 and 3 pi/2."""
    return 2.1 * math.cos(turn), 0.95 * math.sin(2 * turn)


def _box(
    ax: Axes, centre: tuple[float, float], text: str, colour: str, *, size: tuple[float, float] = (1.0, 0.5)
) -> None:
    width, height = size
    corner = (centre[0] - width / 2, centre[1] - height / 2)
    ax.add_patch(
        FancyBboxPatch(corner, width, height, boxstyle="round,pad=0,rounding_size=0.06", color=colour, zorder=3)
    )
    ax.text(*centre, text, ha="center", va="center", color=on(colour), fontsize=8.5, zorder=4)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], *, bend: float = 0.0) -> None:
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="-|>",
            mutation_scale=13,
            color=ink(),
            connectionstyle=f"arc3,rad={bend}",
            linewidth=1.2,
            zorder=2,
        )
    )


def _waterfall(ax: Axes) -> None:
    phases = WORKFLOWS["waterfall"].phases
    ax.set(xlim=(-0.7, 8.4), ylim=(-4.1, 0.6))
    for index, phase in enumerate(phases):
        _box(ax, (index * 1.25, -index * 0.6), phase, WORKFLOWS["waterfall"].colour, size=(1.3, 0.42))
        if index:
            _arrow(ax, ((index - 1) * 1.25 + 0.65, -(index - 1) * 0.6), (index * 1.25, -index * 0.6 + 0.22), bend=-0.35)
    ax.text(4.6, -0.35, "the whole batch waits at every step", fontsize=9.5, color=ink())
    ax.text(0.0, -3.3, "users see it only here, months later", fontsize=9.5, color=ink())
    _arrow(ax, (3.0, -3.28), (6.8, -3.55))


def _agile(ax: Axes) -> None:
    phases = WORKFLOWS["agile"].phases
    ax.set(xlim=(-0.6, 8.4), ylim=(-1.9, 1.9))
    centres = (
        (1.5, -1.05),
        (0.0, 0.0),
        (1.5, 1.05),
        (3.0, 0.0),
    )  # the review is last, beside the exit of finished work
    for (x, y), phase in zip(centres, phases, strict=True):
        _box(ax, (x, y), phase, WORKFLOWS["agile"].colour, size=(1.0, 0.46))
    for start, end in zip(centres, (*centres[1:], centres[0]), strict=True):
        _arrow(
            ax,
            (start[0] + 0.35 * (end[0] - start[0]), start[1] + 0.35 * (end[1] - start[1])),
            (start[0] + 0.68 * (end[0] - start[0]), start[1] + 0.68 * (end[1] - start[1])),
        )
    ax.text(1.5, 0.0, "a sprint:\ntwo weeks,\nwith the users", ha="center", va="center", fontsize=9, color=ink())
    _box(ax, (5.3, 0), "done,\nwaiting", GREY, size=(1.1, 0.7))
    _box(ax, (7.5, 0), "operations:\nrelease", VIOLET, size=(1.4, 0.7))
    _arrow(ax, (3.55, 0), (4.7, 0))
    _arrow(ax, (5.9, 0), (6.75, 0))
    ax.plot([6.3, 6.3], [-1.2, 1.2], color=ink(), linewidth=2.2, linestyle=(0, (4, 3)))
    ax.text(6.3, 1.3, "the wall: another team, after the sprint", ha="center", va="bottom", fontsize=9.5, color=ink())


def _devops(ax: Axes) -> None:
    phases = WORKFLOWS["devops"].phases
    ax.set(xlim=(-0.7, 8.4), ylim=(-1.7, 1.5))
    for index, phase in enumerate(phases):
        _box(ax, (index * 1.28, 0), phase, STAGE_COLOURS[phase], size=(1.0, 0.5))
        if index:
            _arrow(ax, ((index - 1) * 1.28 + 0.5, 0), (index * 1.28 - 0.5, 0))
    _arrow(ax, (6 * 1.28, -0.28), (0, -0.28), bend=-0.22)
    halo(
        ax.text(
            3.84,
            -1.25,
            "feedback: what is learnt in production changes the plan",
            ha="center",
            va="center",
            fontsize=9.5,
            color=ink(),
        )
    )
    ax.text(
        3.84,
        0.75,
        "one team; items flow one by one; each change goes out when it is ready",
        ha="center",
        fontsize=9.5,
        color=ink(),
    )
    ax.plot([-0.5, 8.18], [0.5, 0.5], color=GREEN, linewidth=2)
    ax.plot([-0.5, 8.18], [0.56, 0.56], color=BLUE, linewidth=2)
