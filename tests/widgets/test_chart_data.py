"""Chart data are the points of the result."""

from widget_bench import BASELINE

from devopssim.experiment import Result
from devopssim.widgets.chart_data import chart


def test_curves_have_the_points_of_the_result_and_the_colour_of_their_scenario(result: Result) -> None:
    data = chart(result, "wip", baselines={BASELINE: "devops"})
    baseline, present = data["lines"]
    assert baseline["baseline"]
    assert not present["baseline"]
    assert baseline["colour"] == present["colour"]
    expected = result.curves.query("scenario == 'devops' and kpi == 'wip'")
    assert [point[1] for point in present["points"]] == expected["mean"].tolist()
    assert data["y"]["ticks"][0] == [0.0, "0"]
    assert "Work in progress over time" in data["text"]


def test_a_curve_without_values_has_a_text_instead_of_lines(result: Result) -> None:
    empty = chart(result, "mttr")
    assert empty["lines"] == []
    assert "nothing to draw" in empty["text"]
