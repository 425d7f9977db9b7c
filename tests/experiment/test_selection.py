"""Selection: who leaves, who stays, and how often that is right."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from devopssim.errors import InvalidInputError
from devopssim.experiment import Execution, Selection, practice_sets, select
from devopssim.experiment.race import FIRST
from devopssim.scenario import AGILE, DEVOPS, SEVEN_CS, WATERFALL, vary

SHORT = {"years": 0.15}
SETS = practice_sets(vary(AGILE, SHORT), ["integration", "deployment"])


def few(**options: Any) -> Selection:
    return select(SETS, "wip", indifference=4, replications=12, progress=False, **options)


@pytest.fixture(scope="module")
def here() -> Selection:
    return few()


@pytest.mark.parametrize("engine", ["reference", pytest.param("fast", marks=pytest.mark.fast)])
def test_every_engine_and_executor_gives_the_same_bytes(here: Selection, engine: str) -> None:
    pd.testing.assert_frame_equal(few(execution=Execution(engine=engine)).values, here.values, check_exact=True)
    with ThreadPoolExecutor(3) as threads:
        pd.testing.assert_frame_equal(few(executor=threads).table, here.table, check_exact=True)


def test_a_selection_resumes_from_its_checkpoints(
    here: Selection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(folder=tmp_path)

    def simulated_again(*_: object, **__: object) -> None:
        raise AssertionError("a finished replication was simulated again")

    monkeypatch.setattr("devopssim.experiment.measure.simulate_coded", simulated_again)
    pd.testing.assert_frame_equal(few(folder=tmp_path).table, here.table, check_exact=True)


def test_the_table_states_who_left_and_what_it_cost(here: Selection) -> None:
    table = here.table.set_index("scenario")
    assert set(table.index) == set(SETS.scenarios)
    assert table["cost"].to_dict() == SETS.costs
    assert table["replications"].sum() == here.runs <= here.runs_of_equal_allocation
    assert here.table["scenario"].iloc[0] == here.best
    assert table.loc[here.best, "difference"] == 0
    assert (table["eliminated_by"] == "").sum() == len(here.race.alive)


def test_all_sets_of_the_seven_practices_cost_their_number() -> None:
    sets = practice_sets(AGILE)
    assert len(sets.scenarios) == 128
    assert sets.costs["none"] == 0
    assert sets.costs[" + ".join(SEVEN_CS)] == 7
    assert len(sets.within(1).scenarios) == 8


def test_a_selection_that_is_not_decided_says_so() -> None:
    selection = select(SETS, "wip", indifference=1e-6, replications=FIRST, progress=False)
    assert not selection.decided
    assert set(selection.table["status"]) <= {"not decided", "eliminated"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kpi": "speed"}, "KPI 'speed'"),
        ({"kpi": "utilisation"}, "which way it is better"),
        ({"better": "more"}, "which way it is better (more)"),
        ({"indifference": 0}, "indifference=0 "),
        ({"indifference": float("nan")}, "indifference=nan "),
        ({"replications": 9}, "replications=9 "),
        ({"scenarios": {"devops": DEVOPS}}, "at least two"),
        ({"confidence": 95}, "confidence=95 "),
        (
            {"scenarios": {name: vary(WATERFALL, {"years": 0.1}) for name in "ab"}, "kpi": "lead_time"},
            "no scenario has a value",
        ),
    ],
)
def test_a_selection_that_cannot_be_is_refused_in_one_line(change: dict[str, Any], said: str) -> None:
    asked = {"scenarios": SETS.scenarios, "kpi": "wip", "indifference": 1, "progress": False, **change}
    with pytest.raises(InvalidInputError) as caught:
        select(asked.pop("scenarios"), asked.pop("kpi"), **asked)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("costs", "said"),
    [({"tests": 1}, "'tests'"), ({"testing": -1}, "testing=-1 "), ({"testing": float("inf")}, "testing=inf ")],
)
def test_a_cost_that_cannot_be_is_refused(costs: dict[str, float], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        practice_sets(AGILE, costs=costs)


def test_a_limit_below_every_cost_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="the cheapest costs 0"):
        SETS.within(-1)
