"""Replications as work that may be done here, by threads, processes or a cluster, with the same result to the last bit.

Work goes out in chunks of a few replications and comes back by scenario and replication, so neither the number of workers nor
who is first matters. What is lost with a worker is named and done again; what is finished can be kept on disk.
"""

import warnings
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devopssim.errors import DevopssimError
from devopssim.experiment.checkpoints import Checkpoints, fingerprint
from devopssim.experiment.experiment import Experiment
from devopssim.experiment.measure import Measures, Outcome
from devopssim.experiment.pool import check_workers, little_garbage, process_pool, thread_pool
from devopssim.experiment.progress import bar
from devopssim.scenario import Scenario
from devopssim.simulation import serving, using

MOST_IN_A_CHUNK: Final = 4
CHUNKS_WANTED: Final = 16
SUBMITTED_AT_ONCE: Final = 4096
ROUNDS_WITHOUT_PROGRESS: Final = 3


@dataclass(frozen=True, kw_only=True)
class Execution:
    """Where and how the replications of an experiment are carried out; none of it changes a result.

    Parameters
    ----------
    workers : int
        Workers on this computer: threads where the fast engine serves, else processes. With 1 the work is done in this thread.
    executor : concurrent.futures.Executor, optional
        An executor instead of own processes, for example Dask's `client.get_executor(pure=False)`.
    progress : bool, optional
        Whether progress is shown; by default in a terminal or a notebook.
    folder : str or Path, optional
        Folder of checkpoints: finished replications are kept there, and an interrupted experiment is resumed from them.
    engine : {'fast', 'reference'}, optional
        What runs the model; by default the fast engine where it was built.

    Raises
    ------
    InvalidInputError
        For a number of workers that a pool cannot have, or an unknown engine.
    EngineError
        If the fast engine is asked for and was not built.

    """

    workers: int = 1
    executor: Executor | None = None
    progress: bool | None = None
    folder: str | Path | None = None
    engine: str | None = None

    def __post_init__(self) -> None:
        if self.executor is None:
            check_workers(self.workers)
            serving(self.engine)


class LostWorkWarning(UserWarning):
    """A worker died; which replications were lost and are run again."""


class LostWorkError(DevopssimError):
    """Replications were lost again and again, or with the executor that was given; `lost` names them."""

    def __init__(self, message: str, lost: Sequence["Chunk"]) -> None:
        super().__init__(message)
        self.lost = tuple(lost)


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some replications of one scenario: what one worker does at a time."""

    name: str
    scenario: Scenario
    seed: int
    replications: tuple[int, ...]
    engine: str | None = None

    def __str__(self) -> str:
        numbers = ", ".join(map(str, self.replications))
        return f"seed {self.seed}, replications {numbers} of {self.name!r}"


Done = tuple[dict[int, Outcome], Exception | None]
Lost = tuple[Chunk, Exception]


def work(measure: Measures, chunk: Chunk) -> Done:
    """Do a chunk; return the finished outcomes, and the error that stopped it. Errors are returned, so a raise means a lost worker."""
    outcomes: dict[int, Outcome] = {}
    try:
        with using(chunk.engine):
            for replication in chunk.replications:
                outcomes[replication] = measure(chunk.scenario, chunk.seed, replication)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again where the work was given
        return outcomes, error
    return outcomes, None


def run(
    experiment: Experiment,
    execution: Execution,
    *,
    replications: Sequence[int] | None = None,
    measure: Measures | None = None,
) -> dict[str, list[Outcome]]:
    """Return the outcomes of each scenario in the order of `replications` (default: all of the experiment).

    Raises LostWorkError where workers die again and again, and whatever a replication raises.
    """
    numbers = range(experiment.replications) if replications is None else replications
    measure = measure or experiment.measure
    scenarios, seed = experiment.scenarios, experiment.seed
    checkpoints = Checkpoints(folder=Path(execution.folder)) if execution.folder is not None else None
    prints = {name: fingerprint(scenario, seed, measure) for name, scenario in scenarios.items()}
    finished = {name: checkpoints.read(prints[name]) if checkpoints else {} for name in scenarios}
    missing = {name: [number for number in numbers if number not in finished[name]] for name in scenarios}
    chunks = _chunks(scenarios, missing, seed, execution.engine)
    total, left = len(scenarios) * len(numbers), sum(map(len, missing.values()))
    with (
        bar(total, done=total - left, shown=execution.progress) as progress,
        closing(_all(chunks, measure, execution)) as results,
    ):
        for chunk, outcomes in results:
            finished[chunk.name] |= outcomes
            if checkpoints:
                checkpoints.write(prints[chunk.name], outcomes)
            progress.update(len(outcomes))
    return {name: [outcomes[number] for number in numbers] for name, outcomes in finished.items()}


def _chunks(
    scenarios: Mapping[str, Scenario], missing: Mapping[str, Sequence[int]], seed: int, engine: str | None
) -> list[Chunk]:
    """Return the work in chunks: the same replications of all scenarios follow each other, because they share their demand."""
    total = sum(map(len, missing.values()))
    size = min(MOST_IN_A_CHUNK, -(-total // CHUNKS_WANTED)) or 1
    return [
        Chunk(
            name=name,
            scenario=scenarios[name],
            seed=seed,
            replications=tuple(numbers[first : first + size]),
            engine=engine,
        )
        for first in range(0, max(map(len, missing.values()), default=0), size)
        for name, numbers in missing.items()
        if first < len(numbers)
    ]


def _all(
    chunks: Sequence[Chunk], measure: Measures, execution: Execution
) -> Generator[tuple[Chunk, dict[int, Outcome]], None, None]:
    """Yield each chunk with its outcomes; run again what was lost with a worker."""
    workers, executor = execution.workers, execution.executor
    if executor is None and workers == 1:
        with little_garbage():
            for chunk in chunks:
                yield chunk, _good(work(measure, chunk))
        return
    left, fruitless = list(chunks), 0
    while left:
        lost: list[Lost] = []
        before = len(left)
        with _own_pool(workers, execution.engine) if executor is None else nullcontext(executor) as pool:
            window = SUBMITTED_AT_ONCE if executor else 2 * workers
            for chunk, done in _submitted(pool, left, measure, window):
                if isinstance(done, Exception):
                    lost.append((chunk, done))
                    continue
                left.remove(chunk)
                yield chunk, _good(done)
        if lost:
            fruitless = 0 if len(left) < before else fruitless + 1
            _report(lost, given=executor, hopeless=fruitless >= ROUNDS_WITHOUT_PROGRESS)


def _own_pool(workers: int, engine: str | None) -> AbstractContextManager[Executor]:
    """Return threads where the fast engine serves, which leaves Python's lock while it runs; else processes."""
    return thread_pool(workers) if serving(engine) == "fast" else process_pool(workers)


def _good(done: Done) -> dict[int, Outcome]:
    outcomes, error = done
    if error is not None:
        raise error
    return outcomes


def _submitted(
    pool: Executor, chunks: Iterable[Chunk], measure: Measures, window: int
) -> Iterator[tuple[Chunk, Done | Exception]]:
    """Yield each chunk with what comes back, in any order, or with the error of a lost worker; submit at most `window` at once."""
    waiting = list(chunks)[::-1]
    submitted: dict[Future[Done], Chunk] = {}
    broken = False
    try:
        while submitted or (waiting and not broken):
            while waiting and len(submitted) < window and not broken:
                try:
                    submitted[pool.submit(work, measure, waiting[-1])] = waiting[-1]
                    waiting.pop()
                except RuntimeError as error:  # the pool broke, or was shut down, since the last result
                    broken = True
                    if not submitted:
                        yield waiting[-1], error
            for future in wait(submitted, return_when=FIRST_COMPLETED).done:
                chunk = submitted.pop(future)
                try:
                    done = future.result()
                except Exception as error:  # noqa: BLE001 - `work` never raises: whatever this is, the worker is gone
                    broken = broken or isinstance(error, BrokenExecutor)
                    yield chunk, error
                else:
                    yield chunk, done
    finally:
        for future in submitted:
            future.cancel()


def _report(lost: Sequence[Lost], *, given: Executor | None, hopeless: bool) -> None:
    chunks = [chunk for chunk, _ in lost]
    named = "; ".join(map(str, chunks))
    if hopeless:
        message = (
            f"worker processes died {ROUNDS_WITHOUT_PROGRESS + 1} times in a row with {named}; "
            "check the memory, try workers=1, and in a script call it below `if __name__ == '__main__':`."
        )
        raise LostWorkError(message, chunks)
    if given is not None and any(isinstance(error, RuntimeError) for _, error in lost):  # as BrokenExecutor is
        message = f"the executor broke with {named}; create a new one, and pass `folder` to keep the replications finished so far."
        raise LostWorkError(message, chunks)
    warnings.warn(f"a worker process died; these run again: {named}.", LostWorkWarning, stacklevel=2)
