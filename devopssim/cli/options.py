"""Options that several commands share. A command receives each set as one value."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from devopssim.cli.scenarios import assignments, only_numbers

if TYPE_CHECKING:
    from devopssim.experiment import Execution
    from devopssim.scenario import Scenario

Status = TypeVar("Status")
FILE: Final = click.Path(path_type=Path)

json_option: Final = click.option("--json", "in_json", is_flag=True, help="Print JSON instead of text.")
engine_option: Final = click.option(
    "--engine",
    type=click.Choice(("fast", "reference")),
    help="What runs the model (default: the fast engine where it was built); both give the same numbers.",
)
seed_option: Final = click.option("--seed", type=int, default=1, show_default=True, help="Random seed.")


def window_options(command: Callable[..., Status]) -> Callable[..., Status]:
    """Add `--since` and `--until`."""
    until = click.option(
        "--until", metavar="DATE", help="End of observation, a date (its end) or a time (default: the last event)."
    )
    since = click.option(
        "--since",
        metavar="DATE",
        help="Begin of observation, a date or a time; rates count from there (default: the first thing that ended).",
    )
    return since(until(command))


def only_one_of(options: Mapping[str, bool]) -> None:
    """Raise UsageError if more than one of these options is given."""
    given = [name for name, is_given in options.items() if is_given]
    if len(given) > 1:
        raise click.UsageError(
            f"{' and '.join(given)} exclude each other; pass one of them", click.get_current_context()
        )


@dataclass(frozen=True, kw_only=True)
class Variation:
    """The changes that `--years`, `--set` and `--adopt` make to a scenario."""

    years: float | None
    settings: tuple[str, ...]
    adoptions: tuple[str, ...]

    @property
    def given(self) -> bool:
        """Whether any of the options is given."""
        return self.years is not None or bool(self.settings or self.adoptions)

    def of(self, scenario: "Scenario") -> "Scenario":
        """Return the scenario with the changes applied."""
        from devopssim.scenario import adopt, vary

        return adopt(vary(scenario, self.lasting() | self.changes()), self.adopted())

    def lasting(self) -> dict[str, float | str]:
        """Return the run length as a change, if it is given."""
        return {} if self.years is None else {"years": self.years}

    def changes(self) -> dict[str, float | str]:
        """Return the parameters that `--set` changes."""
        return assignments(self.settings, "--set", "team.developers=6")

    def adopted(self) -> dict[str, float]:
        """Return the adoption of each practice in `--adopt`."""
        example = "testing=0.5"
        return only_numbers(assignments(self.adoptions, "--adopt", example), "--adopt", example)


def variation_options(command: Callable[..., Status]) -> Callable[..., Status]:
    """Add `--years`, `--set` and `--adopt`; the command receives them as `variation`."""

    @click.option("--years", type=float, metavar="YEARS", help="Run length (default: the scenario's).")
    @click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        help="Change a parameter, for example team.developers=6 (`devopssim parameters` lists them); may be repeated.",
    )
    @click.option(
        "--adopt",
        "adoptions",
        multiple=True,
        metavar="PRACTICE=SHARE",
        help="Adopt a practice or AI assistance, for example testing=0.5, security=1 or assistance=0.5; may be repeated.",
    )
    @wraps(command)
    def with_variation(
        *, years: float | None, settings: tuple[str, ...], adoptions: tuple[str, ...], **others: Any
    ) -> Status:
        return command(variation=Variation(years=years, settings=settings, adoptions=adoptions), **others)

    return with_variation


@dataclass(frozen=True, kw_only=True)
class ExecutionOptions:
    """Where and on what replications run: on this machine, or on the cluster of a Dask scheduler; on which engine."""

    workers: int | None
    dask: str | None
    engine: str | None = None

    @contextmanager
    def execution(self, folder: Path | None = None) -> "Iterator[Execution]":
        """Yield the execution, with checkpoints in the folder if one is given."""
        from devopssim.experiment import Execution, checkpoint_folder

        checkpoints = checkpoint_folder(folder) if folder else None
        if self.dask is None:
            workers = cores() if self.workers is None else self.workers
            yield Execution(workers=workers, folder=checkpoints, engine=self.engine)
            return
        from devopssim.cli.dask_cluster import cluster

        with cluster(self.dask) as executor:
            yield Execution(executor=executor, folder=checkpoints, engine=self.engine)


def execution_options(command: Callable[..., Status]) -> Callable[..., Status]:
    """Add `--workers`, `--dask` and `--engine`; the command receives them as `options`."""

    @click.option("--workers", type=int, metavar="N", help="Parallel workers (default: one per core).")
    @click.option("--dask", metavar="ADDRESS", help="Run on the cluster of the Dask scheduler at ADDRESS.")
    @engine_option
    @wraps(command)
    def with_execution(*, workers: int | None, dask: str | None, engine: str | None, **others: Any) -> Status:
        return command(options=ExecutionOptions(workers=workers, dask=dask, engine=engine), **others)

    return with_execution


def cores() -> int:
    """Return the number of cores that this process may use, at most the maximum of a process pool."""
    from devopssim.experiment import MOST_WORKERS

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_WORKERS)
