"""As many defects come and escape as the formulas promise."""

import pytest
from calm_runs import FINISHED, FLAWLESS, all_closed, assert_mean, logs

from devopssim.events import details
from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario, vary
from devopssim.simulation.expectations import defects_of_change, escape_share, reviewed_share
from devopssim.simulation.expectations.defects import escapes_of_rounds

SEVERE = {
    "quality.severe_share": 1.0,
    "quality.defects_per_change": 1.0,
    "quality.regression_rounds": 2,
    "quality.exit_criterion": 10000,
}


@pytest.mark.parametrize(
    "scenario",
    [
        vary(WATERFALL, {"process.project_weeks": 2}),
        vary(AGILE, {"practices.testing": 0.5, "practices.monitoring": 0.5}),
        DEVOPS,
    ],
    ids=lambda scenario: scenario.name,
)
@pytest.mark.parametrize("bad_fix_share", [0.0, 0.4])
def test_escape_share(scenario: Scenario, bad_fix_share: float) -> None:
    """Defects that fixes bring escape too; they are compared with those that coding brings."""
    severe = vary(scenario, FINISHED | SEVERE | {"quality.bad_fix_share": bad_fix_share})
    shares = []
    for log in logs(severe):
        assert all_closed(log)
        defects = log[log["kind"] == "defect.injected"]
        injected = int((~details(defects, "defect").str.endswith("b")).sum())
        assert injected > 200
        failures = log[log["kind"] == "service.failed"]
        shares.append(int((details(failures, "cause") == "defect").sum()) / injected)
    assert_mean(shares, escape_share(severe), width=0.4)


@pytest.mark.parametrize("finds", [0.3, 0.8])
def test_escapes_of_rounds_without_bad_fixes_are_what_all_rounds_miss(finds: float) -> None:
    for rounds in (1, 3, 6):
        missed = (1 - finds) ** rounds
        assert escapes_of_rounds(finds, rounds, 0.0) == pytest.approx(missed)
        assert escapes_of_rounds(finds, rounds, 0.3) > missed


@pytest.mark.parametrize(("change_effort", "exponent"), [(8.0, 0.5), (24.0, 0.5), (8.0, 1.0)])
def test_defects_of_change(change_effort: float, exponent: float) -> None:
    drawn = vary(
        DEVOPS,
        FINISHED | {"demand.change_effort": change_effort, "quality.defect_size_exponent": exponent, "years": 3.0},
    )
    means = []
    for log in logs(drawn):
        assert all_closed(log)
        planned = log["change"].str.fullmatch(r"C\d+").eq(True)
        defects = int((planned & (log["kind"] == "defect.injected")).sum())
        means.append(defects / int((planned & (log["kind"] == "change.created")).sum()))
    assert_mean(means, defects_of_change(drawn))


@pytest.mark.parametrize(
    "parameters",
    [
        {"quality.unreviewed_share": 0.3, "quality.pairing": 0.0},
        {"quality.unreviewed_share": 0.2, "quality.pairing": 0.5, "practices.collaboration": 0.6},
    ],
)
def test_reviewed_share(parameters: dict[str, float]) -> None:
    partly = vary(DEVOPS, FINISHED | FLAWLESS | parameters)
    shares = []
    for log in logs(partly):
        assert all_closed(log)
        reading = log[(log["kind"] == "stage.finished") & (details(log, "task") == "review")]
        planned = log.loc[log["kind"] == "change.merged", "change"]
        shares.append(reading["change"].nunique() / planned.nunique())
    assert_mean(shares, reviewed_share(partly))
