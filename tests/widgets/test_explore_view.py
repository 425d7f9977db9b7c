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
    (figure,) = widget.pictures["figures"]
    assert figure["svg"].startswith("<svg")
    assert figure["text"]
    assert widget.pictures["whole"]
    widget.do_figures([])
    assert widget.pictures == {}


def test_explore_takes_any_declared_parameter() -> None:
    widget = Explore(state_of({"devops": SHORT}), names=("team.developers",), pools=Bench())
    widget.do_add("security.scan_finds")
    assert [each["name"] for each in widget.knobs[0]["knobs"]] == ["team.developers", "security.scan_finds"]
    widget.do_remove("team.developers")
    assert [each["name"] for each in widget.knobs[0]["knobs"]] == ["security.scan_finds"]
    with pytest.raises(InvalidInputError, match="did you mean"):
        widget.do_add("security.scan_find")
