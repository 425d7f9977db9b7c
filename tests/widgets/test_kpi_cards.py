"""Cards show estimates, intervals and paired differences."""

import pytest
from widget_bench import BASELINE, SHORT

from devopssim import compare
from devopssim.experiment import Result
from devopssim.widgets.kpi_cards import kpi_cards


def test_a_card_shows_the_estimate_its_interval_and_the_paired_change(result: Result) -> None:
    (card,) = kpi_cards(result, ["lead_time", "throughput"], {"devops": BASELINE})
    assert card["scenario"] == "devops"
    row = card["rows"][0]
    estimate = result.estimates.set_index(["scenario", "kpi"])["estimate"]["devops", "lead_time"]
    assert float(row["value"].split()[0]) == pytest.approx(estimate / 24, rel=0.01)
    with_interval = result.estimates.query("scenario == 'devops'").set_index("kpi")["low"].notna()
    shown = {kpi: " to " in row["interval"] for kpi, row in zip(("lead_time", "throughput"), card["rows"], strict=True)}
    assert shown == with_interval[list(shown)].to_dict()
    assert any(shown.values())
    change = result.differences.set_index("kpi").loc["lead_time"]
    assert row["change"].startswith("+" if change["difference"] > 0 else "\N{MINUS SIGN}")
    assert row["verdict"] in ("worse", "unclear")


def test_a_preview_has_no_verdict(result: Result) -> None:
    (card,) = kpi_cards(result, ["lead_time"], {"devops": BASELINE}, preview=True)
    assert card["rows"][0]["verdict_text"] == "preview"
    assert card["rows"][0]["verdict"] == "unclear"


def test_an_unchanged_kpi_is_marked() -> None:
    same = compare({BASELINE: SHORT, "devops": SHORT}, 2, kpis=("lead_time",), progress=False)
    (card,) = kpi_cards(same, ["lead_time"], {"devops": BASELINE})
    assert card["rows"][0]["change"] == "no change"
