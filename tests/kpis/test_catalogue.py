"""Each KPI is a function of its name."""

import pandas as pd
import pytest
from logs import (
    log_of,
)

from devopssim import events, kpis
from devopssim.kpis import catalogue


@pytest.mark.parametrize("name", kpis.KPIS)
def test_every_kpi_is_a_function_of_its_name_that_reads_known_events(name: str) -> None:
    kpi = kpis.KPIS[name]
    assert getattr(kpis, name) is kpi.function
    assert set() < set(kpi.events) <= set(events.KINDS)
    assert set(kpi.detail) <= set(events.DETAIL_KEYS)
    assert (kpi.durations is None) == (kpi.rate is not None) == (kpi.shape == "rate")
    found = kpi.function(log_of(horizon=1))
    assert isinstance(found, pd.Series if kpi.shape == "duration" else float)


def test_nine_delivery_kpis_with_six_that_part_or_complete_them_nine_of_flow_eleven_of_security_two_of_supply() -> None:
    families = [kpi.family for kpi in kpis.KPIS.values()]
    assert [families.count(each) for each in ("delivery", "flow", "security", "supply_chain")] == [15, 9, 11, 2]


@pytest.mark.parametrize("name", kpis.KPIS)
def test_the_examples_of_every_kpi_are_run(name: str) -> None:
    assert ">>> " in catalogue.__test__[name]
