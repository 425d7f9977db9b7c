"""The presets, at their defaults, land where the field's data lies: DORA's clusters of 2019, and what the chapter says.

Thirty replications of three years. The bands stand here and in `devopssim.kpis.levels`; nothing in the model knows of them.
`python tests/validation/calibration.py` prints the table of the documentation.
"""

from functools import cache
from typing import Final, NamedTuple

import pytest

from devopssim.experiment import Result, compare
from devopssim.scenario import AGILE, DEVOPS, WATERFALL

DAY: Final = 24.0
WEEK: Final = 7 * DAY
MONTH: Final = 730.0
NO_LIMIT: Final = float("inf")


class Band(NamedTuple):
    """Where a KPI of a preset has to lie, and who says so."""

    low: float
    high: float
    said_by: str


LOW, MEDIUM, HIGH = "DORA 2019, low", "DORA 2019, medium", "DORA 2019, high or elite"
BANDS: Final[dict[tuple[str, str], Band]] = {
    ("waterfall", "deployment_frequency"): Band(WEEK / (6 * MONTH), WEEK / MONTH, LOW),
    ("waterfall", "lead_time_for_changes"): Band(MONTH, 6 * MONTH, LOW),
    ("waterfall", "mttr"): Band(WEEK, MONTH, LOW),
    ("waterfall", "change_failure_rate"): Band(0.40, 0.65, "DORA 2018 and 2019, low (46 to 60 %), 2023 (64 %)"),
    ("agile", "deployment_frequency"): Band(WEEK / MONTH, 1, MEDIUM),
    ("agile", "lead_time_for_changes"): Band(WEEK, MONTH, MEDIUM),
    ("agile", "mttr"): Band(0, WEEK, "DORA, medium: under a day in 2018 and 2019, a day to a week in 2021 and 2023"),
    ("devops", "deployment_frequency"): Band(1, NO_LIMIT, HIGH),
    ("devops", "lead_time_for_changes"): Band(0, WEEK, HIGH),
    ("devops", "mttr"): Band(0, DAY, HIGH),
    ("devops", "change_failure_rate"): Band(0, 0.15, "DORA 2019, elite, high and medium"),
}


@cache
def thirty_replications() -> Result:
    presets = {scenario.name: scenario for scenario in (WATERFALL, AGILE, DEVOPS)}
    return compare(presets, 30, kpis=tuple(dict.fromkeys(kpi for _, kpi in BANDS)), progress=False)


def interval(scenario: str, kpi: str) -> tuple[float, float, float]:
    """Estimate, low, high."""
    table = thirty_replications().estimates
    row = table[(table["scenario"] == scenario) & (table["kpi"] == kpi)]
    estimate, low, high = row[["estimate", "low", "high"]].to_numpy()[0].tolist()
    return estimate, low, high


@pytest.mark.parametrize(("scenario", "kpi"), BANDS, ids=" ".join)
def test_a_preset_lands_where_the_field_lies(scenario: str, kpi: str) -> None:
    band = BANDS[scenario, kpi]
    _, low, high = interval(scenario, kpi)
    assert band.low < low
    assert high <= band.high


def test_agile_fails_less_often_than_waterfall_and_more_often_than_devops() -> None:
    rates = [interval(scenario, "change_failure_rate") for scenario in ("devops", "agile", "waterfall")]
    assert rates[0][2] < rates[1][1]
    assert rates[1][2] < rates[2][1]
