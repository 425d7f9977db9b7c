"""Cards show estimates, intervals and paired differences."""

import pytest
from widget_bench import BASELINE, SHORT, SMALLER

from devopssim import AGILE, compare, vary
from devopssim.experiment import Experiment, Outcome, Result
from devopssim.widgets.kpi_cards import kpi_cards
from devopssim.wording import duration


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


def test_one_replication_has_no_verdict() -> None:
    one = compare({BASELINE: SHORT, "devops": SMALLER}, 1, kpis=("lead_time",), progress=False)
    (card,) = kpi_cards(one, ["lead_time"], {"devops": BASELINE})
    assert card["replications"] == "1 replication"
    assert card["rows"][0]["verdict"] == "unclear"
    assert card["rows"][0]["interval"] == ""


def test_a_missing_interval_has_its_reason(result: Result) -> None:
    reasons = result.estimates.query("scenario == 'devops' and estimate.notna()").set_index("kpi")["reason"]
    (card,) = kpi_cards(result, list(reasons.index), {"devops": BASELINE})
    rows = {row["kpi"]: row for row in card["rows"]}
    assert {kpi: rows[kpi]["reason"] for kpi in reasons.index} == reasons.to_dict()
    assert any(reasons), "an example without an interval"
    assert {rows[kpi]["interval"] for kpi, reason in reasons.items() if reason} == {"no interval"}


def test_a_kpi_has_one_unit_on_all_cards() -> None:
    slow = vary(AGILE, {"years": 0.5})
    both = compare({"agile": slow, "devops": SHORT}, 2, kpis=("lead_time_for_changes",), progress=False)
    values = [card["rows"][0]["value"] for card in kpi_cards(both, ["lead_time_for_changes"])]
    assert len({value.split()[1] for value in values}) == 1
    assert len({duration(hours).split()[1] for hours in both.estimates["estimate"]}) == 2, "alone they would differ"


def test_an_interval_that_was_clipped_says_so() -> None:
    experiment = Experiment(scenarios={"devops": SHORT}, kpis=("wip", "throughput"), replications=3)
    outcomes = [Outcome(values={"wip": wip, "throughput": 4 + wip / 10}) for wip in (0.0, 0.1, 5.0)]
    rows = kpi_cards(Result.of(experiment, {"devops": outcomes}), ["wip", "throughput"])[0]["rows"]
    assert [row["interval"].endswith(", clipped at 0") for row in rows] == [True, False]


def test_an_unchanged_kpi_is_marked() -> None:
    same = compare({BASELINE: SHORT, "devops": SHORT}, 2, kpis=("lead_time",), progress=False)
    (card,) = kpi_cards(same, ["lead_time"], {"devops": BASELINE})
    assert card["rows"][0]["change"] == "no change"
