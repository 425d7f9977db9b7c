"""OpenMetrics text that Prometheus reads."""

import math

from logs import committed, deployed, log_of, travelled, valid
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from devopssim import kpis
from devopssim.diagnostics import intervals
from devopssim.exporters.openmetrics import openmetrics
from devopssim.scenario import DEVOPS, vary
from devopssim.simulation import simulate


def test_openmetrics_is_read_by_the_parser_of_prometheus() -> None:
    log = valid(
        log_of(
            *travelled("W1", 0, 10), *travelled("W2", 0, 20), committed("C1"), deployed("C1", "D1", at=4), horizon=168
        )
    )
    text = openmetrics(log, labels={"team": 'the "shop"\n'})
    found = {family.name: family for family in text_string_to_metric_families(text)}  # type: ignore[no-untyped-call]
    lead = {each.labels["statistic"]: each.value for each in found["devopssim_lead_time_seconds"].samples}
    assert lead["median"] == 15 * 3600
    assert found["devopssim_lead_time_seconds"].unit == "seconds"
    assert found["devopssim_lead_time_finished"].samples[0].value == 2
    assert found["devopssim_deployment_frequency"].samples[0].value == 1
    assert found["devopssim_mttr_seconds"].samples == []  # nothing failed: no number
    assert found["devopssim_mttr_interval_seconds"].samples == []
    assert all(each.labels["team"] == 'the "shop"\n' for family in found.values() for each in family.samples)
    assert all(math.isfinite(each.value) for family in found.values() for each in family.samples)
    assert len(kpis.KPIS) == sum(name.removesuffix("_seconds").removesuffix("_ratio") in kpis_named() for name in found)


def test_an_interval_is_that_of_the_diagnostics_in_base_units() -> None:
    log = simulate(vary(DEVOPS, {"years": 1}), seed=1)
    text = openmetrics(log, ["lead_time", "lead_time_for_changes", "availability"])
    found = {family.name: family for family in text_string_to_metric_families(text)}  # type: ignore[no-untyped-call]
    bounds = {each.labels["bound"]: each.value for each in found["devopssim_lead_time_interval_seconds"].samples}
    row = intervals(log).loc["lead_time"]
    assert bounds == {"low": row["low"] * 3600, "high": row["high"] * 3600}
    assert found["devopssim_lead_time_interval_seconds"].samples[0].labels["statistic"] == "median"
    assert found["devopssim_availability_interval_ratio"].samples == []  # too few outages


def kpis_named() -> set[str]:
    return {f"devopssim_{name}" for name in kpis.KPIS}
