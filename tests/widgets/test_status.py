"""The status of an estimate."""

from widget_bench import query_of

from devopssim import WATERFALL
from devopssim.experiment import Result
from devopssim.widgets.live_estimates import LiveEstimate
from devopssim.widgets.status import status


def test_the_status_has_the_precision_of_the_estimate(result: Result) -> None:
    query = query_of(WATERFALL)
    assert (
        "no confidence intervals, and it may be an outlier"
        in status(query, LiveEstimate(result=result, replications=1))["text"]
    )
    assert status(query, LiveEstimate(result=result, replications=3))["stage"] == "refining"
    assert (
        "3 replications of 3 years, with common random numbers; 95 % confidence intervals (all requested replications)."
        in status(query, LiveEstimate(result=result, replications=3, final=True))["text"]
    )
    assert (
        "half-width within 1e-07 % of the mean"
        in status(query, LiveEstimate(result=result, replications=3, final=True, precise=True))["text"]
    )
