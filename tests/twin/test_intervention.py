"""What would be if: the answer in days, money and hours of work."""

from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from devopssim.errors import InvalidInputError
from devopssim.scenario import AGILE, WATERFALL, vary
from devopssim.twin import Twin, effect_of, what_if
from devopssim.twin.twin import ASKED

SMALL: Final = vary(AGILE, {"years": 0.7})
QUIET: Final = {"security.disclosures_per_year": 0, "production.infrastructure_mttf": 1_000_000}
"""Settings with which nothing but releases reaches production."""


def test_what_if_says_it_in_days_and_money() -> None:
    found = what_if(SMALL, changes={"process.approval": 500}, cost_per_hour=1000, replications=4, progress=False)
    lead = found.table.set_index("kpi").loc["lead_time"]
    assert lead["low"] > 0  # waiting for an approval makes it later, beyond chance
    said = found.sentence()
    assert said.startswith("If we change process.approval from 16 to 500, a request is with its users ")
    assert f"{lead['difference'] / 24:.3g} days later" in said
    assert "4 replications" in said
    assert "\n" not in said


def test_money_is_hours_of_downtime_times_the_cost() -> None:
    found = what_if(
        SMALL,
        add={"developers": -2},
        changes={"production.infrastructure_mttf": 100},
        cost_per_hour=1000,
        replications=4,
    )
    values = found.result.values.query("kpi == 'availability'").pivot(
        index="replication", columns="scenario", values="value"
    )
    hours = float((values["as it is"] - values[found.change]).mean()) * 8760
    assert found.downtime.estimate == pytest.approx(hours)
    assert f"costs {1000 * hours:,.0f} a year" in found.sentence()
    assert found.change == "do without 2 developers and change production.infrastructure_mttf from 4380 to 100"
    assert "it saves 4,171 hours of work a year" in found.sentence()  # 2 people, 40 hours, 52.14 weeks


def test_before_and_after_are_of_an_organisation_in_the_midst_of_work() -> None:
    """A waterfall team releases nothing in its first months; in the second year it does, and the difference is after minus before."""
    waterfall = vary(WATERFALL, {"years": 0.5})
    found = what_if(waterfall, adopt_practices={"delivery": 1}, replications=4, progress=False)
    rows = found.table.set_index("kpi")
    assert rows.loc["lead_time", "replications"] == 4
    for _, row in rows.iterrows():
        assert row["after"] - row["before"] == pytest.approx(row["difference"], nan_ok=True)
        assert not row["low"] > row["difference"]
        assert not row["difference"] > row["high"]
    empty = what_if(waterfall, adopt_practices={"delivery": 1}, warm_up=0.0, replications=4, progress=False)
    assert empty.table.set_index("kpi").loc["lead_time", "replications"] == 0
    assert "4 replications of 0.5 years in the midst of work" in found.sentence()


def test_without_any_release_the_answer_is_one_line() -> None:
    nothing = vary(WATERFALL, {"years": 0.3, "process.project_weeks": 104, **QUIET})
    found = what_if(nothing, adopt_practices={"testing": 1}, cost_per_hour=100, replications=3, progress=False)
    assert found.sentence() == (
        "If we adopt continuous testing, there is nothing to compare: with the change and without it, nothing is released "
        "(3 replications of 0.3 years in the midst of work)."
    )
    assert found.table["kpi"].tolist() == list(ASKED)
    faster = what_if(nothing, changes={"process.project_weeks": 4}, replications=3, progress=False)
    assert "requests reach their users, after" in faster.sentence()
    assert "as it is, no request does" in faster.sentence()


def test_an_answer_from_a_log_without_requests_speaks_of_changes() -> None:
    """A repository shows when changes are made and released, and no request."""
    twin = Twin(scenario=vary(SMALL, {"years": 0.2}), structures={"devops": 1.0})
    answers = [
        what_if(replace(twin, unseen=unseen), adopt_practices={"testing": 1}, replications=3, progress=False)
        for unseen in ((), ("lead_time",), ("lead_time", "lead_time_for_changes"))
    ]
    assert ["change" in answer.sentence().split(";")[0].split(", ", 1)[1] for answer in answers] == [False, True, False]
    assert "no request" not in answers[1].sentence()


def test_what_no_replication_changes_stays_the_same() -> None:
    found = what_if(SMALL, changes={"security.rules_per_year": 3}, cost_per_hour=1, replications=3, progress=False)
    assert set(found.table["verdict"]) == {"same"}
    sentence = found.sentence()
    assert "the lead time stays the same (" in sentence
    assert "as many deployments fail as now (" in sentence
    assert "downtime stays the same, so no money is saved there" in sentence


def test_an_effect_that_is_equal_in_every_replication_is_clear() -> None:
    assert effect_of(np.array([0.1, 0.3 - 0.2, 0.1]), "higher").verdict == "better"
    assert effect_of(np.zeros(3), "higher").verdict == "same"
    assert effect_of(np.array([0.5]), "higher").verdict == "unclear"
    assert effect_of(np.array([np.nan]), "higher").verdict == "unclear"


def test_a_mean_that_distant_values_draw_out_of_the_interval_is_not_clear() -> None:
    effect = effect_of(np.array([1.0] * 50 + [2.0] * 48 + [-900.0] * 2), "higher")
    assert effect.estimate < 0 < effect.high
    assert effect.low == effect.estimate
    assert effect.verdict == "unclear"


def test_an_answer_counts_the_replications_that_the_change_leaves_as_they_are() -> None:
    """A cadence of sprints is halved: the draws that work in projects have no use for it."""
    cadence = {"process.sprint_weeks": 4.0, "process.project_weeks": 4.0}
    draws = tuple({"workflow": workflow, **cadence} for workflow in ("agile", "waterfall", "agile"))
    twin = Twin(scenario=vary(SMALL, {"years": 0.2}), draws=draws, structures={"agile": 0.67, "waterfall": 0.33})
    answer = what_if(twin, changes={"process.sprint_weeks": 2}, replications=3, progress=False)
    assert answer.untouched == 1
    assert "In 1 of the 3 replications the change alters nothing" in " ".join(answer.remarks())
    assert "alters nothing" not in " ".join(
        what_if(
            replace(twin, draws=draws[:1]), changes={"process.sprint_weeks": 2}, replications=3, progress=False
        ).remarks()
    )


def test_an_answer_says_of_any_scenario_that_a_change_alters_nothing() -> None:
    """Sprints end with a review, which shows each first change."""
    answer = what_if(
        vary(AGILE, {"years": 0.2}), adopt_practices={"feedback": 1}, replications=2, progress=False, workers=1
    )
    assert answer.remarks() == [
        "The change alters nothing: the team works so already, or in a way that has no use for it."
    ]


def test_a_question_that_changes_nothing_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="the intervention changes nothing"):
        what_if(SMALL)
    with pytest.raises(InvalidInputError, match=r"years=2 \(run length\) is the same before and after"):
        what_if(SMALL, changes={"years": 2})
    with pytest.raises(InvalidInputError, match="cost_per_hour=-1"):
        what_if(SMALL, add={"developers": 1}, cost_per_hour=-1)
    with pytest.raises(InvalidInputError, match=r"team\.wizards"):
        what_if(SMALL, add={"wizards": 1})
    with pytest.raises(InvalidInputError, match=r"practice 'tests' is unknown; did you mean testing"):
        what_if(SMALL, adopt_practices={"tests": 1})


def test_assistance_is_adopted_by_its_name() -> None:
    found = what_if(vary(AGILE, {"years": 0.2}), adopt_practices={"assistance": 0.5}, replications=2, progress=False)
    assert found.change == "adopt AI assistance for 50% of the changes"
    assert found.result.scenarios[found.change].assistance.share == 0.5
