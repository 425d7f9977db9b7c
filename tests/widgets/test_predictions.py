"""A guess is recorded before a slider moves, and stands beside the result."""

import io

import pandas as pd
import pytest
from widget_bench import SHORT, Bench

from devopssim.widgets.compare_view import Compare
from devopssim.widgets.state import state_of


@pytest.fixture
def widget() -> Compare:
    panel = Compare(state_of({"devops": SHORT}), pools=Bench(), replications=3)
    panel.do_ready()
    finish(panel)
    return panel


def finish(panel: Compare) -> None:
    assert isinstance(panel.pools, Bench)
    panel.pools.work()


def send(panel: Compare, **message: object) -> None:
    panel._receive(panel, message, [])
    finish(panel)


def test_a_guess_waits_for_a_slider_and_then_stands_beside_the_result(widget: Compare) -> None:
    scale = next(row["scale"] for row in widget.shown["cards"][0]["rows"] if row["kpi"] == "lead_time")
    send(widget, do="predict", scenario="devops", kpi="lead_time", guess=5)
    assert widget.guesses["rows"][0]["comparison"] == "no result yet"
    send(widget, do="set", name="team.developers", value=3)
    record = widget.predictions.iloc[0]
    card = widget.shown["cards"][0]["rows"][0]
    assert record["guess"] == 5 * scale
    assert record["replications"] == 3
    assert record["change"].startswith("Developers: 8")
    assert widget.guesses["rows"][0]["result"].startswith(card["value"].split()[0])


def test_a_later_guess_ends_the_earlier_one(widget: Compare) -> None:
    send(widget, do="predict", scenario="devops", kpi="cycle_time", guess=10)
    send(widget, do="set", name="team.developers", value=3)
    first = widget.predictions["estimate"][0]
    send(widget, do="predict", scenario="devops", kpi="cycle_time", guess=20)
    send(widget, do="set", name="team.developers", value=12)
    assert widget.predictions["estimate"][0] == first
    assert widget.predictions["estimate"][1] != first
    assert list(widget.predictions["change"].str.split(" ").str[-1]) == ["3", "12"]


def test_the_csv_holds_the_records(widget: Compare) -> None:
    send(widget, do="predict", scenario="devops", kpi="cycle_time", guess=10)
    send(widget, do="set", name="team.developers", value=3)
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(widget.guesses["csv"])), widget.predictions)


def test_a_guess_about_what_no_card_shows_is_refused(widget: Compare) -> None:
    send(widget, do="predict", scenario="devops", kpi="mtbf", guess=1)
    assert "kpi='mtbf' (KPI of the guess) is on no card of devops" in widget.note
    assert widget.predictions.empty
