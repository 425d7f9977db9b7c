"""Status of an estimate, as text."""

from typing import Any

from devopssim.widgets.live_estimates import LiveEstimate, Query
from devopssim.wording import counted


def waiting() -> dict[str, Any]:
    """Return the status before the first estimate.

    Examples
    --------
    >>> waiting()["text"]
    'Running the first simulations.'
    """
    return {"stage": "waiting", "text": "Running the first simulations.", "done": 0, "of": 1}


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
        `stage` (`"refining"` or `"final"`), `text`, `done` and `of` (replications).

    Examples
    --------
    >>> from devopssim import DEVOPS, compare, vary
    >>> from devopssim.experiment import Experiment
    >>> short = {"devops": vary(DEVOPS, {"years": 0.1})}
    >>> query = Query(experiment=Experiment(scenarios=short, kpis=("wip",), replications=4))
    >>> result = compare(short, 2, kpis=["wip"], progress=False)
    >>> current = status(query, LiveEstimate(result=result, replications=2))
    >>> current["stage"], current["done"], current["of"]
    ('refining', 2, 4)
    """
    done = estimate.replications
    years = sorted({scenario.years for scenario in query.experiment.scenarios.values()})
    length = f"{_listed(years)} {'year' if years == [1] else 'years'}"
    replications = f"{counted(done, 'replication')} of {length}, with common random numbers"
    confidence = (
        f"{100 * estimate.result.confidence:g} % confidence intervals" if done > 1 else "no confidence intervals"
    )
    if not estimate.final:
        more = (
            "which narrow as more replications finish"
            if done > 1
            else "and it may be an outlier; more replications follow"
        )
        text = f"{replications}; {confidence}, {more}."
        return {"stage": "refining", "text": text, "done": done, "of": query.experiment.replications}
    precision = query.experiment.precision
    reached = (
        f"half-width within {100 * precision.target:g} % of the mean for lead time and deployment frequency"
        if estimate.precise and precision
        else "all requested replications"
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
