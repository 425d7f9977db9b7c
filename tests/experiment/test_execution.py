"""Work that is shared, lost, interrupted and taken up again gives the same numbers as work done here in one go."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pandas as pd
import psutil
import pytest
from measures import AlwaysDies, DiesOnce, Refuses, Stops, outcomes_of

from devopssim import cli
from devopssim.cli.dask_cluster import cluster
from devopssim.errors import InvalidInputError
from devopssim.experiment import (
    Execution,
    LostWorkError,
    LostWorkWarning,
    Measure,
    Result,
    compare,
    process_pool,
)
from devopssim.scenario import AGILE, DEVOPS, vary

SHORT = {"agile": vary(AGILE, {"years": 0.3}), "devops": vary(DEVOPS, {"years": 0.3})}
KPIS = ("lead_time", "deployment_frequency", "mttr")
MEASURE = Measure(kpis=KPIS)


def few(**options: object) -> Result:
    return compare(SHORT, 5, kpis=KPIS, curves=("wip",), **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def here() -> Result:
    """The experiment, done in this process."""
    return few()


def assert_same(ours: Result, theirs: Result) -> None:
    pd.testing.assert_frame_equal(ours.values, theirs.values, check_exact=True)
    pd.testing.assert_frame_equal(ours.estimates, theirs.estimates, check_exact=True)
    pd.testing.assert_frame_equal(ours.curves, theirs.curves, check_exact=True)
    assert ours.values.to_csv() == theirs.values.to_csv()


@pytest.mark.parametrize("engine", ["reference", pytest.param("fast", marks=pytest.mark.fast)])
@pytest.mark.parametrize("workers", [1, 2])
def test_threads_processes_and_engines_give_the_same_bytes(here: Result, engine: str, workers: int) -> None:
    assert_same(few(execution=Execution(workers=workers, engine=engine)), here)


def test_any_executor_gives_the_same_bytes(here: Result) -> None:
    with ThreadPoolExecutor(3) as threads:
        assert_same(few(executor=threads), here)


@contextmanager
def dask_scheduler() -> Iterator[str]:
    """Yield the address of a Dask scheduler with two worker processes, which end with the block."""
    from dask.distributed import LocalCluster  # noqa: PLC0415 - slow to import

    with LocalCluster(  # type: ignore[no-untyped-call] # Dask is not typed
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a Dask scheduler that all tests of this file share."""
    with dask_scheduler() as address:
        yield address


def test_a_dask_cluster_gives_the_same_bytes(here: Result, scheduler: str) -> None:
    with cluster(scheduler) as executor:
        assert_same(few(executor=executor), here)


def test_a_dask_worker_that_dies_costs_no_replication(scheduler: str, tmp_path: Path) -> None:
    """Dask itself gives the work of a worker that died to another one, some times over."""
    measure = DiesOnce(mark=tmp_path / "died", replication=2, measure=MEASURE)
    with cluster(scheduler) as executor:
        outcomes = outcomes_of(measure, 4, executor=executor)
    assert (tmp_path / "died").exists()
    assert repr(outcomes) == repr(outcomes_of(MEASURE, 4))


def test_what_dask_gives_up_is_reported_and_runs_again(tmp_path: Path) -> None:
    import dask  # noqa: PLC0415 - slow to import

    measure = DiesOnce(mark=tmp_path / "died", replication=2, measure=MEASURE)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        dask_scheduler() as address,
        cluster(address) as executor,
        pytest.warns(LostWorkWarning, match=r"seed 1, replications.*\b2\b.*of 'devops'"),
    ):
        outcomes = outcomes_of(measure, 4, executor=executor)
    assert repr(outcomes) == repr(outcomes_of(MEASURE, 4))


def test_the_command_line_gives_its_work_to_a_cluster(scheduler: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["compare", "devops", "--years", "0.1", "--replications", "4", "--json"]
    printed = []
    for place in (["--dask", scheduler], ["--workers", "1"]):
        assert cli.main([*asked, *place]) == cli.SUCCESS
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    assert json.loads(printed[0])[0]["replications"] == 4


def test_a_cluster_that_does_not_answer_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devopssim.cli.dask_cluster.CONNECT_TIMEOUT", "1s")
    assert cli.main(["compare", "devops", "--replications", "1", "--dask", "tcp://127.0.0.1:9"]) == cli.INVALID_INPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert "tcp://127.0.0.1:9" in line
    assert "no scheduler answers" in line


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1:8786", "tcp://127.0.0.1:soon", ""])
def test_what_can_be_no_schedulers_address_is_refused_before_a_client_is_made(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that is half made would print a traceback when the program ends."""
    monkeypatch.setattr("dask.distributed.Client", lambda *_, **__: pytest.fail("a client was made"))
    assert cli.main(["compare", "devops", "--replications", "1", "--dask", address]) == cli.INVALID_INPUT
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{address!r}: expected [PROTOCOL://]HOST:PORT, for example tcp://127.0.0.1:8786" in line


def test_a_comparison_that_finds_no_cluster_leaves_no_plan(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli.main(["compare", "devops", "--dask", "nowhere", "--out", str(out)]) == cli.INVALID_INPUT
    assert not out.exists()


def test_a_bar_is_drawn_where_somebody_looks_and_nowhere_else(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard error is no terminal here; told to, it draws all the same."""
    for progress, drawn in ((None, False), (False, False), (True, True)):
        outcomes_of(MEASURE, 1, progress=progress)
        assert ("/1 [" in capsys.readouterr().err) is drawn  # the last count may go unseen: it draws ten times a second


def test_a_worker_that_dies_is_reported_and_only_its_replications_run_again(tmp_path: Path) -> None:
    measure = DiesOnce(mark=tmp_path / "died", replication=2, measure=MEASURE)
    with pytest.warns(LostWorkWarning, match=r"seed 1, replications.*\b2\b.*of 'devops'"):
        outcomes = outcomes_of(measure, 4, workers=2, engine="reference")
    assert (tmp_path / "died").exists()
    expected = outcomes_of(MEASURE, 4)
    assert repr(outcomes) == repr(expected)


def test_workers_that_always_die_end_the_experiment_with_one_line() -> None:
    with (
        pytest.warns(LostWorkWarning),
        pytest.raises(LostWorkError, match=r"seed 7, replications 0 of 'devops'.*memory") as caught,
    ):
        outcomes_of(AlwaysDies(), 1, scenario=DEVOPS, seed=7, workers=2, engine="reference")
    assert "\n" not in str(caught.value)
    assert caught.value.lost[0].replications == (0,)


def test_an_executor_of_somebody_else_that_broke_is_not_used_again() -> None:
    with process_pool(1) as pool, pytest.raises(LostWorkError, match="the executor broke with seed 1, replications 0"):
        outcomes_of(AlwaysDies(), 1, scenario=DEVOPS, executor=pool)


@pytest.mark.parametrize("engine", ["reference", pytest.param("fast", marks=pytest.mark.fast)])
def test_an_error_of_the_model_is_raised_as_it_is(engine: str) -> None:
    with pytest.raises(ZeroDivisionError, match="devops, seed 1, replication 2"):
        outcomes_of(Refuses(at=2), 4, scenario=DEVOPS, workers=2, engine=engine)


def test_an_engine_that_is_unknown_is_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"engine='quick' .* must be one of fast, reference"):
        Execution(engine="quick")


def test_an_experiment_that_is_interrupted_goes_on_where_it_was(tmp_path: Path) -> None:
    done = tmp_path / "done"
    with pytest.raises(KeyboardInterrupt):
        outcomes_of(Stops(measure=MEASURE, done=done, at=13), 20, folder=tmp_path / "kept")
    first = len(done.read_text().splitlines())
    outcomes = outcomes_of(Stops(measure=MEASURE, done=done), 20, folder=tmp_path / "kept")
    assert 0 < first < 20
    assert len(done.read_text().splitlines()) - first <= 20 - 12, "at most the chunk that was interrupted is done twice"
    assert repr(outcomes) == repr(outcomes_of(MEASURE, 20))


@pytest.mark.parametrize("at", [None, 1])
def test_an_experiment_leaves_the_collection_of_garbage_as_it_was(tmp_path: Path, at: int | None) -> None:
    """However it ends."""
    usual = gc.get_threshold()
    with nullcontext() if at is None else pytest.raises(KeyboardInterrupt):
        outcomes_of(Stops(measure=MEASURE, done=tmp_path / "done", at=at), 2)
    assert gc.get_threshold() == usual


@pytest.mark.parametrize("workers", [0, -1, 62])
def test_a_number_of_workers_that_cannot_be_is_refused(workers: int) -> None:
    with pytest.raises(InvalidInputError, match=f"workers={workers} "):
        few(workers=workers)


PROGRAM = ["env", "--default-signal=INT", sys.executable, "-m", "devopssim", "compare"]
ASKED = {
    "reference": [
        "agile",
        "devops",
        "--replications",
        "12",
        "--years",
        "0.4",
        "--workers",
        "2",
        "--engine",
        "reference",
    ],
    "fast": ["agile", "devops", "--replications", "80", "--years", "1", "--workers", "2", "--engine", "fast"],
}


@pytest.fixture(scope="module", params=["reference", pytest.param("fast", marks=pytest.mark.fast)])
def undisturbed(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> tuple[str, Path]:
    """An engine, and the folder of its comparison that nobody disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed") / "out"
    subprocess.run([*PROGRAM, *ASKED[request.param], "--out", str(folder)], check=True, capture_output=True)
    return request.param, folder


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_an_experiment_killed_half_way_and_resumed_equals_an_undisturbed_one(
    tmp_path: Path, undisturbed: tuple[str, Path], number: signal.Signals, status: int
) -> None:
    engine, whole = undisturbed
    folder = tmp_path / "killed"
    killed = subprocess.Popen([*PROGRAM, *ASKED[engine], "--out", str(folder)], stderr=subprocess.PIPE, text=True)
    wait_until(lambda: len(list((folder / "unfinished").glob("*.json"))) >= 3)
    workers = children(killed.pid)
    killed.send_signal(number)
    _, said = killed.communicate(timeout=300)
    assert killed.returncode == status
    assert number != signal.SIGINT or f"--resume {folder}" in said
    assert bool(workers) == (engine == "reference"), "the fast engine runs in threads"
    wait_until(lambda: not any(map(alive, workers)))
    subprocess.run([*PROGRAM, "--resume", str(folder)], check=True, capture_output=True)
    for name in ("values.csv", "estimates.csv", "differences.csv", "curves.csv", "experiment.json", "report.html"):
        assert (folder / name).read_bytes() == (whole / name).read_bytes(), name
    assert not (folder / "unfinished").exists()


def wait_until(condition: Callable[[], bool], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    return [each.pid for each in psutil.Process(pid).children(recursive=True)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/status").exists() and "zombie" not in Path(f"/proc/{pid}/status").read_text()
