"""How good an answer is, in words."""

from typing import Any

from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.widgets.live_estimates import LiveEstimate, Query
from devopssim.wording import counted


def waiting() -> dict[str, Any]:
    """Return the status before there is any answer."""
    return {"stage": "waiting", "text": "The first simulations run.", "done": 0, "of": 1}


def status(question: Query, answer: LiveEstimate) -> dict[str, Any]:
    """Return the status of an answer, for a browser: stage (glance, refining, final), text, done and of (replications)."""
    done = answer.result.replications
    if answer.glance:
        weeks = sorted(
            {round(each.years * HOURS_PER_YEAR / HOURS_PER_WEEK) for each in answer.result.scenarios.values()}
        )
        text = (
            f"A first glance: one random future of {_listed(weeks)} weeks, without intervals; it may be an outlier. "
            "Whole runs follow."
        )
        return {"stage": "glance", "text": text, "done": 0, "of": question.experiment.replications}
    years = sorted({each.years for each in question.experiment.scenarios.values()})
    said = f"{counted(done, 'random future')} of {_listed(years)} {'year' if years == [1] else 'years'} each, under the same luck"
    confidence = f"{100 * answer.result.confidence:g} % intervals" if done > 1 else "no intervals"
    if not answer.final:
        text = f"{said}; {confidence}, which get tighter: more are on their way."
        return {"stage": "refining", "text": text, "done": done, "of": question.experiment.replications}
    precision = question.experiment.precision
    reached = (
        f"within {100 * precision.target:g} % for lead time and deployment frequency"
        if answer.precise and precision
        else "as many as were asked for"
    )
    return {
        "stage": "final",
        "text": f"{said}; {confidence} ({reached}).",
        "done": done,
        "of": question.experiment.replications,
    }


def _listed(values: list[float] | list[int]) -> str:
    words = [f"{each:g}" for each in values]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
