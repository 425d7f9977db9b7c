"""Widgets without a browser: what they are asked, what they answer, what they say. They hold no number of their own."""

from typing import Any

import pandas as pd
import pytest
from widget_bench import SHORT, Bench

from devopssim import widgets
from devopssim.errors import InvalidInputError
from devopssim.widgets.compare_view import Compare
from devopssim.widgets.state import state_of


def test_nothing_is_computed_until_somebody_looks() -> None:
    bench = Bench()
    widget = Compare(state_of({"devops": SHORT}), pools=bench)
    assert not bench.quick.waiting
    widget.do_ready()
    assert bench.quick.waiting


def test_it_rests_when_nobody_looks_any_more_and_goes_on_when_somebody_does() -> None:
    bench = Bench()
    widget = Compare(state_of({"devops": SHORT}), pools=bench, replications=3)
    for message in ("ready", "ready", "gone"):
        widget._receive(widget, {"do": message}, [])
    assert not bench.quick.waiting[0][0].cancelled()
    widget._receive(widget, {"do": "gone"}, [])
    assert bench.quick.waiting[0][0].cancelled()
    bench.work()
    assert widget.shown["status"]["stage"] == "waiting"
    widget._receive(widget, {"do": "ready"}, [])
    bench.work()
    assert widget.shown["status"]["stage"] == "final"


def test_a_value_that_is_not_allowed_is_told_and_changes_nothing() -> None:
    widget = Compare(state_of({"devops": SHORT}), pools=Bench())
    widget._receive(widget, {"do": "set", "name": "team.developers", "value": 0}, [])
    assert "developers=0 (people who write code)" in widget.note
    assert widget.scenarios == {"devops": SHORT}


def test_a_message_that_no_view_sends_is_not_obeyed() -> None:
    widget = Compare(state_of({"devops": SHORT}), pools=Bench())
    widget._receive(widget, {"do": "become", "state": None}, [])
    widget._receive(widget, {}, [])
    assert widget.scenarios == {"devops": SHORT}


def test_what_is_asked_of_a_widget_is_checked_at_once() -> None:
    with pytest.raises(InvalidInputError, match="lead_tim"):
        widgets.compare(kpis=["lead_tim"])
    with pytest.raises(InvalidInputError, match="figure 'pie' is unknown"):
        widgets.explore(figures=["pie"])
    with pytest.raises(InvalidInputError, match="parameter 'developers' is unknown"):
        widgets.explore(parameters=["developers"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"replications": 0}, "replications=0 "),
        ({"replications": 1.5}, "replications=1.5 "),
        ({"precision": 0}, "precision=0 "),
        ({"precision": float("nan")}, "precision=nan "),
        ({"seed": -1}, "seed=-1 "),
    ],
)
def test_numbers_that_cannot_be_are_refused_before_anything_is_shown(asked: dict[str, Any], said: str) -> None:
    for widget in (widgets.compare, widgets.explore):
        with pytest.raises(InvalidInputError, match=said):
            widget(**asked)


@pytest.mark.parametrize("given", ["agile", pd.DataFrame()])
def test_what_is_no_scenario_has_no_sliders(given: Any) -> None:
    for ask in (lambda: widgets.explore(given), lambda: widgets.compare({"mine": given})):
        with pytest.raises(InvalidInputError, match="give a preset such as devopssim"):
            ask()


def test_a_widget_says_what_it_is_where_no_browser_shows_it() -> None:
    assert "waterfall, agile, devops" in repr(widgets.compare())
    assert "JupyterLab" in repr(widgets.explore())
    assert "devops" in repr(widgets.board())
