"""Experiments of Chaos Toolkit: what its journal says, and what is refused."""

import json
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from devopssim.livelab import LabError
from devopssim.livelab.history.journal import Journal
from devopssim.livelab.parts.chaos import CONTAINERS, Chaos, verdict_of

EXPERIMENTS = sorted(
    (
        path
        for path in (resources.files("devopssim.livelab") / "templates/production/chaos").iterdir()
        if path.name.endswith("json")
    ),
    key=lambda path: path.name,
)


@pytest.mark.parametrize(
    ("journal", "verdict"),
    [
        ({"status": "completed", "deviated": False, "steady_states": {"before": {"steady_state_met": True}}}, "held"),
        ({"status": "failed", "deviated": True, "steady_states": {"before": {"steady_state_met": True}}}, "deviated"),
        ({"status": "interrupted", "steady_states": {"before": {"steady_state_met": True}}}, "deviated"),
        (
            {"status": "completed", "deviated": False, "steady_states": {"before": {"steady_state_met": False}}},
            "not steady",
        ),
        ({"status": "failed", "steady_states": {"before": None}}, "not steady"),
        ({"status": "aborted", "steady_states": None}, "not steady"),
    ],
)
def test_the_verdict_is_about_the_hypothesis(journal: dict[str, Any], verdict: str) -> None:
    assert verdict_of(journal) == verdict


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.name)
def test_each_experiment_has_a_hypothesis_and_a_way_back_and_names_known_things_only(path: Path) -> None:
    experiment = json.loads(path.read_text(encoding="utf-8"))
    assert experiment["steady-state-hypothesis"]["probes"]
    assert experiment["method"]
    assert experiment["rollbacks"]
    known = {"shop", "load_balancer", "ask", *CONTAINERS}
    assert set(experiment["configuration"]) == known
    assert {value["key"] for value in experiment["configuration"].values()} == {name.upper() for name in known}


def test_a_malformed_experiment_is_named_with_the_tool_s_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "tool"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr("devopssim.livelab.parts.chaos.require_program", lambda *_: str(program))
    folder = tmp_path / "production" / "chaos"
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text("{}")
    place = SimpleNamespace(
        folder=tmp_path,
        production=tmp_path / "production",
        project="devopssim-lab",
        ports={"web": 1, "load_balancer": 2},
        environment=dict,
        require_engine=lambda: None,
        journal=Journal(tmp_path / "journal.jsonl"),
    )
    chaos = Chaos(cast("Any", place), cast("Any", None))
    with pytest.raises(LabError, match=r"Chaos Toolkit could not run mine; its log gives the reason: .*chaos.log"):
        chaos.run("mine")
    assert chaos.runs().empty
