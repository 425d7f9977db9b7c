"""Figures: what they say in words is what the log holds, in any theme, and nothing is left open behind them."""

from collections.abc import Callable, Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from logs import (
    closed,
    committed,
    deployed,
    detected,
    done,
    failed,
    fixed,
    log_of,
    patched,
    reported,
    requested,
    resolved,
    started,
    weakness,
    worked,
)
from matplotlib.axes import Axes
from matplotlib.text import Text

from devopssim import DEVOPS, compare, kpis, plots, vary
from devopssim.errors import InvalidInputError
from devopssim.experiment import Result, sweep
from devopssim.plots.canvas import apart
from devopssim.plots.theme import INKS, SCENARIO_COLOURS, STAGE_COLOURS, Theme, contrast


@pytest.fixture(autouse=True)
def figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def log() -> pd.DataFrame:
    """Two items: W1 travels from hour 0 to 10 and is worked on for 4 hours; W2 waits. D1 fails at 12, for 3 hours."""
    return log_of(
        [requested("W1", at=0), started("W1", at=2), done("W1", at=6), closed("W1", at=10), requested("W2", at=5)],
        [committed("C1", at=4, item="W1"), deployed("C1", "D1", at=10)],
        worked("code", start=2, end=4, item="W1", change="C1", role="developer"),
        worked("test", start=4, end=6, item="W1", role="tester"),
        [failed("D1", at=12), detected("I1", at=13), resolved("I1", at=15)],
        [weakness("V1", at=4, change="C1"), reported("V1", at=8), fixed("V1", at=14), patched("V1", "D1", at=16)],
        horizon=20,
    )


@pytest.fixture(scope="module")
def result() -> Result:
    short = vary(DEVOPS, {"years": 0.1})
    few = {"devops": short, "fewer people": vary(short, {"team.developers": 3})}
    return compare(few, 3, curves=("wip", "lead_time"), progress=False)


OF_A_LOG = (
    plots.cumulative_flow,
    plots.cycle_time_scatter,
    plots.lead_time_distribution,
    plots.work_in_progress,
    plots.ageing_work,
    plots.deployments,
    plots.incident_anatomy,
    plots.item_path,
    plots.vulnerabilities,
    plots.time_to_fix,
    plots.detection_funnel,
)


@pytest.mark.parametrize("draw", OF_A_LOG)
def test_a_figure_is_drawn_on_the_axes_it_is_given(draw: Callable[..., Axes], log: pd.DataFrame) -> None:
    _, ax = plt.subplots()
    assert draw(log, ax=ax) is ax
    assert len(plt.get_fignums()) == 1
    assert len(plots.alt_text(ax)) > 20
    assert len(plots.describe(ax).table)


@pytest.mark.parametrize("draw", OF_A_LOG)
def test_an_empty_log_gives_words_instead_of_a_crash(draw: Callable[..., Axes]) -> None:
    ax = draw(log_of(horizon=100))
    ax.get_figure().canvas.draw()  # type: ignore[union-attr] # a figure is there: it was just made
    assert any(text.get_text() for text in ax.findobj(Text))
    assert plots.alt_text(ax)


@pytest.mark.parametrize("draw", OF_A_LOG)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_read_on_the_page_of_each_theme(draw: Callable[..., Axes], theme: Theme, log: pd.DataFrame) -> None:
    paper, ink, faint = INKS[theme]
    assert contrast(paper, ink) >= 7
    assert contrast(paper, faint) >= 4.5
    with plots.style(theme):
        ax = draw(log)
    assert ax.title.get_color() == ink or ax.get_title(loc="left")


@pytest.mark.parametrize("colour", sorted({*SCENARIO_COLOURS.values(), *STAGE_COLOURS.values()}))
def test_data_keeps_three_to_one_on_white_and_on_black_pages(colour: str) -> None:
    assert min(contrast(colour, paper) for paper, *_ in INKS.values()) >= 3


def test_the_cumulative_flow_says_how_much_is_in_each_step(log: pd.DataFrame) -> None:
    said = plots.alt_text(plots.cumulative_flow(log))
    assert "2 items requested, 1 available to users" in said
    assert "1 wait to be begun" in said


def test_a_text_to_be_printed_breaks_between_words(log: pd.DataFrame) -> None:
    shown = plots.cumulative_flow(log)
    lines = plots.alt_text(shown, width=40).splitlines()
    assert max(map(len, lines)) <= 40
    assert " ".join(lines) == plots.alt_text(shown)


def test_the_item_path_shows_three_clocks(log: pd.DataFrame) -> None:
    said = plots.alt_text(plots.item_path(log, "W1"))
    assert "lead time 10 hours; cycle time 4 hours; lead time for changes 6 hours" in said
    assert "40 %" in said


def test_an_item_that_is_not_finished_has_no_path(log: pd.DataFrame) -> None:
    with pytest.raises(InvalidInputError, match="'W2' was not requested and finished"):
        plots.item_path(log, "W2")


def test_the_anatomy_of_an_incident_gives_the_means_of_the_log(log: pd.DataFrame) -> None:
    table = plots.describe(plots.incident_anatomy(log)).table
    assert table.loc["MTTD", "mean (h)"] == 1
    assert table.loc["MTTR", "mean (h)"] == 3


def test_one_weakness_goes_through_the_funnel(log: pd.DataFrame) -> None:
    table = plots.describe(plots.detection_funnel(log)).table.set_index("step")["count"]
    assert table.to_dict() == {
        "came into the product": 1,
        "found": 1,
        "before deployment": 1,
        "repaired": 1,
        "successful attacks": 0,
        "false alarms": 0,
    }


def test_comparisons_show_the_numbers_of_the_result(result: Result) -> None:
    figure = plots.comparisons(result, ["lead_time", "wip"])
    assert set(plots.describe(figure).table["kpi"]) == {"lead_time", "wip"}
    shown = plots.describe(plots.comparison(result, "wip")).table.set_index("scenario")["estimate"]
    expected = result.estimates.query("kpi == 'wip'").set_index("scenario")["estimate"]
    assert shown.to_dict() == expected.to_dict()


def test_curves_levels_and_differences_of_a_result_are_told(result: Result) -> None:
    for shown in (plots.kpi_curves(result), plots.dora_levels(result), plots.differences(result, "wip")):
        assert "fewer people" in plots.alt_text(shown)


def test_levels_of_one_log_are_drawn_from_its_table(log: pd.DataFrame) -> None:
    assert "DORA's levels of 2019" in plots.alt_text(plots.dora_levels(kpis.table(log)))


def test_a_sweep_of_one_parameter_is_a_curve_and_of_two_a_map() -> None:
    short = vary(DEVOPS, {"years": 0.05})
    one = sweep(short, {"process.wip_limit": [2, 14]}, 2, kpis=["wip"], progress=False)
    two = sweep(short, {"process.wip_limit": [2, 14], "practices.testing": [0, 1]}, 2, kpis=["wip"], progress=False)
    assert "process.wip_limit" in plots.alt_text(plots.sweep_curve(one, "wip"))
    assert "practices.testing" in plots.alt_text(plots.sweep_map(two, "wip"))
    with pytest.raises(InvalidInputError, match="sweep_map"):
        plots.sweep_curve(two, "wip")


@pytest.mark.parametrize("name", ["waterfall", "agile", "devops"])
def test_each_workflow_is_drawn_with_its_phases(name: str) -> None:
    ax = plots.workflow(name)
    words = " ".join(text.get_text() for text in ax.texts)
    phases = plots.describe(ax).table["phase"].tolist()
    assert phases
    assert [phase for phase in phases if phase not in words] == []


def test_the_loop_and_the_seven_cs_name_all_seven() -> None:
    assert len(plots.describe(plots.devops_loop()).table) == 7
    assert len(plots.describe(plots.seven_cs()).table) == 7


def test_the_loop_of_devsecops_says_what_security_does_in_each_phase() -> None:
    plain, secure = (plots.describe(plots.devops_loop(security=each)).table for each in (False, True))
    assert plain["phase"].tolist() == secure["phase"].tolist()
    assert secure["what security does"].all()


def test_labels_that_are_too_near_share_the_push() -> None:
    assert apart([0.5, 0.5], 0.2) == pytest.approx([0.4, 0.6])
    assert apart([0.1, 0.9], 0.2) == [0.1, 0.9]


def test_a_figure_of_somebody_else_has_no_text() -> None:
    _, ax = plt.subplots()
    with pytest.raises(InvalidInputError, match=r"not drawn by devopssim\.plots"):
        plots.describe(ax)


def test_a_theme_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="light, dark"), plots.style("blue"):  # type: ignore[arg-type] # the mistake
        pass


def test_ticks_of_a_linear_axis_of_time_are_whole_units() -> None:
    pair = {"devops": vary(DEVOPS, {"years": 0.1}), "again": vary(DEVOPS, {"years": 0.1})}
    ax = plots.comparison(compare(pair, 2, kpis=("cycle_time",), progress=False), "cycle_time")
    ax.get_figure().canvas.draw()  # type: ignore[union-attr] # a figure is there: it was just made
    words = [label.get_text() for label in ax.get_xticklabels()]
    assert len(words) > 2
    assert all(len(word) <= 4 for word in words), words


def test_shares_are_written_alike_on_axes_and_in_words(log: pd.DataFrame) -> None:
    ax = plots.kpi_curve(log, "change_failure_rate", window="10h", step="1h")
    ax.get_figure().canvas.draw()  # type: ignore[union-attr] # a figure is there: it was just made
    assert "100 %" in [label.get_text() for label in ax.get_yticklabels()]


def test_one_of_a_thing_is_not_told_as_many(log: pd.DataFrame) -> None:
    assert "1 deployment, 1 of them failed; 1 incident, open for 3 hours" in plots.alt_text(plots.deployments(log))
