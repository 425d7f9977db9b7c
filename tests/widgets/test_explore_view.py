"""Explore: any parameter, any figure."""

import pytest
from widget_bench import SHORT, Bench

from devopssim.errors import InvalidInputError
from devopssim.widgets.explore_view import Explore
from devopssim.widgets.state import state_of


def test_explore_draws_the_figures_of_one_replication() -> None:
    bench = Bench()
    widget = Explore(state_of({"devops": SHORT}), figures=("deployments",), replications=3, pools=bench)
    widget.do_ready()
    bench.work()
    (figure,) = widget.drawn_figures["figures"]
    assert figure["svg"].startswith("<svg")
    assert figure["text"]
    widget.do_figures([])
    assert widget.drawn_figures == {}


def test_explore_takes_any_declared_parameter() -> None:
    widget = Explore(state_of({"devops": SHORT}), names=("team.developers",), pools=Bench())
    widget.do_add("security.scan_finds")
    assert [control["name"] for control in widget.controls[0]["controls"]] == ["team.developers", "security.scan_finds"]
    widget.do_remove("team.developers")
    assert [control["name"] for control in widget.controls[0]["controls"]] == ["security.scan_finds"]
    with pytest.raises(InvalidInputError, match="did you mean"):
        widget.do_add("security.scan_find")
