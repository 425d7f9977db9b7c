"""Status of an estimate, as text."""

from typing import Any

from devopssim.events import HOURS_PER_WEEK, HOURS_PER_YEAR
from devopssim.widgets.live_estimates import LiveEstimate, Query
from devopssim.wording import counted


def waiting() -> dict[str, Any]:
    """Return the status before the first estimate.

    Examples
    --------
    >>> waiting()["text"]
    'The first simulations run.'
    """
    return {"stage": "waiting", "text": "The first simulations run.", "done": 0, "of": 1}


def status(query: Query, estimate: LiveEstimate) -> dict[str, Any]:
    """Return the status of an estimate as JSON for the browser.

    Parameters
    ----------
    query : Query
        The query; its replications and precision are the goal.
    estimate : LiveEstimate
        Its current estimate.

    Returns
    -------
    dict
        `stage` (`"glance"` for a preview, `"refining"` or `"final"`), `text`, `done` and `of` (replications).

    Examples
    --------
    >>> from devopssim import DEVOPS, compare, vary
    >>> from devopssim.experiment import Experiment
    >>> short = {"devops": vary(DEVOPS, {"years": 0.1})}
    >>> query = Query(experiment=Experiment(scenarios=short, kpis=("wip",), replications=4))
    >>> result = compare(short, 2, kpis=["wip"], progress=False)
    >>> current = status(query, LiveEstimate(result=result))
    >>> current["stage"], current["done"], current["of"]
    ('refining', 2, 4)
    """
    done = estimate.result.replications
    if estimate.preview:
        weeks = sorted(
            {round(scenario.years * HOURS_PER_YEAR / HOURS_PER_WEEK) for scenario in estimate.result.scenarios.values()}
        )
        text = (
            f"A first glance: one random future of {_listed(weeks)} weeks, without intervals; it may be an outlier. "
            "Whole runs follow."
        )
        return {"stage": "glance", "text": text, "done": 0, "of": query.experiment.replications}
    years = sorted({scenario.years for scenario in query.experiment.scenarios.values()})
    replications = f"{counted(done, 'random future')} of {_listed(years)} {'year' if years == [1] else 'years'} each, under the same luck"
    confidence = f"{100 * estimate.result.confidence:g} % intervals" if done > 1 else "no intervals"
    if not estimate.final:
        text = f"{replications}; {confidence}, which get tighter: more are on their way."
        return {"stage": "refining", "text": text, "done": done, "of": query.experiment.replications}
    precision = query.experiment.precision
    reached = (
        f"within {100 * precision.target:g} % for lead time and deployment frequency"
        if estimate.precise and precision
        else "as many as were asked for"
    )
    return {
        "stage": "final",
        "text": f"{replications}; {confidence} ({reached}).",
        "done": done,
        "of": query.experiment.replications,
    }


def _listed(values: list[float] | list[int]) -> str:
    """Return numbers as a list with "or" before the last."""
    numbers = [f"{value:g}" for value in values]
    return " or ".join([", ".join(numbers[:-1]), numbers[-1]] if len(numbers) > 1 else numbers)
