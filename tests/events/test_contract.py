"""A broken rule of the event log is named with its first row."""

from pathlib import Path

import pandas as pd
import pytest
from logs import closed, committed, deployed, failed, log_of, requested, resolved, valid

from devopssim import events
from devopssim.cli import main
from devopssim.errors import BrokenContractError
from devopssim.events import Row, event


def a_log() -> pd.DataFrame:
    return log_of(
        requested("W1", at=0),
        committed("C1", at=0.1 + 0.2, item="W1"),
        deployed("C1", "D1", at=1 / 3),
        horizon=10,
        start="2026-01-05T09:00:00+00:00",
        source={"git": "shop", "rules": ["ä", "ö"]},
    )


BROKEN: list[tuple[list[Row], int, str]] = [
    ([event(-1, "ticket.created", item="W1")], 0, "negative"),
    ([event(float("nan"), "ticket.created", item="W1")], 0, "finite"),
    ([event(float("inf"), "ticket.created", item="W1")], 0, "finite"),
    ([event(1, "ticket.exploded", item="W1")], 0, "KINDS"),
    ([event(1, "ticket.created")], 0, "ticket.created must name its item"),
    ([requested("W1"), requested("W1", at=1)], 1, "happens once"),
    ([closed("W1", at=1)], 0, "must come after ticket.created"),
    ([requested("W2"), closed("W1", at=1), requested("W1", at=1)], 1, "must come after ticket.created"),
    ([deployed("C1", "D1", at=1)], 0, "must come after change.created"),
    ([committed("C1"), deployed("C1", "D1", at=1), deployed("C1", "D1", at=2)], 2, "one row for each change"),
    ([failed("D1", incident="I1", at=1)], 0, "must come after service.deployed"),
    ([resolved("I1", at=1)], 0, "must come after service.failed or incident.detected or incident.reported"),
    ([event(1, "service.restored", incident="I1")], 0, "service.restored must come after service.failed"),
    ([failed("D1", "I1"), failed(None, "I2", affected=1.2)], 0, "must come after service.deployed"),
    ([failed(None, "I1"), failed(None, "I2", affected=1.2)], 1, "affected in detail must be a number from 0 to 1"),
    ([failed(None, "I1", affected="some")], 0, "affected in detail must be a number from 0 to 1"),
    ([requested("W1", value=0), requested("W2", value=-1)], 1, "value in detail must be a finite number, 0 or more"),
    ([requested("W1", due=-1), requested("W2", due="soon")], 1, "due in detail must be a finite number"),
    ([event(1, "stage.finished", stage="code", item="W1")], 0, "must come after stage.started"),
    ([event(1, "stage.started", stage="code")], 0, "must name the item, change"),
    ([event(1, "stage.started", stage="paint", item="W1")], 0, "stage must be one of"),
    ([event(1, "scan.finished", detail="scanner")], 0, "key=value"),
    ([event(1, "scan.finished", detail="colour=red")], 0, "key=value"),
    ([event(1, "finding.dismissed", finding="V1")], 0, "must come after finding.reported"),
]


@pytest.mark.parametrize(("rows", "row", "rule"), BROKEN, ids=[rule for _, _, rule in BROKEN])
def test_a_broken_rule_is_named_with_its_first_row(rows: list[Row], row: int, rule: str) -> None:
    with pytest.raises(BrokenContractError, match=rule) as refused:
        events.validate(events.from_rows(rows))
    assert refused.value.row == row
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("start", "yesterday"),
        ("start", 5),
        ("horizon", float("inf")),
        ("warm_up", "a week"),
        ("warm_up", float("nan")),
        ("warm_up", True),
        ("open_items", [1]),
        ("source", "git"),
    ],
)
def test_what_is_said_of_a_whole_log_is_checked_before_anybody_counts_on_it(
    name: str, said: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, path = a_log(), tmp_path / "log.csv"
    log.attrs[name] = said
    with pytest.raises(BrokenContractError, match=f"{name}=.* must be"):
        events.validate(log)
    events.write(log, path)
    for words in (["kpis", str(path)], ["export", str(path), "--to", "cdevents", "--out", str(tmp_path / "out")]):
        assert main(words) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [path]


def test_the_first_of_several_offences_is_the_one_that_is_named() -> None:
    log = log_of(requested("W1"), closed("W2", at=1), event(2, "scan.finished", detail="?"))
    with pytest.raises(BrokenContractError, match="row 1"):
        events.validate(log)


def test_rows_that_are_not_sorted_are_refused() -> None:
    log = log_of(requested("W1"), requested("W2", at=1)).iloc[::-1]
    with pytest.raises(BrokenContractError, match="sorted by time"):
        events.validate(log)


def test_an_event_after_the_horizon_is_refused() -> None:
    with pytest.raises(BrokenContractError, match="horizon of 5 h"):
        events.validate(log_of(requested("W1", at=6), horizon=5))


def test_a_table_of_several_replications_is_no_log_and_the_error_says_what_to_use() -> None:
    with pytest.raises(BrokenContractError, match=r"devopssim\.compare"):
        events.validate(a_log().assign(replication=1))


def test_a_table_without_a_column_is_no_log() -> None:
    with pytest.raises(BrokenContractError, match="without 'finding'"):
        events.validate(a_log().drop(columns="finding"))


def test_an_empty_log_is_a_log() -> None:
    assert valid(log_of(horizon=5)).empty
