"""Figures of a comparison show the numbers of its result."""

from devopssim import plots
from devopssim.experiment import Result


def test_comparisons_show_the_numbers_of_the_result(result: Result) -> None:
    figure = plots.comparisons(result, ["lead_time", "wip"])
    assert set(plots.describe(figure).table["kpi"]) == {"lead_time", "wip"}
    shown = plots.describe(plots.comparison(result, "wip")).table.set_index("scenario")["estimate"]
    expected = result.estimates.query("kpi == 'wip'").set_index("scenario")["estimate"]
    assert shown.to_dict() == expected.to_dict()
