"""KPIs of large logs, beside the time that pandas takes to read the same log from a CSV file."""

import time
import tracemalloc
from functools import cache
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest

from devopssim import events, kpis
from devopssim.scenario import DEVSECOPS, vary
from devopssim.simulation import simulate, simulate_coded

CPU: Final = pytest.mark.benchmark(timer=time.process_time)
SIZES: Final = (100_000, 1_000_000, 10_000_000)
READ: Final = SIZES[:2]
"""Files that are also written and read: one of ten million rows has 600 MB."""


@cache
def log_of(size: int) -> pd.DataFrame:
    """Return a log of about so many events: years of DevSecOps, one after another, each with names of its own."""
    years = simulate(DEVSECOPS)
    parts = []
    for number in range(max(1, round(size / len(years)))):
        part = years.assign(time=years["time"] + number * years.attrs["horizon"])
        parts.append(part.assign(**{column: part[column] + f".{number}" for column in events.IDS}))
    log = pd.concat(parts, ignore_index=True)
    log.attrs = {**years.attrs, "horizon": years.attrs["horizon"] * len(parts)}
    return log


@CPU
@pytest.mark.parametrize("size", SIZES)
def test_all_kpis(benchmark: Any, size: int) -> None:
    benchmark.group = f"a log of {size:,} events"
    log = log_of(size)
    found = benchmark.pedantic(kpis.values, args=(log,), rounds=3, warmup_rounds=1)
    assert found["lead_time"] > 0
    tracemalloc.start()
    kpis.values(log)
    benchmark.extra_info |= {"events": len(log), "peak MB": round(tracemalloc.get_traced_memory()[1] / 1e6)}
    tracemalloc.stop()


@CPU
@pytest.mark.parametrize("size", SIZES)
def test_one_kpi(benchmark: Any, size: int) -> None:
    benchmark.group = f"a log of {size:,} events"
    found = benchmark.pedantic(kpis.lead_time, args=(log_of(size),), rounds=3, warmup_rounds=1)
    assert len(found)


@CPU
def test_all_kpis_of_a_million_events_in_codes(benchmark: Any) -> None:
    """One run of many years."""
    coded = simulate_coded(vary(DEVSECOPS, {"years": 24}), engine="fast")
    benchmark.group = "a log of 1,000,000 events"
    benchmark.extra_info["events"] = len(coded)
    found = benchmark.pedantic(kpis.values, args=(coded,), rounds=3, warmup_rounds=1)
    assert len(found) == len(kpis.KPIS)


@CPU
@pytest.mark.parametrize("size", READ)
def test_pandas_reads_the_log(benchmark: Any, size: int, tmp_path: Path) -> None:
    benchmark.group = f"a log of {size:,} events"
    log_of(size).to_csv(tmp_path / "log.csv", index=False)
    table = benchmark.pedantic(pd.read_csv, args=(tmp_path / "log.csv",), rounds=3, warmup_rounds=1)
    assert len(table) == len(log_of(size))


@CPU
@pytest.mark.parametrize("size", READ[:1])
def test_we_read_the_log_and_check_it(benchmark: Any, size: int, tmp_path: Path) -> None:
    """To the last bit, and with the whole contract checked."""
    benchmark.group = f"a log of {size:,} events"
    events.write(log_of(size), tmp_path / "log.csv")
    table = benchmark.pedantic(events.read, args=(tmp_path / "log.csv",), rounds=2)
    pd.testing.assert_frame_equal(table, log_of(size))
