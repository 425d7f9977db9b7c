"""Hidden vulnerabilities are in production and unreported."""

import math

import pytest
from logs import deployed, fixed, log_of, reported, weakness

from devopssim import events, kpis
from devopssim.kpis import security


def test_a_vulnerability_is_hidden_from_its_deployment_until_somebody_reports_it() -> None:
    log = log_of(
        weakness("V1", at=1, change="C1"),  # reported before deployment: never hidden
        reported("V1", at=2),
        fixed("V1", at=3),
        deployed("C1", "D1", at=4),
        weakness("V2", at=1, change="C2"),
        deployed("C2", "D2", at=2),
        reported("V2", at=5),
        weakness("V3", at=6),  # of a dependency
        weakness("V4", at=0, change="C4"),  # never deployed
        horizon=10,
    )
    assert kpis.vulnerabilities_hidden(log) == pytest.approx((3 + 4) / 10)
    assert kpis.KPIS["vulnerabilities_hidden"].rate(kpis.Run(log)).n == 2  # type: ignore[misc]


def test_what_was_hidden_before_a_cut_is_hidden_after_it() -> None:
    log = log_of(
        weakness("V1", at=1),
        weakness("V2", at=1, change="C2"),
        weakness("V3", at=1, change="C3"),
        deployed("C3", "D3", at=2),
        reported("V3", at=3),
        deployed("C2", "D2", at=6),
        reported("V1", at=9),
        horizon=10,
    )
    cut = events.since(log, 5)
    assert cut.attrs["open_hidden"] == {"V1": "", "V2": "C2"}
    assert kpis.vulnerabilities_hidden(cut) == pytest.approx((4 + 4) / 5)
    assert security.vulnerabilities_unreported(kpis.Run(log), 5) == cut.attrs["open_hidden"]
    assert kpis.kpi_curve(log, "vulnerabilities_hidden", window="5h", step="5h").tolist() == pytest.approx(
        [5 / 5, 8 / 5]
    )


def test_only_a_log_that_records_vulnerabilities_knows_how_many_are_hidden() -> None:
    rows = [reported("V1", at=2), fixed("V1", at=4)]
    told = log_of(rows, horizon=10)
    assert math.isnan(kpis.vulnerabilities_hidden(told))
    assert math.isnan(kpis.vulnerabilities_hidden(events.since(told, 5)))
    assert "open_hidden" not in events.since(told, 5).attrs
    assert kpis.kpi_curve(told, "vulnerabilities_hidden", window="5h", step="5h").isna().all()
    assert kpis.vulnerabilities_hidden(log_of(rows, horizon=10, source={"scenario": {}})) == 0
