"""Each KPI is a function of its name, and the catalogue holds all of them."""

import importlib
import math
import pkgutil

import pandas as pd
import pytest
from logs import log_of, travelled

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


def test_every_declared_kpi_is_in_the_catalogue() -> None:
    modules = [importlib.import_module(each.name) for each in pkgutil.walk_packages(kpis.__path__, f"{kpis.__name__}.")]
    declared = {id(value): name for module in modules for name, value in vars(module).items() if hasattr(value, "kpi")}
    assert sorted(declared.values()) == sorted(kpis.KPIS)


def test_nine_delivery_kpis_with_six_that_part_or_complete_them_nine_of_flow_eleven_of_security_two_of_supply() -> None:
    families = [kpi.family for kpi in kpis.KPIS.values()]
    assert [families.count(each) for each in ("delivery", "flow", "security", "supply_chain")] == [15, 9, 11, 2]


@pytest.mark.parametrize("name", kpis.KPIS)
def test_the_examples_of_every_kpi_are_run(name: str) -> None:
    assert ">>> " in catalogue.__test__[name]


@pytest.mark.parametrize("name", [name for name, kpi in kpis.KPIS.items() if kpi.family == "security"])
def test_where_nothing_was_there_to_count_there_is_no_number(name: str) -> None:
    value = kpis.values(log_of(travelled("W1", 0, 5)), [name])[name]
    if name in {"vulnerabilities_open", "security_downtime"}:  # over time, and there was time
        assert value == 0
    else:
        assert math.isnan(value)
