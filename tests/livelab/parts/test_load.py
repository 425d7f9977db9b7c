"""What Locust measured, and the error budget that it leaves."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from devopssim.errors import InvalidInputError
from devopssim.livelab import LabError
from devopssim.livelab.parts.load import Load, load_result

LOOKS = {
    "method": "GET",
    "name": "/products",
    "num_requests": 90,
    "num_failures": 0,
    "response_times": {"5": 80, "40": 10},
}
BUYS = {
    "method": "POST",
    "name": "/orders",
    "num_requests": 10,
    "num_failures": 2,
    "response_times": {"100": 8, "2000.0": 2},
}


def test_the_percentiles_of_all_requests_are_those_of_their_times_together() -> None:
    row = load_result([LOOKS, BUYS]).table.loc["all"]
    assert row.to_dict() == {"requests": 100, "failures": 2, "median": 0.005, "p95": 0.1, "p99": 2.0}


@pytest.mark.parametrize(("objective", "left"), [(0.98, 0.0), (0.9, 0.8), (0.99, -1.0)])
def test_the_budget_is_what_the_objective_allows_to_fail(objective: float, left: float) -> None:
    assert load_result([LOOKS, BUYS]).budget_left(objective) == pytest.approx(left)


def test_without_requests_there_is_no_budget_to_speak_of() -> None:
    result = load_result([])
    assert math.isnan(result.budget_left(0.99))
    assert math.isnan(result.p95)


@pytest.mark.parametrize("objective", [0, 1, 99, -0.5])
def test_an_objective_is_a_share(objective: float) -> None:
    with pytest.raises(InvalidInputError, match=r"objective=.* must be above 0 and below 1; for example 0.99"):
        load_result([LOOKS]).budget_left(objective)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"users": 0}, "users=0"), ({"seconds": 0.1}, "seconds=0.1"), ({"through": "blue"}, "through='blue'")],
)
def test_a_load_out_of_range_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        Load(cast("Any", None)).start(**options)


def test_locust_that_measured_nothing_is_named_with_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "locust"
    program.write_text("#!/bin/sh\necho 'no such file'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr("devopssim.livelab.parts.load.require_program", lambda *_: str(program))
    place = SimpleNamespace(folder=tmp_path, production=tmp_path, ports={"web": 1}, environment=dict)
    load = Load(cast("Any", place))
    load.start()
    with pytest.raises(LabError, match="a load runs already"):
        load.start()
    with pytest.raises(LabError, match=r"Locust measured nothing; its log gives the reason: .*locust.log"):
        load.finish()
    assert "no such file" in (tmp_path / "load" / "locust.log").read_text()
    with pytest.raises(LabError, match="no load was started"):
        load.finish()
