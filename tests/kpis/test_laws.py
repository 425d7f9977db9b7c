"""Laws that KPIs keep on every log, whatever happened in it."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import (
    closed,
    committed,
    deployed,
    detected,
    dismissed,
    failed,
    fixed,
    log_of,
    outage,
    patched,
    reported,
    requested,
    resolved,
    restored,
    rolled_back,
    scanned,
    valid,
    weakness,
    worked,
)

from devopssim import events, kpis
from devopssim.events import Row

HORIZON = 1000.0
few = settings(max_examples=30, deadline=None)
moments = st.integers(0, 999).map(float)
later = st.one_of(st.none(), st.integers(0, 300).map(float))
intervals = st.lists(st.tuples(moments, later), max_size=12)


def ended(start: float, length: float | None) -> float | None:
    return None if length is None or start + length > HORIZON else start + length


@st.composite
def items(draw: st.DrawFn) -> list[Row]:
    rows = []
    for number, (start, length) in enumerate(draw(intervals)):
        item, end = f"W{number}", ended(start, length)
        rows.append(
            requested(item, start, **draw(st.sampled_from([{}, {"value": 2.5}, {"value": 0, "due": start + 99}])))
        )
        if end is None:
            continue
        middle = (start + end) / 2
        rows.append(closed(item, end))
        rows += worked("code", start, middle, item=item, role=draw(st.sampled_from(events.ROLES)))
        rows += worked("test", (start + middle) / 2, end, item=item, role="tester")
    return rows


@st.composite
def deployments(draw: st.DrawFn) -> list[Row]:
    rows = []
    for number, (start, length) in enumerate(draw(intervals)):
        change, at = f"C{number}", ended(start, length)
        rows += [committed(change, start), scanned(start, change, covered=0.5, automated=draw(st.booleans()))]
        if at is not None:
            deployment = f"D{at:g}"  # what goes out at one moment is one deployment
            rows.append(deployed(change, deployment, at, **draw(st.sampled_from([{}, {"repair": "I1"}]))))
            if draw(st.booleans()):
                rows.append(failed(deployment, f"IC{number}", at))
    shipped = {str(row[5]): row[0] for row in rows if row[1] == "service.deployed"}
    return rows + [rolled_back(deployment, at) for deployment, at in shipped.items() if draw(st.booleans())]


@st.composite
def incidents(draw: st.DrawFn) -> list[Row]:
    rows = []
    for number, (start, length) in enumerate(draw(intervals)):
        incident, end = f"I{number}", ended(start, length)
        cause = draw(st.sampled_from(["vulnerability", "infrastructure"]))
        affected = draw(st.sampled_from([{}, {"affected": 0.05}, {"affected": 0.5}]))
        rows.append(failed(None, incident, start, cause=cause, **affected))
        rows += [] if end is None else [detected(incident, start), resolved(incident, end)]
        if end is not None and draw(st.booleans()):
            rows.append(restored(incident, start + (end - start) // 2))
    return rows


@st.composite
def findings(draw: st.DrawFn) -> list[Row]:
    rows = []
    for number, (start, length) in enumerate(draw(intervals)):
        finding, end = f"V{number}", ended(start, length)
        rows += [weakness(finding, start), reported(finding, start)]
        if end is not None:
            fate = draw(st.sampled_from(["fixed", "dismissed", "patched"]))
            rows.append({"fixed": fixed, "dismissed": dismissed}.get(fate, patched_alone)(finding, end))
    return rows


def patched_alone(finding: str, at: float) -> Row:
    return patched(finding, at=at)


def logs() -> st.SearchStrategy[pd.DataFrame]:
    """Logs of items, deployments, incidents and findings that follow each other in any valid way."""
    people = {"people": dict.fromkeys(events.ROLES, 20)}
    parts = st.tuples(items(), deployments(), incidents(), findings())
    return parts.map(lambda rows: log_of(*rows, horizon=HORIZON, source=people))


@few
@given(log=logs(), cut=st.sampled_from([0.0, 100.0, 650.0]))
def test_shares_lie_between_0_and_1_and_durations_are_never_negative(log: pd.DataFrame, cut: float) -> None:
    part = events.since(valid(log), cut)
    for name, kpi in kpis.KPIS.items():
        found = kpi.function(part)
        if kpi.shape == "duration":
            assert (found >= 0).all(), name
            assert found.index.is_unique, name
        elif kpi.unit == "share":
            assert math.isnan(found) or -1e-12 <= found <= 1 + 1e-12, name
        else:
            assert math.isnan(found) or found >= 0, name


@few
@given(log=logs())
def test_time_between_failures_is_up_time_plus_outage_over_the_same_pairs(log: pd.DataFrame) -> None:
    between, up, down = kpis.mtbf(log), kpis.mttf(log), kpis.outages(log)["hours"]
    assert between.index.equals(up.index)
    np.testing.assert_allclose(between, up + down.loc[up.index])
    assert between.mean() == pytest.approx(up.mean() + down.loc[up.index].mean(), nan_ok=True)


@few
@given(log=logs())
def test_each_hour_serves_all_but_the_users_whom_the_widest_incident_affects(log: pd.DataFrame) -> None:
    affected = np.zeros(int(HORIZON))
    ends = log[log["kind"].isin(["service.restored", "incident.resolved"])].groupby("incident")["time"].min()
    for failure in log[log["kind"] == "service.failed"].to_dict("records"):
        hours = slice(int(failure["time"]), int(ends.get(failure["incident"], HORIZON)))
        share = events.decode_detail(failure["detail"] if isinstance(failure["detail"], str) else None).get(
            "affected", 1
        )
        affected[hours] = np.maximum(affected[hours], float(share))
    assert kpis.availability(log) == pytest.approx(1 - affected.mean())


@few
@given(log=logs())
def test_users_are_served_again_no_later_than_the_cause_is_removed(log: pd.DataFrame) -> None:
    whole = kpis.time_to_resolve(log)
    assert (kpis.mttr(log).loc[whole.index] <= whole).all()


@few
@given(log=logs())
def test_planned_and_repair_deployments_together_are_all_deployments(log: pd.DataFrame) -> None:
    parts = [kpis.KPIS[f"change_failure_rate{part}"].rate for part in ("_planned", "_repair", "")]
    planned, repair, whole = (rate(kpis.Run(log)) for rate in parts if rate)
    assert planned.numerator + repair.numerator == whole.numerator
    assert planned.denominator + repair.denominator == whole.denominator


@few
@given(log=logs())
def test_littles_law_holds(log: pd.DataFrame) -> None:
    in_system = kpis.time_in_system(log)
    arrivals_per_hour = len(in_system) / HORIZON
    assert kpis.wip(log) == pytest.approx(arrivals_per_hour * in_system.mean() if len(in_system) else 0)


@few
@given(log=logs(), cut=moments.filter(lambda moment: moment > 0))
def test_a_cut_log_has_the_durations_that_began_after_the_cut(log: pd.DataFrame, cut: float) -> None:
    for kpi in kpis.KPIS.values():
        if kpi.durations is None or kpi.name in {"mttf", "mtbf"}:  # pairs of outages: the cut may part an overlap
            continue
        whole, part = kpi.durations(kpis.Run(log)), kpi.durations(kpis.Run(events.since(log, cut)))
        expected = whole.select(whole.start >= cut)
        assert part.names.tolist() == expected.names.tolist(), kpi.name
        np.testing.assert_array_equal(part.end, expected.end, err_msg=kpi.name)


@few
@given(log=logs(), cut=moments.filter(lambda moment: moment > 0))
def test_averages_over_time_add_up_over_a_cut(log: pd.DataFrame, cut: float) -> None:
    """What the first part and the rest hold, weighted by their length, is what the whole holds."""
    first = log[log["time"] < cut].reset_index(drop=True)
    first.attrs = {**log.attrs, "horizon": cut}
    rest = events.since(log, cut)
    valued = () if math.isnan(kpis.cost_of_delay(first)) or math.isnan(kpis.cost_of_delay(rest)) else ("cost_of_delay",)
    for name in ("wip", "throughput", "deployment_frequency", "availability", *valued):
        parts = cut * kpis.values(first, [name])[name] + (HORIZON - cut) * kpis.values(rest, [name])[name]
        assert parts == pytest.approx(HORIZON * kpis.values(log, [name])[name]), name


@few
@given(log=logs(), days=st.sampled_from([5, 10]))
def test_the_whole_log_as_one_window_has_the_kpis_of_the_log(log: pd.DataFrame, days: int) -> None:
    for name, value in kpis.values(log).items():
        curve = kpis.kpi_curve(log, name, window=f"{HORIZON}h", step=f"{days}D")
        assert curve.tolist() == [pytest.approx(value, nan_ok=True)], name


@few
@given(log=logs())
def test_what_is_measured_together_is_what_is_measured_alone(log: pd.DataFrame) -> None:
    together, row = kpis.values(log), kpis.table(log)
    for name, kpi in kpis.KPIS.items():
        alone = kpi.function(log)
        if kpi.shape == "rate":
            assert together[name] == pytest.approx(alone, nan_ok=True, rel=0)
        assert row["value"][name] == pytest.approx(together[name], nan_ok=True, rel=0)


@given(spans=st.lists(st.tuples(moments, st.integers(1, 200)), min_size=1, max_size=10))
def test_the_order_in_which_incidents_are_named_changes_no_outage(spans: list[tuple[float, int]]) -> None:
    there = [outage(f"I{n}", start, start + length) for n, (start, length) in enumerate(spans)]
    one, other = log_of(*there, horizon=1300), log_of(*reversed(there), horizon=1300)
    assert kpis.outages(one)["hours"].tolist() == kpis.outages(other)["hours"].tolist()
