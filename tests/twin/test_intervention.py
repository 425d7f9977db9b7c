"""What would be if: the answer in days, money and hours of work."""

from typing import Final

import pytest

from devopssim.errors import InvalidInputError
from devopssim.scenario import AGILE, vary
from devopssim.twin import what_if

SMALL: Final = vary(AGILE, {"years": 0.7})


def test_what_if_says_it_in_days_and_money() -> None:
    found = what_if(SMALL, changes={"process.approval": 500}, cost_per_hour=1000, replications=4, progress=False)
    lead = found.table.set_index("kpi").loc["lead_time"]
    assert lead["low"] > 0  # waiting for an approval makes it later, beyond chance
    said = found.sentence()
    assert said.startswith("If we change process.approval from 16.0 to 500, a request is with its users ")
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
    hours = float((values["as it is"] - values[found.change]).median()) * 8760
    assert found.downtime.estimate == pytest.approx(hours)
    assert f"costs {1000 * hours:,.0f} a year" in found.sentence()
    assert found.change == "do without 2 developers and change production.infrastructure_mttf from 4380.0 to 100"
    assert "it saves 4,171 hours of work a year" in found.sentence()  # 2 people, 40 hours, 52.14 weeks


def test_a_question_that_changes_nothing_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="the intervention changes nothing"):
        what_if(SMALL)
    with pytest.raises(InvalidInputError, match="cost_per_hour=-1"):
        what_if(SMALL, add={"developers": 1}, cost_per_hour=-1)
    with pytest.raises(InvalidInputError, match=r"team\.wizards"):
        what_if(SMALL, add={"wizards": 1})


def test_assistance_is_adopted_by_its_name() -> None:
    found = what_if(vary(AGILE, {"years": 0.2}), adopt_practices={"assistance": 0.5}, replications=2, progress=False)
    assert found.change == "adopt AI assistance for 50% of the changes"
    assert found.result.scenarios[found.change].assistance.share == 0.5
