"""The fast engine writes the reference's log to the last bit, and nothing of the model is in one of them alone."""

import ast
import gc
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pytest
from equality import MUTANTS, ROOT, Mutant, cases_until_caught, difference, fast_log, mutant_engine, random_scenario
from hypothesis import given, settings
from hypothesis import strategies as st

from devopssim import cli, kpis
from devopssim.errors import InvalidInputError
from devopssim.events import CodedLog, since
from devopssim.scenario import DEVOPS, PRESETS, parameters, vary
from devopssim.simulation import EndlessRunError, EngineError, engine, simulate, simulate_coded, tables, using
from devopssim.simulation.engine import Library

pytestmark = pytest.mark.fast
TWINS: Final = (
    "assistance", "development", "organisation", "people", "pipeline", "production", "release", "repairs", "resources",
    "reviews", "scanning", "security", "staff", "use", "workflows",
)  # fmt: skip
"""Modules of the model that the engine has under the same names."""
IN_PYTHON: Final = {
    "assistance": {"gain_factor", "slow_down", "unpaid_share"},
    "people": {"all_of", "preference", "subject"},
    "production": {"affected"},
    "release": {"found_after", "is_seen"},
    "scanning": {"false_at_adoption"},
    "security": {"sign_off_part"},
    "staff": {"arrears", "headcount", "untrained", "working_time", "zones"},
}
"""Functions that the engine gets as tables or numbers, or has under another name."""
IN_TABLES: Final = {
    "assistance.debt_half_life", "assistance.refactoring_needed", "pipeline.canary_users", "production.minor_affected",
    "production.partial_affected", "quality.late_fix_factor", "quality.regression_finds", "security.false_at_adoption",
    "security.false_findings", "security.review_covers", "team.practice_tasks", "team.secondary_skills",
}  # fmt: skip
"""Parameters that the processes read, and that the engine gets as tables or numbers or leaves to the names of details."""


@pytest.fixture(scope="module")
def fast() -> Library:
    """The engine that `make run` has built."""
    return Library(engine.LIBRARY)


@pytest.mark.parametrize("name", PRESETS)
def test_the_engines_write_the_same_log_of_every_preset(name: str, fast: Library) -> None:
    assert difference(PRESETS[name], 3, fast) == ""


@settings(max_examples=60)
@given(st.integers(0, 10**9))
def test_the_engines_write_the_same_log_of_any_scenario(seed: int) -> None:
    assert difference(random_scenario(seed), seed, Library(engine.LIBRARY)) == ""


@pytest.mark.parametrize("mutant", MUTANTS[:3], ids=lambda mutant: mutant.name)
def test_the_comparison_finds_a_mistake_in_the_engine(mutant: Mutant, tmp_path: Path) -> None:
    assert cases_until_caught(mutant_engine(mutant, tmp_path), iter(range(100)))


@pytest.mark.parametrize("module", TWINS)
def test_a_mechanism_of_the_model_has_its_twin_in_the_engine(module: str) -> None:
    """A function of the reference, under its own name in the engine's file of that name."""
    tree = ast.parse((ROOT / f"devopssim/simulation/{module}.py").read_text())
    functions = {node.name.strip("_") for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} - {"init"}
    functions = {name for name in functions if not re.fullmatch(r"enter|exit", name)}
    twin = "".join((ROOT / "engine" / f"{module}{suffix}").read_text() for suffix in _suffixes(module))
    without_comments = re.sub(r"//.*", "", twin)
    missing = {name for name in functions if not re.search(rf"\b{name}_?\(", without_comments)}
    assert missing - IN_PYTHON.get(module, set()) == set(), (
        f"engine/{module}.cpp lacks these functions of the reference"
    )


def _suffixes(module: str) -> Iterable[str]:
    return [suffix for suffix in (".hpp", ".cpp") if (ROOT / "engine" / f"{module}{suffix}").exists()]


def test_a_parameter_that_a_process_reads_reaches_the_engine(fast: Library) -> None:
    """Found where code reads `quality.review_effort`, `self._quality.review_effort` or `org.scenario.quality.review_effort`."""
    read = set()
    for module in TWINS:
        for node in ast.walk(ast.parse((ROOT / f"devopssim/simulation/{module}.py").read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                read.add(f"{owner.strip('_')}.{node.attr}")
    read &= set(parameters())
    assert len(read) > 100
    assert read - set(fast.parameters_named) == IN_TABLES, "engine/scenario.hpp lacks a parameter"


def test_the_engine_reads_every_parameter_that_it_gets(fast: Library) -> None:
    """Found where code reads `quality.review_effort` or asks for a practice; all of `practices` lie in one array."""
    paths = [path for path in (ROOT / "engine").glob("*.[ch]pp") if path.stem != "scenario"]
    text = re.sub(r"Practice::(\w+)", r"practices.\1", "".join(re.sub(r"//.*", "", path.read_text()) for path in paths))
    assert [name for name in fast.parameters_named if not re.search(rf"\b{re.escape(name)}\b", text)] == []


def test_every_module_of_the_model_is_compared() -> None:
    """What runs while the clock runs has a twin; the rest draws, names, adds up or is the way in."""
    rest = {
        "__init__", "demand", "distributions", "draws", "engine", "names", "simulator", "streams", "tables", "work_items",
    }  # fmt: skip
    modules = {path.stem for path in (ROOT / "devopssim/simulation").glob("*.py")}
    assert modules - rest == set(TWINS)


@pytest.mark.parametrize("name", PRESETS)
def test_kpis_of_codes_are_those_of_the_table(name: str, fast: Library) -> None:
    coded = fast_log(vary(PRESETS[name], {"years": 2}), 3, fast)
    log, run = coded.log(), kpis.Run(coded)
    pd.testing.assert_frame_equal(kpis.table(coded), kpis.table(log), check_exact=True)
    pd.testing.assert_frame_equal(kpis.table(kpis.since(run, 4000)), kpis.table(since(log, 4000)), check_exact=True)
    for kpi in kpis.KPIS:
        curve = kpis.kpi_curve(run, kpi, step="28D")
        pd.testing.assert_series_equal(curve, kpis.kpi_curve(log, kpi, step="28D"), check_exact=True)


def test_durations_of_codes_carry_the_names_of_the_table(fast: Library) -> None:
    coded = fast_log(vary(DEVOPS, {"years": 0.5}), 1, fast)
    for kpi in (kpis.lead_time, kpis.mttr, kpis.mttf, kpis.lead_time_for_changes, kpis.patch_deployment_time):
        pd.testing.assert_series_equal(kpi(coded), kpi(coded.log()), check_exact=True)
    pd.testing.assert_frame_equal(kpis.outages(coded), kpis.outages(coded.log()))


def test_a_run_that_needs_longer_tables_gets_them(fast: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "rows_needed", lambda _: {})
    monkeypatch.setattr(tables, "FIRST_ROWS", 1)
    assert difference(vary(DEVOPS, {"years": 1}), 2, fast) == ""


def test_the_log_outlives_the_run_that_wrote_it(fast: Library) -> None:
    coded = fast_log(vary(DEVOPS, {"years": 0.5}), 1, fast)
    time, last = coded.time, float(coded.time[-1])
    del coded
    gc.collect()
    for seed in range(5):
        fast_log(vary(DEVOPS, {"years": 0.5}), seed, fast)
    assert time[-1] == last
    assert (np.diff(time) >= 0).all()


def test_an_engine_is_chosen_for_a_call_or_for_a_block() -> None:
    short = vary(DEVOPS, {"years": 0.1})
    assert isinstance(simulate_coded(short), CodedLog)
    assert isinstance(simulate_coded(short, engine="reference"), pd.DataFrame)
    with using("reference"):
        assert isinstance(simulate_coded(short), pd.DataFrame)
        assert isinstance(simulate_coded(short, engine="fast"), CodedLog)
    assert isinstance(simulate_coded(short), CodedLog)


def test_an_unknown_engine_and_one_that_was_not_built_end_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        InvalidInputError, match=r"engine='quick' \(what runs the model\) must be one of fast, reference"
    ):
        simulate(DEVOPS, engine="quick")
    monkeypatch.setattr("devopssim.simulation.simulator.library", lambda: None)
    with pytest.raises(EngineError, match="was not built; run `make engine`"):
        simulate(DEVOPS, engine="fast")
    assert isinstance(simulate_coded(vary(DEVOPS, {"years": 0.05})), pd.DataFrame)


def test_a_file_that_is_no_engine_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "engine.so"
    file.write_text("no library")
    with pytest.raises(EngineError, match=r"cannot be loaded as the fast engine .*build it again with `make engine`"):
        Library(file)


@pytest.mark.parametrize("name", ["fast", "reference"])
def test_a_run_whose_log_would_fill_the_memory_ends_in_one_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("engine", "simulator"):
        monkeypatch.setattr(f"devopssim.simulation.{module}.MOST_ROWS", 5000)
    with pytest.raises(
        EndlessRunError, match=r"'devops' is too much .*more than 5,000 events.*; lower years"
    ) as caught:
        simulate(DEVOPS, engine=name)
    assert "\n" not in str(caught.value)


def test_the_command_simulates_on_either_engine(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.csv" for name in ("fast", "reference")}
    for name, file in files.items():
        assert cli.main(["simulate", "devops", "--years", "0.1", "--engine", name, "--out", str(file)]) in {0, None}
    assert files["fast"].read_bytes() == files["reference"].read_bytes()


def test_without_a_compiler_the_reference_serves_and_says_so(tmp_path: Path) -> None:
    """A copy of the project on a machine whose PATH holds no compiler."""
    (tmp_path / "devopssim/simulation").mkdir(parents=True)
    shutil.copytree(ROOT / "engine", tmp_path / "engine")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "dirname", "cat", "cmp", "rm", "mv", "head"):
        (programs / name).symlink_to(str(shutil.which(name)))
    environment = {"PATH": str(programs), "CI": ""}
    said = subprocess.run(
        ["sh", tmp_path / "engine/install.sh", sys.executable],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert said.count("\n") == 1
    assert "the fast engine was not built (no C++ compiler was found); the reference serves" in said
    assert not list((tmp_path / "devopssim/simulation").glob("_engine.so"))


def test_a_build_that_was_done_is_not_done_again(tmp_path: Path) -> None:
    (tmp_path / "devopssim/simulation").mkdir(parents=True)
    shutil.copytree(ROOT / "engine", tmp_path / "engine")
    said = [
        subprocess.run(
            ["sh", tmp_path / "engine/install.sh", sys.executable], capture_output=True, text=True, check=True
        ).stderr
        for _ in range(2)
    ]
    assert said == ["devopssim: the fast engine was built and serves.\n", ""]
    (built,) = (tmp_path / "devopssim/simulation").glob("_engine.so")
    assert difference(vary(DEVOPS, {"years": 0.1}), next(count(1)), Library(built)) == ""
