"""The status of an answer."""

from widget_bench import question

from devopssim import WATERFALL, compare
from devopssim.experiment import Result
from devopssim.widgets.live_estimates import LiveEstimate, preview_scenario
from devopssim.widgets.status import status


def test_the_status_says_how_good_the_answer_is(result: Result) -> None:
    asked = question(WATERFALL)
    glance = compare({"devops": preview_scenario(WATERFALL)}, 1, kpis=("lead_time",), progress=False)
    assert (
        "one random future of 52 weeks, without intervals"
        in status(asked, LiveEstimate(result=glance, preview=True))["text"]
    )
    assert status(asked, LiveEstimate(result=result))["stage"] == "refining"
    assert "as many as were asked for" in status(asked, LiveEstimate(result=result, final=True))["text"]
    assert "within 1e-07 %" in status(asked, LiveEstimate(result=result, final=True, precise=True))["text"]
