"""Finished replications on disk: the same bits again, never another experiment's, and no trust in broken files."""

from pathlib import Path

import numpy as np
import pytest
from measures import Stops, outcomes_of

from devopssim.experiment import Measure, Outcome
from devopssim.experiment.checkpoints import Checkpoints
from devopssim.scenario import AGILE, DEVOPS, Scenario, vary

SHORT = {"agile": vary(AGILE, {"years": 0.3}), "devops": vary(DEVOPS, {"years": 0.3})}
MEASURE = Measure(kpis=("lead_time", "deployment_frequency", "mttr"))


def test_nothing_is_kept_for_another_scenario_or_seed(tmp_path: Path) -> None:
    done = tmp_path / "done"
    measure = Stops(measure=MEASURE, done=done)
    changed: Scenario = vary(SHORT["devops"], {"team.developers": 7})
    for scenario, seed in ((SHORT["devops"], 1), (changed, 1), (SHORT["devops"], 2), (SHORT["devops"], 1)):
        outcomes_of(measure, 2, scenario=scenario, seed=seed, folder=tmp_path / "kept")
    assert len(done.read_text().splitlines()) == 6, "only the last of the four was known"


def test_a_file_that_was_cut_short_counts_as_not_there(tmp_path: Path) -> None:
    outcomes_of(MEASURE, 2, folder=tmp_path)
    files = sorted(tmp_path.iterdir())
    files[0].write_text(files[0].read_text()[:40])
    again = outcomes_of(MEASURE, 2, folder=tmp_path)
    assert repr(again) == repr(outcomes_of(MEASURE, 2))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '{"0": 3}',
        '{"first": {"values": {}}}',
        '{"0": {"values": {"wip": "1"}}}',
        '{"0": {"values": {}, "curves": {"wip": [1]}}}',
    ],
)
def test_a_file_that_somebody_changed_counts_as_not_there(tmp_path: Path, text: str) -> None:
    checkpoints = Checkpoints(folder=tmp_path)
    checkpoints.write("abc", {4: Outcome(values={"wip": 1.0})})
    (tmp_path / "abc-0.json").write_text(text)
    assert checkpoints.read("abc") == {4: Outcome(values={"wip": 1.0})}


def test_what_is_kept_reads_back_to_the_same_bits(tmp_path: Path) -> None:
    measure = Measure(curves=("wip",))
    outcome = measure(SHORT["agile"], 1, 0)
    kept = Checkpoints(folder=tmp_path)
    kept.write("abc", {0: outcome})
    found = kept.read("abc")[0]
    np.testing.assert_array_equal(list(found.values.values()), list(outcome.values.values()))
    np.testing.assert_array_equal(found.curves["wip"], outcome.curves["wip"])
    assert list(found.values) == list(outcome.values)


def test_clearing_removes_chunks_and_nothing_else(tmp_path: Path) -> None:
    kept = Checkpoints(folder=tmp_path / "kept")
    kept.write("abc", {0: MEASURE(SHORT["agile"], 1, 0)})
    (tmp_path / "kept" / "notes.txt").write_text("mine")
    kept.clear()
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["notes.txt"]
