"""The status of an estimate."""

from widget_bench import query_of

from devopssim import WATERFALL, compare
from devopssim.experiment import Result
from devopssim.widgets.live_estimates import LiveEstimate, preview_scenario
from devopssim.widgets.status import status


def test_the_status_has_the_precision_of_the_estimate(result: Result) -> None:
    query = query_of(WATERFALL)
    preview = compare({"devops": preview_scenario(WATERFALL)}, 1, kpis=("lead_time",), progress=False)
    assert (
        "one replication of 48 weeks, without confidence intervals"
        in status(query, LiveEstimate(result=preview, preview=True))["text"]
    )
    assert status(query, LiveEstimate(result=result))["stage"] == "refining"
    assert (
        "3 replications of 3 years, with common random numbers; 95 % confidence intervals (all requested replications)."
        in status(query, LiveEstimate(result=result, final=True))["text"]
    )
    assert (
        "half-width within 1e-07 % of the mean"
        in status(query, LiveEstimate(result=result, final=True, precise=True))["text"]
    )
