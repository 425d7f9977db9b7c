"""The same experiment here, on two processes, on threads and on a Dask cluster of two workers: how long, and the same bytes.

By the clock on the wall, since that is what sharing work is about: measure on a machine that has nothing else to do.
"""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Final

import pytest

from devopssim.experiment import Result, process_pool, replicate
from devopssim.scenario import DEVOPS, vary

SCENARIO: Final = vary(DEVOPS, {"years": 1})
REPLICATIONS: Final = 16
GROUP: Final = pytest.mark.benchmark(group=f"{REPLICATIONS} replications of a year")


def experiment(**options: Any) -> Result:
    return replicate(SCENARIO, REPLICATIONS, kpis=("lead_time",), progress=False, **options)


@pytest.fixture(scope="module")
def expected() -> str:
    """What must come out, to the byte."""
    return experiment().values.to_csv()


@pytest.fixture(params=["threads", "processes", "dask"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """Two workers that are up and have imported what they need."""
    kind = request.param
    if kind == "threads":
        with ThreadPoolExecutor(2) as threads:
            yield threads
    elif kind == "processes":
        with process_pool(2) as pool:
            experiment(executor=pool)
            yield pool
    else:
        from dask.distributed import Client, LocalCluster  # noqa: PLC0415 - slow to import

        with (
            LocalCluster(  # type: ignore[no-untyped-call] # Dask is not typed
                n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
            ) as cluster,
            Client(cluster, set_as_default=False) as client,  # type: ignore[no-untyped-call]
        ):
            dask = client.get_executor(pure=False)
            experiment(executor=dask)
            yield dask


@GROUP
def test_here(benchmark: Any, expected: str) -> None:
    assert benchmark.pedantic(experiment, rounds=2).values.to_csv() == expected


@GROUP
def test_two_workers(benchmark: Any, executor: Executor, expected: str) -> None:
    found = benchmark.pedantic(experiment, kwargs={"executor": executor}, rounds=2)
    assert found.values.to_csv() == expected


@GROUP
def test_two_workers_of_our_own(benchmark: Any, expected: str) -> None:
    found = benchmark.pedantic(experiment, kwargs={"workers": 2}, rounds=2)
    assert found.values.to_csv() == expected
