"""What is simulated, how often, and how well it is to be known; and how a folder keeps it.

experiment.json    scenarios (by file), replications, seed, warm-up, curves: enough to resume, or to repeat everything
scenarios/*.toml   every parameter of each scenario
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import msgspec

from devopssim.errors import InvalidInputError
from devopssim.events import HOURS_PER_YEAR, check_warm_up
from devopssim.experiment.checkpoints import has_checkpoints
from devopssim.experiment.intervals import check_confidence
from devopssim.experiment.measure import Measure, kpi_names
from devopssim.files import write_text
from devopssim.scenario import Scenario, check_scenarios, load, save
from devopssim.simulation import Streams

EXPERIMENT_FILE: Final = "experiment.json"
"""Name of the file that holds an experiment in a result's folder."""
USUAL_REPLICATIONS: Final = 30


@dataclass(frozen=True, kw_only=True)
class Precision:
    """How well `kpis` are to be known: the half-width of the confidence interval is at most `target` times the mean.

    Raises InvalidInputError for a target that is not above 0, and for no KPI.
    """

    target: float = 0.05
    kpis: tuple[str, ...] = ("lead_time", "deployment_frequency")

    def __post_init__(self) -> None:
        object.__setattr__(self, "kpis", kpi_names(self.kpis))
        if not self.target > 0:
            raise InvalidInputError(f"precision={self.target:g} (half-width ÷ mean) must be above 0; 0.05 is usual.")
        if not self.kpis:
            raise InvalidInputError("no KPI for the precision; name at least one, for example kpis=['lead_time'].")


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Scenarios that are simulated with the same random numbers, and what is measured of them.

    Parameters
    ----------
    scenarios : mapping of str to Scenario
        Scenarios by name. Replication k of each meets the same demand (common random numbers).
    replications : int
        Replications of each scenario; with a `precision`, the most that are run.
    precision : Precision, optional
        Stop as soon as these KPIs are known so well in every scenario, and stay so.
    seed : int
        Random seed.
    warm_up : float
        Hours at the start of each replication that no KPI counts.
    kpis : tuple of str
        KPIs that are measured; empty for all.
    curves : tuple of str
        KPIs whose course over time is kept too, warm-up included.
    confidence : float
        Level of all confidence intervals.

    Raises
    ------
    InvalidInputError
        For no scenarios, fewer than 1 replication, an unknown KPI, a warm-up that leaves nothing, a confidence outside (0, 1).

    Examples
    --------
    >>> from devopssim.scenario import AGILE, DEVOPS
    >>> Experiment(scenarios={"agile": AGILE, "devops": DEVOPS}, kpis=("lead_time",)).replications
    30

    """

    scenarios: Mapping[str, Scenario]
    replications: int = USUAL_REPLICATIONS
    precision: Precision | None = None
    seed: int = 1
    warm_up: float = 0.0
    kpis: tuple[str, ...] = ()
    curves: tuple[str, ...] = ()
    confidence: float = 0.95

    def __post_init__(self) -> None:
        object.__setattr__(self, "scenarios", check_scenarios(self.scenarios))
        object.__setattr__(self, "replications", _whole(self.replications))
        object.__setattr__(self, "kpis", kpi_names(self.kpis))
        object.__setattr__(self, "curves", kpi_names(self.curves))
        check_confidence(self.confidence)
        measured = self.measure.kpis
        for scenario in self.scenarios.values():
            check_warm_up(self.warm_up, scenario.years * HOURS_PER_YEAR)
        Streams(self.seed)
        absent = [kpi for kpi in (self.precision.kpis if self.precision else ()) if measured and kpi not in measured]
        if absent:
            raise InvalidInputError(
                f"{', '.join(absent)}: the precision needs this KPI, and the experiment does not measure it; add it to `kpis`."
            )

    @property
    def measure(self) -> Measure:
        """What is measured of each replication."""
        return Measure(kpis=self.kpis, curves=self.curves, warm_up=self.warm_up)


def _whole(replications: object) -> int:
    whole = replications.__index__() if hasattr(replications, "__index__") else 0
    if whole < 1:
        raise InvalidInputError(
            f"replications={replications!r} (simulated replications) must be a whole number from 1; 30 is usual."
        )
    return int(whole)


class _File(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`experiment.json`: fields without a default are always written."""

    scenarios: dict[str, str]
    replications: int
    seed: int
    warm_up: float
    curves: tuple[str, ...]
    kpis: tuple[str, ...] = ()
    confidence: float = 0.95
    precision: Precision | None = None


def save_experiment(experiment: Experiment, folder: Path) -> None:
    """Write the experiment to a folder, which is made if need be.

    Raises
    ------
    InvalidInputError
        Where the folder cannot be written, and where checkpoints of another experiment wait there: they would be lost.

    """
    names = {
        name: f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-') or 'scenario'}.toml"
        for name in experiment.scenarios
    }
    if len(set(names.values())) < len(names):
        message = (
            f"the scenarios {', '.join(map(repr, names))} would have the same file name; give them different names."
        )
        raise InvalidInputError(message)
    if _waits_for_another(experiment, folder):
        message = f"{folder}: the folder holds another, unfinished experiment; resume it with --resume {folder}, or name another folder."
        raise InvalidInputError(message)
    try:
        (folder / "scenarios").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot write to {folder} ({error.strerror}); name a folder that you can create and write to."
        raise InvalidInputError(message) from error
    for name, file in names.items():
        save(experiment.scenarios[name], folder / "scenarios" / file)
    kept = {field.name: getattr(experiment, field.name) for field in fields(experiment)} | {"scenarios": names}
    write_text(folder / EXPERIMENT_FILE, json.dumps(msgspec.to_builtins(_File(**kept)), indent=1) + "\n")


def _waits_for_another(experiment: Experiment, folder: Path) -> bool:
    """Return whether a folder has checkpoints of another experiment; the number of replications makes no other one."""
    if not (folder / EXPERIMENT_FILE).exists() or not has_checkpoints(folder):
        return False
    return replace(load_experiment(folder), replications=experiment.replications) != experiment


def load_experiment(folder: Path) -> Experiment:
    """Return the experiment of a folder; raise InvalidInputError where it holds none."""
    try:
        kept = msgspec.json.decode((folder / EXPERIMENT_FILE).read_bytes(), type=_File)
        scenarios = {name: load(folder / "scenarios" / file) for name, file in kept.scenarios.items()}
    except OSError as error:
        message = (
            f"{folder}: no experiment to resume ({EXPERIMENT_FILE}: {error.strerror}); "
            "give the folder that --out named."
        )
        raise InvalidInputError(message) from error
    except msgspec.MsgspecError as error:
        message = f"{folder / EXPERIMENT_FILE}: not an experiment that devopssim wrote; start again with --out."
        raise InvalidInputError(message) from error
    return Experiment(**msgspec.structs.asdict(kept) | {"scenarios": scenarios})
