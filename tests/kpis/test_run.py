"""A KPI reads the log of one replication and refuses every other table."""

import gc
import weakref

import pandas as pd
import pytest
from logs import (
    log_of,
    travelled,
)

from devopssim import events, kpis
from devopssim.errors import BrokenContractError
from devopssim.scenario import DEVOPS, vary
from devopssim.simulation import simulate_coded


def test_several_replications_are_refused_with_the_function_for_them() -> None:
    log = travelled_once()
    several = pd.concat([log.assign(replication=0), log.assign(replication=1)])
    with pytest.raises(BrokenContractError, match=r"several replications.*devopssim\.compare"):
        kpis.lead_time(several)


def test_logs_glued_together_are_refused() -> None:
    log = travelled_once()
    with pytest.raises(BrokenContractError, match="sorted by time"):
        kpis.lead_time(pd.concat([log, log], ignore_index=True))


def test_logs_glued_together_and_sorted_are_refused() -> None:
    log = travelled_once()
    both = pd.concat([log, log]).sort_values("time", kind="stable", ignore_index=True)
    with pytest.raises(
        BrokenContractError, match=r"row 1 \(ticket\.created of W1\) happens a second time.*devopssim\.compare"
    ):
        kpis.lead_time(both)


def test_rows_outside_the_time_of_observation_are_refused() -> None:
    log = travelled_once()
    log.attrs["horizon"] = 3.0
    with pytest.raises(BrokenContractError, match="outside the time of observation, 0 to 3 h"):
        kpis.lead_time(log)


def test_a_table_that_lost_its_attributes_is_a_log_that_ends_with_its_last_event() -> None:
    log = log_of(travelled("W1", 0, 4), horizon=8)
    bare = pd.DataFrame({name: log[name] for name in events.COLUMNS})
    bare["kind"] = bare["kind"].astype("str")
    assert kpis.wip(bare) == 1


@pytest.mark.parametrize("warm_up", [0, 100], ids=["whole", "cut"])
def test_a_run_leaves_the_memory_when_nobody_holds_it(warm_up: float) -> None:
    gc.collect()
    gc.disable()  # experiments collect garbage rarely, and their runs hold megabytes
    try:
        run = kpis.Run(simulate_coded(vary(DEVOPS, {"years": 0.05}), seed=1))
        held = weakref.ref(run)
        kpis.counted(kpis.since(run, warm_up))
        kpis.kpi_curve(run, "lead_time", window="7D", step="7D")
        del run
        assert held() is None
    finally:
        gc.enable()


def travelled_once() -> pd.DataFrame:
    return log_of(travelled("W1", 0, 4))
