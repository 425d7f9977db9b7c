"""Judge answers by what is expected: which share of it they meet, and a remark.

Remarks name the part that differs, and the direction of an error where the solution is out; they never contain the expected value.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from devopssim.course.answers.comparison import Tolerance, is_rounded, plain_text, same, sort_key
from devopssim.course.answers.forms import Json, describe, form_of, missing, number
from devopssim.course.answers.questions import EMPTY
from devopssim.errors import DevopssimError

NO_ANSWER: Final = "the answer is missing."
TO_HOURS: Final = "divide it by pd.Timedelta(hours=1) for its hours"
MOST_OF_A_LABEL: Final = 3
"""Lines that may share a label: a curve, its markers, an entry of the legend. More are guesses."""


class GraderTroubleError(DevopssimError):
    """Report that judging failed for a reason that is not the student's."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The share of an expectation that an answer meets, and a remark that leaves the expected value open.

    Parameters
    ----------
    share : float
        From 0 (nothing is right) to 1 (everything is right).
    remark : str
        A phrase for the student's report.
    waiting : bool, default False
        Whether the points wait for a person.

    Examples
    --------
    >>> Judgement(share=0, remark="11 is not right.").waiting
    False
    """

    share: float
    remark: str
    waiting: bool = False


def judge_value(got: Json, expected: Json, near: Tolerance, *, direction: bool = False) -> Judgement:
    """Judge one value: all or nothing.

    Parameters
    ----------
    got : Json
        The form of the answer.
    expected : Json
        The form of the right answer.
    near : Tolerance
        When two numbers count as equal.
    direction : bool, default False
        Whether the remark on a wrong number tells if it is too low or too high. By halves, that gives away a hidden number.

    Returns
    -------
    Judgement
        Share 0 or 1.

    Examples
    --------
    >>> judge_value(11.0, 12.5, Tolerance())
    Judgement(share=0, remark='11 is not right.', waiting=False)
    >>> judge_value(11.0, 12.5, Tolerance(), direction=True).remark
    '11 is too low.'
    """
    if same(got, expected, near):
        return Judgement(share=1, remark=f"{describe(got)} is right.")
    given, wanted = number(got), number(expected)
    if given is not None and wanted is not None and math.isfinite(given) and math.isfinite(wanted):
        if is_rounded(got, expected):
            return Judgement(share=0, remark=f"{given:.6g} is near, but rounded: keep more digits.")
        wrong = f"too {'low' if given < wanted else 'high'}" if direction else "not right"
        return Judgement(share=0, remark=f"{given:.6g} is {wrong}.")
    if wanted is not None and form_of(got) == "duration":
        return Judgement(share=0, remark=f"this is {describe(got)}, not a number; {TO_HOURS}.")
    return Judgement(share=0, remark=missing(got) or f"{describe(got)} is not what is expected.")


def judge_calls(got: Json, expected: Sequence[Json], calls: Sequence[Sequence[Json]], near: Tolerance) -> Judgement:
    """Judge the results of a function; each call counts the same.

    Parameters
    ----------
    got : Json
        The list of results, one form for each call.
    expected : sequence of Json
        The right results, in the same order.
    calls : sequence of sequences of Json
        The arguments of each call; the remark shows those of the first wrong one.
    near : Tolerance
        When two numbers count as equal.

    Returns
    -------
    Judgement
        The share of calls with the right result; 0 for a function that gives the same wherever it is not always right.

    Examples
    --------
    >>> judge_calls([1, 5], [1, 4], [[1], [2]], Tolerance())
    Judgement(share=0.5, remark='right for 1 of 2 inputs; for (2) it gave the number 5.', waiting=False)
    """
    if not isinstance(got, list) or len(got) != len(expected):
        return Judgement(share=0, remark=missing(got) or f"{describe(got)} is not a function.")
    wrong = [index for index, result in enumerate(expected) if not same(got[index], result, near)]
    if not wrong:
        return Judgement(share=1, remark=f"right for each of {len(expected)} inputs.")
    if all(got[index] == EMPTY for index in range(len(expected))):
        return Judgement(share=0, remark=NO_ANSWER)
    if len(wrong) < len(got) and all(same(other, got[0], Tolerance()) for other in got):
        remark = f"{describe(got[0])} for each of {len(expected)} inputs; the result has to depend on them."
        return Judgement(share=0, remark=remark)
    inputs = ", ".join(_short(argument) for argument in calls[wrong[0]])
    remark = f"right for {len(expected) - len(wrong)} of {len(expected)} inputs; for ({inputs}) it gave {describe(got[wrong[0]])}"
    remark += ", which is rounded: keep more digits." if is_rounded(got[wrong[0]], expected[wrong[0]]) else "."
    return Judgement(share=1 - len(wrong) / len(expected), remark=remark)


def _short(argument: Json) -> str:
    """Return a number or a text as a caller writes it; describe any other argument."""
    value = number(argument)
    return f"{value:.6g}" if value is not None else describe(argument).removeprefix("the text ")


def judge_table(got: Json, expected: Mapping[str, Any], key: str | None, near: Tolerance) -> Judgement:
    """Judge a table or series column by column; each expected column counts the same, further columns are ignored.

    The key column, which the exercise often gives away, earns nothing by itself.

    Parameters
    ----------
    got : Json
        The form of a DataFrame or Series.
    expected : mapping
        The form of the right one.
    key : str or None
        Column by which rows are matched; None compares them in the expected order.
    near : Tolerance
        When two numbers count as equal.

    Returns
    -------
    Judgement
        The share of right columns; the remark names the wrong ones.

    Examples
    --------
    >>> right = {"$": "table", "columns": ["role", "hours"], "index": [0, 1], "values": [["dev", "ops"], [10, 4]]}
    >>> given = {"$": "table", "columns": ["role", "hours"], "index": [0, 1], "values": [["ops", "dev"], [4, 9]]}
    >>> judge_table(given, right, "role", Tolerance())
    Judgement(share=0, remark='1 of 2 columns are right; look at hours.', waiting=False)
    """
    columns, wanted = columns_of(got), columns_of(dict(expected))
    if columns is None or wanted is None:
        return Judgement(share=0, remark=missing(got) or f"{describe(got)} is not a table.")
    judged = list(wanted)
    if key in columns and key in wanted and len(wanted) > 1:
        judged.remove(key)
        columns, wanted = _sorted_by(columns, key), _sorted_by(wanted, key)
        if not same(columns[key], wanted[key], near):
            return Judgement(share=0, remark=_wrong_rows(columns[key], wanted[key], key))
    wrong = [name for name in judged if not same(columns.get(name), wanted[name], near)]
    if not wrong:
        return Judgement(share=1, remark=f"each of {len(wanted)} columns is right.")
    remark = f"{len(wanted) - len(wrong)} of {len(wanted)} columns are right; look at {', '.join(wrong)}"
    rounded = [name for name in wrong if _are_rounded(columns.get(name), wanted[name], near)]
    remark += f"; {', '.join(rounded)}: rounded, keep more digits." if rounded else "."
    return Judgement(share=(0 if len(wrong) == len(judged) else 1 - len(wrong) / len(judged)), remark=remark)


def _wrong_rows(got: Sequence[Json], wanted: Sequence[Json], key: str) -> str:
    """Return what is wrong with the key column: its length or its values."""
    if len(got) != len(wanted):
        return f"{len(got)} rows came, {len(wanted)} are expected; look at {key}."
    return f"the rows are others than expected; look at {key}."


def _are_rounded(got: Json, wanted: Sequence[Json], near: Tolerance) -> bool:
    """Return whether a column differs from the expected one by rounding only."""
    return (
        isinstance(got, list)
        and len(got) == len(wanted)
        and all(same(cell, right, near) or is_rounded(cell, right) for cell, right in zip(got, wanted, strict=True))
    )


def columns_of(form: Json) -> dict[str, list[Json]] | None:
    """Return the columns of a table's or series' form by name, None for any other or a malformed form.

    A series has the columns `index` and `values`; the index of a table is left out.

    Parameters
    ----------
    form : Json
        The form of an answer, perhaps forged.

    Returns
    -------
    dict of str to list of Json, or None
        Cells by column name.

    Examples
    --------
    >>> columns_of({"$": "series", "index": ["a"], "values": [3]})
    {'index': ['a'], 'values': [3]}
    >>> columns_of([1, 2]) is None
    True
    """
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
    return {plain_text(str(name)): cells for name, cells in zip(names, values, strict=True) if isinstance(cells, list)}


def judge_figure(got: Json, lines: Mapping[str, tuple[Json, Json]], bars: Json, near: Tolerance) -> Judgement:
    """Judge a figure's lines and bars; each expected line counts the same, and all bars together as much as a line.

    Parameters
    ----------
    got : Json
        The form of a figure or axes.
    lines : mapping of str to pair of Json
        Expected (x, y) by the line's label. Of up to `MOST_OF_A_LABEL` lines with one label, one right line is enough.
    bars : Json
        Expected heights from left to right, None if bars are not judged.
    near : Tolerance
        When two numbers count as equal.

    Returns
    -------
    Judgement
        The share of expected parts that are drawn; the remark lists the labels that are there.

    Examples
    --------
    >>> drawn = {"$": "figure", "axes": [{"lines": [{"label": "open", "x": [0, 1], "y": [2, 3]}], "bars": []}]}
    >>> judge_figure(drawn, {"open": ([0, 1], [2, 3])}, None, Tolerance()).remark
    'what is drawn is right (1 of 1).'
    """
    drawn = figure_lines(got)
    if drawn is None:
        return Judgement(share=0, remark=missing(got) or f"{describe(got)} is not a figure.")
    wrong = [
        f"the line {label!r}"
        for label, line in lines.items()
        if len(drawn.get(label, ())) > MOST_OF_A_LABEL
        or not any(same(list(other), list(line), near) for other in drawn.get(label, ()))
    ]
    if bars is not None and not same(figure_bars(got), bars, near):
        wrong.append("the bars")
    parts = len(lines) + (bars is not None)
    if not wrong:
        return Judgement(share=1, remark=f"what is drawn is right ({parts} of {parts}).")
    labels = f"; the labels of the lines drawn are {', '.join(drawn) or 'none'}" if lines else ""
    remark = f"{parts - len(wrong)} of {parts} are right; look at {', '.join(wrong)}{labels}."
    return Judgement(share=1 - len(wrong) / parts, remark=remark)


def figure_bars(form: Json) -> list[Json]:
    """Return the heights of a figure's bars, axes by axes, from left to right.

    Each bar of the form is `[centre, height, width]`; parts of another shape are skipped.
    """
    heights: list[Json] = []
    axes = form.get("axes") if isinstance(form, dict) else None
    for part in axes if isinstance(axes, list) else []:
        bars = part.get("bars") if isinstance(part, dict) else None
        positioned = [
            bar for bar in (bars if isinstance(bars, list) else []) if isinstance(bar, list) and len(bar) == 3
        ]
        heights += [bar[1] for bar in sorted(positioned, key=lambda bar: number(bar[0]) or 0.0)]
    return heights


def figure_lines(form: Json) -> dict[str, list[tuple[Json, Json]]] | None:
    """Return the (x, y) of a figure's lines by label, None for any other form.

    Several lines may share a label, so that each label has a list.
    """
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
    """Return the columns with rows in the order of the key column."""
    order = sorted(range(len(columns[key])), key=lambda row: sort_key(columns[key][row]))
    return {name: [cells[row] for row in order if row < len(cells)] for name, cells in columns.items()}
