"""Widgets without a browser: the messages they receive, and the traits they show."""

from typing import Any

import pandas as pd
import pytest
from widget_bench import SHORT, Bench

from devopssim import widgets
from devopssim.errors import InvalidInputError
from devopssim.scenario import parameters
from devopssim.widgets.compare_view import Compare
from devopssim.widgets.state import state_of


def test_simulations_start_with_the_first_view() -> None:
    bench = Bench()
    widget = Compare(state_of({"devops": SHORT}), pools=bench)
    assert not bench.estimating.waiting
    widget.do_ready()
    assert bench.estimating.waiting


def test_closing_the_last_view_cancels_simulations_and_a_new_view_resumes_them() -> None:
    bench = Bench()
    widget = Compare(state_of({"devops": SHORT}), pools=bench, replications=3)
    for message in ("ready", "ready", "gone"):
        widget._receive(widget, {"do": message}, [])
    assert not bench.estimating.waiting[0][0].cancelled()
    widget._receive(widget, {"do": "gone"}, [])
    assert bench.estimating.waiting[0][0].cancelled()
    bench.work()
    assert widget.shown["status"]["stage"] == "waiting"
    widget._receive(widget, {"do": "ready"}, [])
    bench.work()
    assert widget.shown["status"]["stage"] == "final"


def test_a_value_that_is_not_allowed_becomes_a_note_and_changes_nothing() -> None:
    widget = Compare(state_of({"devops": SHORT}), pools=Bench())
    widget._receive(widget, {"do": "set", "name": "team.developers", "value": 0}, [])
    assert f"developers=0 ({parameters()['team.developers'].meaning})" in widget.note
    assert widget.scenarios == {"devops": SHORT}


def test_an_unknown_message_is_ignored() -> None:
    widget = Compare(state_of({"devops": SHORT}), pools=Bench())
    widget._receive(widget, {"do": "change_state", "state": None}, [])
    widget._receive(widget, {}, [])
    assert widget.scenarios == {"devops": SHORT}


def test_the_arguments_of_a_widget_are_checked_at_once() -> None:
    with pytest.raises(InvalidInputError, match="lead_tim"):
        widgets.compare(kpis=["lead_tim"])
    with pytest.raises(InvalidInputError, match="figure 'pie' is unknown"):
        widgets.explore(figures=["pie"])
    with pytest.raises(InvalidInputError, match="parameter 'developers' is unknown"):
        widgets.explore(parameters=["developers"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"replications": 0}, "replications=0 "),
        ({"replications": 1.5}, "replications=1.5 "),
        ({"precision": 0}, "precision=0 "),
        ({"precision": float("nan")}, "precision=nan "),
        ({"seed": -1}, "seed=-1 "),
    ],
)
def test_numbers_out_of_range_are_refused_at_once(arguments: dict[str, Any], message: str) -> None:
    for widget in (widgets.compare, widgets.explore):
        with pytest.raises(InvalidInputError, match=message):
            widget(**arguments)


@pytest.mark.parametrize("given", ["agile", pd.DataFrame()])
def test_widgets_require_scenarios(given: Any) -> None:
    for show in (lambda: widgets.explore(given), lambda: widgets.compare({"mine": given})):
        with pytest.raises(InvalidInputError, match=r"preset such as devopssim\."):
            show()


def test_a_widget_has_a_text_form_without_a_browser() -> None:
    assert "waterfall, agile, devops" in repr(widgets.compare())
    assert "JupyterLab" in repr(widgets.explore())
    assert "devops" in repr(widgets.board())
