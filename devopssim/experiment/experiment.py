"""An experiment as a folder: what was planned, what is finished, and, at its end, the tables.

experiment.json    scenarios (by file), replications, seed, warm-up: enough to go on with, or to do it all again
scenarios/*.toml   every parameter of each scenario
unfinished/        finished replications of an experiment that is not finished; gone at its end
estimates.csv  differences.csv  values.csv  curves.csv      the tables of `Result`, floats to the last bit
"""

import json
import re
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from devopssim.errors import InvalidInputError
from devopssim.experiment.checkpoints import Finished
from devopssim.experiment.comparison import check_lengths, compare, count
from devopssim.experiment.result import Result
from devopssim.files import whole_file, write_text
from devopssim.scenario import Scenario, load, save
from devopssim.simulation import Streams

PLAN: Final = "experiment.json"
UNFINISHED: Final = "unfinished"
TABLES: Final = ("estimates", "differences", "values", "curves")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A comparison that is to be carried out; see `compare`. Raises InvalidInputError for one that cannot be."""

    scenarios: Mapping[str, Scenario]
    replications: int = 30
    seed: int = 1
    warm_up: float = 0.0
    curves: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count(self.replications)
        Streams(self.seed)
        check_lengths(self.scenarios, self.warm_up)

    def carry_out(
        self,
        *,
        workers: int = 1,
        executor: Executor | None = None,
        progress: bool | None = None,
        folder: Path | None = None,
    ) -> Result:
        """Do what is not finished in the `folder`, if there is one, and return the result."""
        return compare(
            self.scenarios,
            self.replications,
            curves=self.curves,
            warm_up=self.warm_up,
            seed=self.seed,
            workers=workers,
            executor=executor,
            progress=progress,
            folder=folder / UNFINISHED if folder else None,
        )


def save_plan(plan: Plan, folder: Path) -> None:
    """Write the plan to the folder, which is made if need be.

    Raises InvalidInputError where that is impossible, and where another experiment waits there to be finished: it would lose
    the replications that it has.
    """
    names = {
        name: f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-') or 'scenario'}.toml" for name in plan.scenarios
    }
    if len(set(names.values())) < len(names):
        message = f"the scenarios {', '.join(map(repr, names))} need the same file names; call them differently."
        raise InvalidInputError(message)
    if _waits_for_another(plan, folder):
        message = f"{folder}: another experiment is not finished there; go on with it by --resume {folder}, or name another folder."
        raise InvalidInputError(message)
    try:
        (folder / "scenarios").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot write to {folder} ({error.strerror}); name a folder that can be made and written to."
        raise InvalidInputError(message) from error
    for name, file in names.items():
        save(plan.scenarios[name], folder / "scenarios" / file)
    said = {"scenarios": names, "replications": plan.replications, "seed": plan.seed, "warm_up": plan.warm_up}
    write_text(folder / PLAN, json.dumps({**said, "curves": plan.curves}, indent=1) + "\n")


def _waits_for_another(plan: Plan, folder: Path) -> bool:
    """Whether a folder has finished replications of another plan; one with more replications of the same is no other."""
    if not (folder / PLAN).exists() or not any((folder / UNFINISHED).glob("*-*.json")):
        return False
    there = load_plan(folder)
    return replace(there, replications=plan.replications) != plan


def load_plan(folder: Path) -> Plan:
    """Return the plan of a folder; raise InvalidInputError where it holds none."""
    try:
        said: dict[str, Any] = json.loads((folder / PLAN).read_bytes())
        scenarios = {name: load(folder / "scenarios" / file) for name, file in said["scenarios"].items()}
        return Plan(
            scenarios=scenarios,
            replications=said["replications"],
            seed=said["seed"],
            warm_up=said["warm_up"],
            curves=tuple(said["curves"]),
        )
    except OSError as error:
        message = f"{folder}: no experiment to go on with ({PLAN}: {error.strerror}); give the folder that --out named."
        raise InvalidInputError(message) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InvalidInputError):
            raise
        message = f"{folder / PLAN}: is not what this program wrote; begin again with --out."
        raise InvalidInputError(message) from error


def write_tables(result: Result, folder: Path) -> None:
    """Write the tables, and clear away the finished replications that they are made of."""
    for name in TABLES:
        with whole_file(folder / f"{name}.csv") as part:
            getattr(result, name).to_csv(part, index=False)
    Finished(folder=folder / UNFINISHED).clear()
