"""What many intervals and one selection allow to conclude: how many differences chance makes clear, what has no interval, and why."""

from typing import TYPE_CHECKING

import pandas as pd

from devopssim.kpis import KPIS
from devopssim.wording.numbers import amount, significant

if TYPE_CHECKING:
    from devopssim.experiment import Multiplicity, Result, Selection


def chance_sentence(multiplicity: "Multiplicity", *, of: str = "differences") -> list[str]:
    """Return how many differences, or `of` what else, are clear, and how many would be by chance; nothing if none has an interval.

    Examples
    --------
    >>> from devopssim.experiment import Multiplicity
    >>> chance_sentence(Multiplicity(shown=78, clear=60, by_chance=3.9, clear_together=52, confidence=0.95))
    ['60 of 78 differences are clear at 95 % each; about 4 of 78 would be by chance if nothing differed. 52 are clear together at 95 % (Holm).']

    """
    shown, level = multiplicity.shown, f"{100 * multiplicity.confidence:g} %"
    if not shown:
        return []
    if shown == 1:
        return [f"One of the {of} has an interval, at {level}."]
    clear, together = multiplicity.clear, multiplicity.clear_together
    text = (
        f"{clear} of {shown} {of} {_be(clear)} clear at {level} each; about {_count(multiplicity.by_chance)} of {shown} "
        f"would be by chance if nothing differed. {together} {_be(together)} clear together at {level} (Holm)."
    )
    return [text]


def reasons_note(result: "Result") -> list[str]:
    """Return one line on the means that are shown without an interval; nothing if all have one."""
    without = result.estimates[(result.estimates["reason"] != "") & result.estimates["estimate"].notna()]
    if without.empty:
        return []
    first = without.iloc[0]
    more = f" ({len(without)} of these in all; --json and --out give each reason)" if len(without) > 1 else ""
    return [
        f"~ no interval would cover as promised, for example {first['kpi']} of {first['scenario']}: {first['reason']}{more}."
    ]


def comparison_records(result: "Result", controlled: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the estimates, each with its difference from the first scenario, and how many differences chance makes clear.

    Parameters
    ----------
    result : Result
        Result of a comparison.
    controlled : DataFrame, optional
        Its means with control variates, from `experiment.control_variates`; adds controlled_estimate, controlled_low, controlled_high and
        controlled_variance_reduction.

    Returns
    -------
    DataFrame
        Columns of `Result.estimates`, then baseline, difference, difference_low, difference_high, verdict, p, adjusted_p and
        difference_reason (empty for the first scenario), then differences_shown, clear_by_chance and clear_together, which are
        the same in every row and count all differences between scenarios.

    """
    first = next(iter(result.scenarios))
    differences = result.differences[result.differences["baseline"] == first].rename(
        columns={"low": "difference_low", "high": "difference_high", "reason": "difference_reason"}
    )
    keys = ["scenario", "kpi"]
    beside = [
        *keys,
        "baseline",
        "difference",
        "difference_low",
        "difference_high",
        "verdict",
        "p",
        "adjusted_p",
        "difference_reason",
    ]
    count = result.multiplicity
    records = result.estimates
    if controlled is not None:
        numbers = ["estimate", "low", "high", "variance_reduction"]
        means = controlled[controlled["baseline"] == ""][[*keys, *numbers]]
        records = records.merge(
            means.rename(columns={name: f"controlled_{name}" for name in numbers}), on=keys, how="left"
        )
    return records.merge(differences[beside], on=keys, how="left").assign(
        differences_shown=count.shown, clear_by_chance=round(count.by_chance, 2), clear_together=count.clear_together
    )


def selection_sentence(selection: "Selection") -> str:
    """Return what a selection states: who is best, with which probability, at which price."""
    title, unit = KPIS[selection.kpi].title, KPIS[selection.kpi].unit
    zone, most = amount(selection.indifference, unit), max(map(len, selection.race.values.values()))
    share = f"{selection.runs:,} runs, {selection.runs / selection.runs_of_equal_allocation:.0%} of {most:,} for each of {len(selection.race.values)} scenarios"
    if not selection.decided:
        return (
            f"Not decided: {len(selection.race.alive)} scenarios are left after {most:,} replications. Allow more --replications, or a larger "
            f"--indifference than {significant(selection.indifference)} {unit}. {share}; seed {selection.seed}."
        )
    return (
        f"Selected: {selection.best}. With a probability of at least {100 * selection.confidence:g} % it has the best {title.lower()}, "
        f"if the best is better than all others by {zone} or more; else it is one of those within {zone}.\n"
        f"{share}; seed {selection.seed}."
    )


def _be(n: int) -> str:
    return "is" if n == 1 else "are"


def _count(number: float) -> str:
    return f"{number:.0f}" if number >= 1.5 else f"{number:.2g}"
