"""Compare shows what the plain functions return."""

from widget_bench import BASELINE, SHORT, SMALLER, Bench

from devopssim import compare
from devopssim.widgets.chart_data import chart
from devopssim.widgets.compare_view import Compare
from devopssim.widgets.kpi_cards import kpi_cards
from devopssim.widgets.state import state_of
from devopssim.wording import explain_changes


def test_compare_shows_what_the_plain_functions_return() -> None:
    bench = Bench()
    widget = Compare(state_of({"devops": SHORT}), pools=bench, replications=3)
    widget.do_ready()
    widget._receive(widget, {"do": "set", "name": "team.developers", "value": 3}, [])
    bench.work()
    assert widget.scenarios == {"devops": SMALLER}
    assert widget.shown["status"]["stage"] == "final"
    direct = compare(widget.query().experiment, progress=False)
    assert widget.shown["cards"] == kpi_cards(direct, widget.kpis, {"devops": BASELINE})
    assert widget.shown["explanations"] == explain_changes(direct, {"devops": BASELINE})
    assert widget.shown["chart"] == chart(direct, "lead_time", baselines={BASELINE: "devops"})


def test_assistance_is_a_slider_of_the_chosen_scenario_and_is_explained() -> None:
    bench = Bench()
    widget = Compare(state_of({"devops": SHORT}), pools=bench, replications=3)
    sliders = {each["name"]: each["label"] for group in widget.groups() for each in group["controls"]}
    assert sliders["assistance.share"] == "AI assistance"
    assert "quality.reviewers" in sliders
    widget.do_ready()
    widget._receive(widget, {"do": "set", "name": "assistance.share", "value": 1}, [])
    bench.work()
    assert widget.scenarios["devops"].assistance.share == 1
    assert "AI assistance" in str(widget.shown["explanations"])
