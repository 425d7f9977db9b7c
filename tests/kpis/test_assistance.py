"""One log, with and without AI assistance: every change, item and deployment is in its half."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from logs import log_of

from devopssim import cli, events, kpis
from devopssim.errors import InvalidInputError
from devopssim.events import event, from_rows, validate
from devopssim.scenario import DEVOPS, adopt, vary
from devopssim.simulation import simulate

MARK = "assisted=yes"


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return simulate(adopt(vary(DEVOPS, {"years": 0.4}), {"assistance": 0.5}), seed=4)


def shop() -> pd.DataFrame:
    """W1 begins with an assisted change and W2 without; D1 carries one change of each, and fails."""
    return from_rows(
        [
            event(0, "ticket.created", item="W1"),
            event(0, "ticket.created", item="W2"),
            event(0, "ticket.created", item="W3"),
            event(1, "change.created", change="C1", item="W1", detail=MARK),
            event(2, "change.created", change="C2", item="W2"),
            event(3, "change.created", change="C3", item="W1"),
            event(4, "change.merged", change="C1", item="W1", detail=MARK),
            event(10, "service.deployed", change="C1", item="W1", deployment="D1"),
            event(10, "service.deployed", change="C2", item="W2", deployment="D1"),
            event(11, "service.deployed", change="C3", item="W1", deployment="D2"),
            event(12, "service.failed", deployment="D1", incident="I1"),
            event(13, "incident.resolved", incident="I1"),
            event(14, "service.failed", deployment="D2", incident="I2"),
            event(15, "incident.resolved", incident="I2"),
            event(20, "ticket.closed", item="W1"),
            event(21, "ticket.closed", item="W2"),
        ],
        horizon=168,
    )


def test_each_half_has_its_changes_items_deployments_and_incidents() -> None:
    assisted, other = kpis.by_assistance(shop()).values()
    assert assisted["change"].dropna().unique().tolist() == ["C1"]
    assert other["change"].dropna().unique().tolist() == ["C2", "C3"]
    assert kpis.lead_time(assisted).to_dict() == {"W1": 20}
    assert kpis.lead_time(other).to_dict() == {"W2": 21}
    assert kpis.lead_time_for_changes(assisted).to_dict() == {"C1": 9}
    assert kpis.lead_time_for_changes(other).to_dict() == {"C2": 8, "C3": 8}
    assert kpis.change_failure_rate(assisted) == kpis.change_failure_rate(other) == 1
    assert kpis.mttr(assisted).to_dict() == {"I1": 1}
    assert kpis.mttr(other).to_dict() == {"I1": 1, "I2": 1}
    assert assisted.attrs["shared_deployments"] == 1


def test_an_item_belongs_to_the_half_of_its_first_change_and_one_without_to_neither() -> None:
    halves = kpis.by_assistance(shop())
    assert [set(half["item"].dropna()) for half in halves.values()] == [{"W1"}, {"W1", "W2"}]  # C3 of W1 has no mark
    assert [half.loc[half["kind"] == "ticket.created", "item"].tolist() for half in halves.values()] == [["W1"], ["W2"]]


def test_halves_are_logs_of_the_same_time(log: pd.DataFrame) -> None:
    for half in kpis.by_assistance(log).values():
        validate(half)
        assert half.attrs["horizon"] == log.attrs["horizon"]


def test_the_halves_add_up(log: pd.DataFrame) -> None:
    halves = kpis.by_assistance(log).values()
    for names in (["deployment_frequency"], ["throughput"]):
        (whole,) = kpis.table(log, names)["value"]
        shared = next(iter(halves)).attrs["shared_deployments"]
        assert shared == 0
        assert sum(kpis.table(half, names)["value"].iloc[0] for half in halves) == pytest.approx(whole)
    assert sum((half["kind"] == "defect.injected").sum() for half in halves) == (log["kind"] == "defect.injected").sum()


@given(st.sets(st.integers(0, 7), min_size=1))
def test_every_change_is_in_one_half(marked: set[int]) -> None:
    rows = [event(n, "change.created", change=f"C{n}", detail=MARK if n in marked else None) for n in range(8)]
    assisted, other = kpis.by_assistance(log_of(*rows)).values()
    assert set(assisted["change"]) == {f"C{n}" for n in marked}
    assert set(assisted["change"]) | set(other["change"]) == {f"C{n}" for n in range(8)}
    assert not set(assisted["change"]) & set(other["change"])


def test_a_log_without_marks_or_a_cut_one_is_refused_with_the_next_step(log: pd.DataFrame) -> None:
    with pytest.raises(InvalidInputError, match="import with --assisted-label"):
        kpis.by_assistance(log_of(event(1, "change.created", change="C1")))
    with pytest.raises(InvalidInputError, match="then cut the halves"):
        kpis.by_assistance(events.since(log, 100))


def test_the_command_prints_both_halves(
    log: pd.DataFrame, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    file = f"{tmp_path}/team.csv"
    events.write(log, file)
    assert cli.main(["kpis", file, "--by", "assisted", "--warm-up", "200"]) == cli.SUCCESS
    out = capsys.readouterr().out
    halves = {name: events.since(half, 200) for name, half in kpis.by_assistance(log).items()}
    (line,) = [line for line in out.splitlines() if line.startswith("lead_time ")]
    assert line.split()[3::2] == [str(len(kpis.lead_time(half))) for half in halves.values()]
    assert "changes are assisted; 0 deployments carry both" in out
    assert "on_time_share" not in out  # not observed in either half
    assert cli.main(["kpis", file, "--by", "assisted", "--intervals"]) == 2
