"""Comparing answers with what is expected: JSON forms on both sides, so that no student's object takes part."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from devopssim.course.answers.questions import EMPTY
from devopssim.course.answers.serialisation import Json, describe, form_of, missing, number
from devopssim.errors import DevopssimError

EXACT: Final = 1e-9
NO_ANSWER: Final = "there is no answer yet."


class GraderTroubleError(DevopssimError):
    """Judging failed for a reason that is not the student's."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """How much of an expectation is met, from 0 to 1, and what to say about it without giving the answer away."""

    share: float
    remark: str
    waiting: bool = False
    """Nobody could look yet: the points wait for a person."""


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """How near is near enough: `within` as a share of the expected number, or `plus_minus` in its unit."""

    within: float = EXACT
    plus_minus: float = 0

    def near(self, got: float, expected: float) -> bool:
        """NaN is near NaN only, an infinity near itself only."""
        if math.isnan(expected):
            return math.isnan(got)
        if not math.isfinite(expected) or not math.isfinite(got):
            return got == expected
        return abs(got - expected) <= max(self.plus_minus, self.within * abs(expected))


def same(got: Json, expected: Json, near: Tolerance) -> bool:
    """Whether two forms are the same, numbers within the tolerance, keys in any order."""
    wanted, given = number(expected), number(got)
    if wanted is not None:
        return given is not None and near.near(given, wanted)
    if isinstance(expected, list):
        return isinstance(got, list) and len(got) == len(expected) and all(map(same, got, expected, [near] * len(got)))
    if isinstance(expected, dict):
        keys = isinstance(got, dict) and got.keys() == expected.keys()
        return keys and isinstance(got, dict) and all(same(got[key], expected[key], near) for key in expected)
    return type(got) is type(expected) and got == expected


def judge_value(got: Json, expected: Json, near: Tolerance) -> Judgement:
    """Judge one value; a number that is off is said to be too low or too high, no more."""
    if same(got, expected, near):
        return Judgement(share=1, remark=f"{describe(got)} is right.")
    given, wanted = number(got), number(expected)
    if given is not None and wanted is not None and math.isfinite(given) and math.isfinite(wanted):
        return Judgement(share=0, remark=f"{given:.6g} is too {'low' if given < wanted else 'high'}.")
    return Judgement(share=0, remark=missing(got) or f"{describe(got)} is not what is expected.")


def judge_calls(got: Json, expected: Sequence[Json], calls: Sequence[Sequence[Json]], near: Tolerance) -> Judgement:
    """Judge what a function returned: each call counts the same. The remark shows the first call that went wrong."""
    if not isinstance(got, list) or len(got) != len(expected):
        return Judgement(share=0, remark=missing(got) or f"{describe(got)} is not a function.")
    wrong = [at for at, result in enumerate(expected) if not same(got[at], result, near)]
    if not wrong:
        return Judgement(share=1, remark=f"right for each of {len(expected)} inputs.")
    if all(got[at] == EMPTY for at in range(len(expected))):
        return Judgement(share=0, remark=NO_ANSWER)
    inputs = ", ".join(_short(argument) for argument in calls[wrong[0]])
    remark = f"right for {len(expected) - len(wrong)} of {len(expected)} inputs; for ({inputs}) it gave {describe(got[wrong[0]])}."
    return Judgement(share=1 - len(wrong) / len(expected), remark=remark)


def _short(argument: Json) -> str:
    """Return an argument as a caller writes it, where it is a number or a text; anything else is described."""
    value = number(argument)
    return f"{value:.6g}" if value is not None else describe(argument).removeprefix("the text ")


def judge_table(got: Json, expected: Mapping[str, Any], key: str | None, near: Tolerance) -> Judgement:
    """Judge a table column by column; each expected column counts the same, further columns are nobody's business.

    With `key`, rows are matched by that column; without, they must come in the expected order.
    """
    columns, wanted = columns_of(got), columns_of(dict(expected))
    if columns is None or wanted is None:
        return Judgement(share=0, remark=missing(got) or f"{describe(got)} is not a table.")
    if key is not None:
        columns, wanted = _sorted_by(columns, key), _sorted_by(wanted, key)
    wrong = [name for name in wanted if name not in columns or not same(columns[name], wanted[name], near)]
    if not wrong:
        return Judgement(share=1, remark=f"each of {len(wanted)} columns is right.")
    remark = f"{len(wanted) - len(wrong)} of {len(wanted)} columns are right; look at {', '.join(wrong)}."
    return Judgement(share=1 - len(wrong) / len(wanted), remark=remark)


def columns_of(form: Json) -> dict[str, list[Json]] | None:
    """Return a table's or a series' columns by name, None for whatever is no well-formed table."""
    if not isinstance(form, dict):
        return None
    values = form.get("values")
    if form_of(form) == "series" and isinstance(values, list):
        index = form.get("index")
        return {"index": index, "values": values} if isinstance(index, list) else None
    names = form.get("columns")
    if (
        form_of(form) != "table"
        or not isinstance(names, list)
        or not isinstance(values, list)
        or len(names) != len(values)
    ):
        return None
    return {str(name): cells for name, cells in zip(names, values, strict=True) if isinstance(cells, list)}


def judge_figure(got: Json, lines: Mapping[str, tuple[Json, Json]], bars: Json, near: Tolerance) -> Judgement:
    """Judge a figure's lines by their labels, and the heights of its bars where some are expected; each counts the same."""
    drawn = figure_lines(got)
    if drawn is None:
        return Judgement(share=0, remark=missing(got) or f"{describe(got)} is not a figure.")
    wrong = [
        f"the line {label!r}"
        for label, line in lines.items()
        if not any(same(list(other), list(line), near) for other in drawn.get(label, ()))
    ]
    if bars is not None and not same(figure_bars(got), bars, near):
        wrong.append("the bars")
    parts = len(lines) + (bars is not None)
    if not wrong:
        return Judgement(share=1, remark=f"what is drawn is right ({parts} of {parts}).")
    known = f"; the labels of the lines drawn are {', '.join(drawn) or 'none'}" if lines else ""
    remark = f"{parts - len(wrong)} of {parts} are right; look at {', '.join(wrong)}{known}."
    return Judgement(share=1 - len(wrong) / parts, remark=remark)


def figure_bars(form: Json) -> list[Json]:
    """Return the heights of a figure's bars, axes by axes, from left to right."""
    heights: list[Json] = []
    axes = form.get("axes") if isinstance(form, dict) else None
    for part in axes if isinstance(axes, list) else []:
        bars = part.get("bars") if isinstance(part, dict) else None
        placed = [bar for bar in (bars if isinstance(bars, list) else []) if isinstance(bar, list) and len(bar) == 3]
        heights += [bar[1] for bar in sorted(placed, key=lambda bar: number(bar[0]) or 0.0)]
    return heights


def figure_lines(form: Json) -> dict[str, list[tuple[Json, Json]]] | None:
    """Return the (x, y) of a figure's lines by their label, None for what is no figure."""
    if not isinstance(form, dict) or form_of(form) != "figure":
        return None
    drawn: dict[str, list[tuple[Json, Json]]] = {}
    axes = form.get("axes")
    for part in axes if isinstance(axes, list) else []:
        lines = part.get("lines") if isinstance(part, dict) else None
        for line in lines if isinstance(lines, list) else []:
            if isinstance(line, dict):
                drawn.setdefault(str(line.get("label")), []).append((line.get("x"), line.get("y")))
    return drawn


def _sorted_by(columns: dict[str, list[Json]], key: str) -> dict[str, list[Json]]:
    if key not in columns:
        return columns
    order = sorted(range(len(columns[key])), key=lambda row: str(columns[key][row]))
    return {name: [cells[row] for row in order if row < len(cells)] for name, cells in columns.items()}
