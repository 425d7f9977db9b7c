"""DORA's levels, each metric for itself."""

import json
import math

import pandas as pd
import pytest
from logs import log_of

from devopssim import cli, kpis
from devopssim.errors import InvalidInputError
from devopssim.kpis import levels

YEARS = (2018, 2019, 2021, 2023, 2024)


def table(*, per_week: float, lead: float, failing: float, recovery: float) -> pd.DataFrame:
    made = kpis.table(log_of())
    for name, column, number in (
        ("deployment_frequency", "value", per_week),
        ("lead_time_for_changes", "median", lead),
        ("change_failure_rate", "value", failing),
        ("mttr", "median", recovery),
        ("failed_deployment_recovery_time", "median", recovery),
    ):
        made.loc[name, column] = number
    return made


@pytest.mark.parametrize("year", YEARS)
def test_the_shares_of_a_years_levels_are_those_of_all_teams(year: int) -> None:
    shares = [cluster.share for cluster in levels.clusters(year)]
    assert sum(shares) == pytest.approx(1, abs=0.08)  # 2018 gives two groups that overlap
    assert [cluster.level for cluster in levels.clusters(year)] == list(levels.ORDER)


@pytest.mark.parametrize("year", YEARS)
def test_a_team_in_the_middle_of_each_of_elites_bands_is_elite_in_all(year: int) -> None:
    found = levels.classify(table(per_week=20, lead=0.5, failing=0.05, recovery=0.5), year=year)
    assert found["level"].tolist() == ["elite"] * 4
    assert found.attrs["agree"]


def test_metrics_that_disagree_are_shown_so() -> None:
    found = levels.classify(table(per_week=20, lead=1000, failing=0.2, recovery=10), year=2019)
    assert found["level"].to_dict() == {
        "deployment_frequency": "elite",
        "lead_time_for_changes": "low",
        "change_failure_rate": "medium",
        "mttr": "high",
    }
    assert not found.attrs["agree"]


def test_bands_that_overlap_give_every_level_that_holds_the_value() -> None:
    found = levels.classify(table(per_week=0.5, lead=300, failing=0.1, recovery=10), year=2018)
    assert found["levels"].to_dict() == {
        "deployment_frequency": "medium, low",
        "lead_time_for_changes": "medium",
        "change_failure_rate": "elite, high, medium",
        "mttr": "high, medium",
    }
    assert found.attrs["agree"]


def test_a_value_between_bands_belongs_to_the_nearest_and_that_is_said() -> None:
    found = levels.classify(table(per_week=20, lead=0.5, failing=0.4, recovery=0.5), year=2018)
    row = found.loc["change_failure_rate"]
    assert (row["level"], bool(row["inside"]), row["band"]) == ("low", False, "46-60%")


@pytest.mark.parametrize(("hours", "nearest"), [(2 * 24, "medium"), (3.5 * 24, "low")])
def test_a_time_between_bands_belongs_to_the_one_that_is_nearest_by_ratio(hours: float, nearest: str) -> None:
    """In 2018 the bands of recovery end at 1 day and go on at 7: the middle by ratio is 2.6 days, by difference 4."""
    found = levels.classify(table(per_week=20, lead=0.5, failing=0.1, recovery=hours), year=2018)
    assert not found.loc["mttr", "inside"]
    assert found.loc["mttr", "level"] == nearest


@pytest.mark.parametrize(("per_week", "nearest"), [(3, "elite"), (2.5, "high")])
def test_a_frequency_between_bands_belongs_to_the_one_that_is_nearest_by_ratio(per_week: float, nearest: str) -> None:
    """In 2021 high ends at once a week and elite begins above 7: the middle by ratio is 2.65, by difference 4."""
    found = levels.classify(table(per_week=per_week, lead=0.5, failing=0.05, recovery=0.5), year=2021)
    assert not found.loc["deployment_frequency", "inside"]
    assert found.loc["deployment_frequency", "level"] == nearest


def test_a_share_between_bands_belongs_to_the_one_that_is_nearest_by_difference() -> None:
    """28 % is 13 points above 15 % and 18 below 46 %; by ratio, 46 % were nearer."""
    found = levels.classify(table(per_week=20, lead=0.5, failing=0.28, recovery=0.5), year=2018)
    assert found.loc["change_failure_rate", "levels"] == "medium"


def test_a_value_outside_a_band_that_levels_share_belongs_to_the_level_on_its_side() -> None:
    """In 2018 elite, high and medium share 0 to 15 %, high and medium a recovery below a day, medium and low a deployment a month."""
    found = levels.classify(table(per_week=0.1, lead=0.5, failing=0.2, recovery=30), year=2018)
    assert found.loc[["deployment_frequency", "change_failure_rate", "mttr"], "level"].tolist() == [
        "low",
        "medium",
        "medium",
    ]


def test_a_team_that_never_deploys_or_needs_no_time_is_placed() -> None:
    found = levels.classify(table(per_week=0, lead=0, failing=0, recovery=0), year=2018)
    assert found["level"].tolist() == ["low", "elite", "elite", "elite"]
    assert found["inside"].tolist() == [False, True, True, True]


def test_medium_fails_less_often_than_high_in_2024_as_the_report_has_it() -> None:
    found = levels.classify(table(per_week=3, lead=100, failing=0.11, recovery=3), year=2024)
    assert found.loc["change_failure_rate", "level"] == "medium"
    assert found.loc["deployment_frequency", "level"] == "high"


def test_the_time_to_restore_is_that_of_failed_deployments_since_2023() -> None:
    made = table(per_week=3, lead=100, failing=0.11, recovery=3)
    assert "mttr" in levels.classify(made, year=2021).index
    assert "failed_deployment_recovery_time" in levels.classify(made, year=2023).index


def test_a_metric_with_nothing_to_count_has_no_level_and_does_not_disagree() -> None:
    found = levels.classify(table(per_week=20, lead=0.5, failing=math.nan, recovery=0.5), year=2024)
    assert found["level"].isna().to_dict()["change_failure_rate"]
    assert found.attrs["agree"]


def test_an_empty_log_agrees_with_nothing() -> None:
    found = levels.classify(kpis.table(log_of()), year=2024)
    assert found["level"].isna().all()
    assert not found.attrs["agree"]


@pytest.mark.parametrize(
    ("per_week", "words"),
    [
        (7.1, "on demand"),
        (7, "daily to weekly"),
        (1, "daily to weekly"),
        (0.5, "weekly to monthly"),
        (0.1, "monthly to every 6 months"),
        (0.01, "rarer than every 6 months"),
        (0, "rarer than every 6 months"),
    ],
)
def test_how_often_in_doras_words(per_week: float, words: str) -> None:
    assert levels.frequency_band(per_week) == words


@pytest.mark.parametrize("per_week", [-1, math.nan])
def test_a_frequency_below_nothing_is_refused(per_week: float) -> None:
    with pytest.raises(InvalidInputError, match="must be 0 or more"):
        levels.frequency_band(per_week)


def test_a_year_without_levels_is_refused_with_the_years_that_have_them() -> None:
    with pytest.raises(InvalidInputError, match="must be one of 2018, 2019, 2021, 2023, 2024; 2025 has no levels"):
        levels.clusters(2025)
    with pytest.raises(InvalidInputError, match=r"year=2020 .* must be one of 2018"):
        levels.classify(kpis.table(log_of()), year=2020)


def test_the_report_of_2025_has_five_metrics_and_no_levels() -> None:
    made = table(per_week=3, lead=100, failing=0.11, recovery=3)
    made.loc["deployment_rework_rate", "value"] = 0.07
    found = levels.classify(made, year=2025)
    assert found["value"].to_dict() == {
        "deployment_frequency": 3,
        "lead_time_for_changes": 100,
        "change_failure_rate": 0.11,
        "failed_deployment_recovery_time": 3,
        "deployment_rework_rate": 0.07,
    }
    assert found[["level", "levels", "band"]].isna().all(axis=None)
    assert not found["inside"].any()
    assert not found.attrs["agree"]
    assert "has no levels" in found.attrs["note"]


def test_what_is_not_published_is_said() -> None:
    for year, report in levels.REPORTS_WITHOUT_LEVELS.items():
        assert year not in levels.DORA_CLUSTERS
        assert tuple(report.published) == levels.FIVE_METRICS
        assert levels.NOT_FOUND in report.published.values()


def test_a_table_without_the_metrics_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"lacks the KPI deployment_frequency.*kpis\.table\(log\)"):
        levels.classify(kpis.table(log_of(), ["wip"]), year=2024)


def test_every_level_names_its_source_and_how_sure_we_are() -> None:
    for year in YEARS:
        for cluster in levels.clusters(year):
            assert str(year) in cluster.source
            assert cluster.grade == ("P" if year <= 2021 else "S")


def test_levels_as_json_have_null_where_a_band_has_no_end(capsys: pytest.CaptureFixture[str]) -> None:
    """So short a run is no answer to the question; the table is there all the same, in JSON that every program reads."""
    asked = ["levels", "--years", "0.1", "--replications", "1", "--workers", "1", "--json"]
    assert cli.main(asked) == cli.CHECK_FAILED
    rows = json.loads(capsys.readouterr().out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert [(row["scenario"], row["kpi"]) for row in rows if row["to"] is None] == [("devops", "deployment_frequency")]
    assert {row["scenario"] for row in rows} == {"waterfall", "agile", "devops"}


@pytest.mark.parametrize(
    ("year", "level", "per_week", "hours", "words"),
    [
        (2018, "high", (7, 168), (24, 168), "0-15%"),
        (2018, "low", (168 / 730, 1), (730, 4380), "46-60%"),
        (2019, "high", (1, 7), (24, 168), "0-15%"),
        (2019, "low", (168 / 4380, 168 / 730), (730, 4380), "46-60%"),
        (2021, "low", (0, 168 / 4380), (4380, math.inf), "16-30%"),
        (2023, "medium", (168 / 730, 1), (168, 730), "15%"),
        (2023, "low", (168 / 730, 1), (168, 730), "64%"),
        (2024, "elite", (7, math.inf), (0, 24), "5%"),
    ],
)
def test_the_bands_are_those_that_the_report_prints(
    year: int, level: str, per_week: levels.Band, hours: levels.Band, words: str
) -> None:
    [cluster] = [it for it in levels.clusters(year) if it.level == level]
    assert cluster.band("deployment_frequency") == per_week
    assert cluster.band("lead_time_for_changes") == hours
    assert cluster.band_text("change_failure_rate") == words
    assert cluster.band_text("lead_time_for_changes") == cluster.lead_time_for_changes


def test_the_change_failure_rates_since_2023_are_one_number_a_level() -> None:
    rates = {year: [cluster.change_failure_rate for cluster in levels.clusters(year)] for year in (2023, 2024)}
    assert rates == {
        2023: [(0.05, 0.05), (0.10, 0.10), (0.15, 0.15), (0.64, 0.64)],
        2024: [(0.05, 0.05), (0.20, 0.20), (0.10, 0.10), (0.40, 0.40)],
    }
