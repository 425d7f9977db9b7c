"""The presets, at their defaults, land where the field's data lies; docs/calibration.md shows what came out.

One test, because it is one experiment: thirty replications of three years of each preset.
"""

import pandas as pd
from validation.pages import shown

from devopssim.cli.levels import as_markdown
from devopssim.experiment import DoraBenchmark, Experiment, Outcome, Result, compare_with_dora
from devopssim.experiment.dora_benchmark import TARGETS
from devopssim.scenario import AGILE, DEVOPS, WATERFALL, parameters


def test_the_presets_land_where_the_field_lies_and_the_page_shows_how_well() -> None:
    found = compare_with_dora(progress=False)
    outside = found.table[~found.table["inside"]]
    assert outside.empty, f"\n{outside.to_string()}"
    assert found.ordered, f"\n{found.between.to_string()}"
    assert as_markdown(found) == shown("calibration"), "run `python tests/validation/pages.py`"


def by_hand(**changed: float) -> DoraBenchmark:
    """Two replications of each preset with round values in the middle of where they belong, a few of them changed."""
    values = {
        "waterfall": {"deployment_frequency": 0.1, "lead_time_for_changes": 2000, "mttr": 300, "change_failure_rate_planned": 0.5},
        "agile": {"deployment_frequency": 0.5, "lead_time_for_changes": 400, "mttr": 50, "change_failure_rate_planned": 0.2},
        "devops": {"deployment_frequency": 10, "lead_time_for_changes": 5, "mttr": 2, "change_failure_rate_planned": 0.05},
    }  # fmt: skip
    for name, value in changed.items():
        preset, kpi = name.split("_", maxsplit=1)
        values[preset][kpi] = value
    outcomes = {
        preset: [Outcome(values={kpi: value * nearly for kpi, value in row.items()} | {"failed_deployment_recovery_time": 1.0, "deployment_rework_rate": 0.1}) for nearly in (0.999, 1.001)]
        for preset, row in values.items()
    }  # fmt: skip
    return DoraBenchmark(
        result=Result.of(Experiment(scenarios={each.name: each for each in (WATERFALL, AGILE, DEVOPS)}), outcomes)
    )


def test_presets_in_the_middle_of_their_bands_hold() -> None:
    assert by_hand().holds
    assert len(by_hand().table) == len(TARGETS) == 11


def test_a_preset_outside_is_told_with_its_distance() -> None:
    """Devops restores in 30 hours on average; DORA's high level says within a day: 6 hours too long."""
    found = by_hand(devops_mttr=30)
    (row,) = found.table[~found.table["inside"]].to_dict("records")
    assert (row["scenario"], row["kpi"], row["from"], row["to"]) == ("devops", "mttr", 0, 24)
    assert round(row["distance"], 6) == 6
    assert not found.holds
    assert "6 h (outside)" in as_markdown(found)
    assert "outside" not in as_markdown(by_hand())


def test_a_preset_below_its_band_is_outside_by_what_it_lacks() -> None:
    found = by_hand(devops_deployment_frequency=0.75)
    (row,) = found.table[~found.table["inside"]].to_dict("records")
    assert (row["kpi"], row["from"]) == ("deployment_frequency", 1)
    assert round(row["distance"], 6) == 0.25


def test_an_interval_that_reaches_over_the_edge_is_outside_though_its_middle_is_not() -> None:
    found = by_hand(devops_mttr=23.99)
    (row,) = found.table[~found.table["inside"]].to_dict("records")
    assert row["distance"] == 0


def test_agile_that_fails_as_often_as_waterfall_is_not_between() -> None:
    found = by_hand(agile_change_failure_rate_planned=0.5)
    assert found.table["inside"].all()
    assert not found.ordered
    assert not found.holds


def test_the_levels_of_every_year_are_named_metric_by_metric() -> None:
    table = by_hand().levels.set_index(["scenario", "metric"])
    assert table.loc[("waterfall", "lead_time_for_changes"), "2019"] == "low"
    assert table.loc[("waterfall", "change_failure_rate"), "2021"] == "low"
    assert pd.notna(table).all(axis=None)


def test_no_parameter_is_tuned_without_saying_against_what() -> None:
    tuned = [parameter for parameter in parameters().values() if parameter.tuned]
    assert tuned
    assert all(parameter.source for parameter in tuned)


def test_the_metrics_of_2025_are_shown_with_what_the_report_says_of_them() -> None:
    found = by_hand()
    newest = found.newest_metrics
    assert newest.groupby("scenario").size().to_dict() == dict.fromkeys(("waterfall", "agile", "devops"), 5)
    assert newest.query("metric == 'deployment_rework_rate'")["estimate"].round(3).tolist() == [0.1] * 3
    assert "has no levels" in as_markdown(found)
    assert "23.9 % less often than once a month" in as_markdown(found)
