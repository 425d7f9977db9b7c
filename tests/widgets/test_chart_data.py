"""Chart data are the points of the result."""

from widget_bench import BEFORE

from devopssim.experiment import Result
from devopssim.widgets.chart_data import chart


def test_curves_have_the_points_of_the_result_and_the_colour_of_their_scenario(result: Result) -> None:
    drawn = chart(result, "wip", before={BEFORE: "devops"})
    now, before = drawn["lines"][1], drawn["lines"][0]
    assert before["before"]
    assert before["colour"] == now["colour"]
    expected = result.curves.query("scenario == 'devops' and kpi == 'wip'")
    assert [point[1] for point in now["points"]] == expected["mean"].tolist()
    assert drawn["y"]["ticks"][0] == [0.0, "0"]
    assert "Work in progress over time" in drawn["text"]


def test_a_curve_without_values_says_so(result: Result) -> None:
    empty = chart(result, "mttr")
    assert empty["lines"] == []
    assert "nothing to draw" in empty["text"]
