"""An experiment as a value, and as a folder that keeps it."""

from dataclasses import replace
from pathlib import Path

import pytest

from devopssim.errors import InvalidInputError
from devopssim.experiment import Experiment, Outcome, Precision, checkpoint_folder, load_experiment, save_experiment
from devopssim.experiment.checkpoints import Checkpoints
from devopssim.scenario import AGILE, DEVOPS, Scenario, vary


def test_an_experiment_is_read_back_as_it_was(tmp_path: Path) -> None:
    scenarios: dict[str, Scenario] = {"agile, but slow": vary(AGILE, {"team.developers": 2}), "Über": DEVOPS}
    experiment = Experiment(scenarios=scenarios, replications=7, seed=3, warm_up=12.5, curves=("wip",))
    save_experiment(experiment, tmp_path)
    assert load_experiment(tmp_path) == experiment


def test_a_folder_in_which_another_experiment_waits_is_left_as_it_is(tmp_path: Path) -> None:
    """What waits there was worked for; the same, or more replications of it, may go on."""
    experiment = Experiment(scenarios={"devops": DEVOPS}, replications=2)
    save_experiment(experiment, tmp_path)
    Checkpoints(folder=checkpoint_folder(tmp_path)).write("print", {0: Outcome(values={"wip": 1.0})})
    for other in (
        replace(experiment, seed=2),
        replace(experiment, warm_up=8.0),
        replace(experiment, scenarios={"agile": AGILE}),
    ):
        with pytest.raises(InvalidInputError, match="another, unfinished experiment; resume it with --resume"):
            save_experiment(other, tmp_path)
    assert load_experiment(tmp_path) == experiment
    save_experiment(replace(experiment, replications=3), tmp_path)
    assert load_experiment(tmp_path).replications == 3


def test_two_names_that_need_one_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="same file name"):
        save_experiment(Experiment(scenarios={"a b": DEVOPS, "a-b": DEVOPS}), tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"scenarios": 3}'])
def test_an_experiment_that_somebody_broke_is_explained(tmp_path: Path, text: str) -> None:
    (tmp_path / "experiment.json").write_text(text)
    with pytest.raises(InvalidInputError, match="not an experiment that devopssim wrote"):
        load_experiment(tmp_path)


def test_what_a_folder_keeps_beyond_the_usual_is_read_back_too(tmp_path: Path) -> None:
    experiment = Experiment(
        scenarios={"devops": DEVOPS}, kpis=("wip",), confidence=0.9, precision=Precision(target=0.2, kpis=("wip",))
    )
    save_experiment(experiment, tmp_path)
    assert load_experiment(tmp_path) == experiment


def test_a_precision_of_a_kpi_that_is_not_measured_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="mttr: the precision needs this KPI"):
        Experiment(scenarios={"devops": DEVOPS}, kpis=("wip",), precision=Precision(kpis=("wip", "mttr")))
