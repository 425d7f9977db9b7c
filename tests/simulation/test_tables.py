"""The engine gets numbers and tables that are a function of the scenario and its streams, however long they become."""

import numpy as np
import pytest

from devopssim.scenario import AGILE, DEVOPS, Scenario, vary
from devopssim.simulation import Streams
from devopssim.simulation.demand import CHANGE_COLUMNS, ITEM_COLUMNS
from devopssim.simulation.tables import ROLES, Tables, derived, number, rows_needed


def test_rows_of_a_joined_table_point_to_their_own_changes_and_faults() -> None:
    tables = Tables(vary(DEVOPS, {"years": 0.5, "quality.defects_per_change": 2}), Streams(1))
    first, second = tables.generations[:2]
    items, changes = tables.get("items"), tables.get("changes")
    assert len(items) == 2 * len(first.items)
    follower = items[len(first.items) + 3]
    start, count = (int(follower[ITEM_COLUMNS.index(name)]) for name in ("first_change", "changes"))
    own = second.item(3).changes
    assert changes[start : start + count, CHANGE_COLUMNS.index("effort")].tolist() == [one.effort for one in own]
    at, defects = (int(changes[start][CHANGE_COLUMNS.index(name)]) for name in ("first_defect", "defects"))
    assert tables.get("defects")[at : at + defects, -1].tolist() == [flaw.retest for flaw in own[0].defects]


def test_a_table_grows_to_what_is_needed_and_keeps_its_rows() -> None:
    tables = Tables(vary(DEVOPS, {"years": 0.1}), Streams(1))
    before = tables.get("log2")
    tables.lengthen("log2", 5000)
    assert len(tables.get("log2")) >= 5000
    assert np.array_equal(tables.get("log2")[: len(before)], before)
    generations = len(tables.generations)
    tables.lengthen("items", 1)
    assert len(tables.generations) == generations + 1


def test_what_a_run_needed_the_next_one_has_from_the_start() -> None:
    scenario = vary(DEVOPS, {"years": 0.11})
    tables = Tables(scenario, Streams(1))
    tables.get("main")
    tables.lengthen("main", 9000)
    assert rows_needed(scenario)["main"] >= 9000
    assert len(Tables(scenario, Streams(2)).get("main")) >= 9000


def test_a_workflow_becomes_numbers() -> None:
    facts = derived(AGILE, requests=7)
    assert (facts["workflow"], facts["requests"]) == (1, 7)
    assert facts["one_team"] == sum(2 ** ROLES.index(role) for role in ("analyst", "developer", "tester"))


@pytest.mark.parametrize(("value", "expected"), [("overtakes", 0.0), ("interrupts", 1.0)])
def test_a_choice_is_its_place_and_a_number_itself(value: str, expected: float) -> None:
    assert number(vary(Scenario(), {"process.expedite": value}), "process.expedite") == expected
    assert number(vary(Scenario(), {"team.developers": 5}), "team.developers") == 5.0
