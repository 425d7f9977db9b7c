"""The event log keeps its contract, and reads back to the same bits."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from logs import closed, committed, deployed, failed, log_of, requested, resolved, valid, worked

from devopssim import events
from devopssim.cli import main
from devopssim.errors import BrokenContractError, InvalidInputError
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


def test_events_of_one_instant_keep_the_order_in_which_they_happened() -> None:
    log = log_of(requested("W2", at=1), requested("W1", at=1), requested("W3", at=0))
    assert list(log["item"]) == ["W3", "W2", "W1"]


def test_an_empty_log_is_a_log() -> None:
    assert valid(log_of(horizon=5)).empty


@pytest.mark.parametrize("name", ["log.csv", "log.parquet"])
def test_a_log_reads_back_to_the_same_bits(tmp_path: Path, name: str) -> None:
    log = valid(a_log())
    events.write(log, tmp_path / name)
    again = events.read(tmp_path / name)
    pd.testing.assert_frame_equal(log, again, check_exact=True)
    assert again.attrs == log.attrs


@pytest.mark.parametrize("name", ["log.csv", "log.parquet"])
def test_an_empty_log_reads_back(tmp_path: Path, name: str) -> None:
    events.write(log_of(horizon=5), tmp_path / name)
    again = events.read(tmp_path / name)
    assert again.empty
    assert again.attrs["horizon"] == 5


finite_hours = st.lists(st.floats(0, 1e9, allow_nan=False), max_size=30)
awkward_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)


@given(times=finite_hours, name=awkward_text)
def test_any_time_and_any_name_survive_both_formats(
    tmp_path_factory: pytest.TempPathFactory, times: list[float], name: str
) -> None:
    log = log_of(*[requested(f"{name}{number}", at=time) for number, time in enumerate(times)])
    folder = tmp_path_factory.mktemp("logs")
    for path in (folder / "log.csv", folder / "log.parquet"):
        events.write(log, path)
        again = events.read(path)
        assert np.array_equal(again["time"].to_numpy(), log["time"].to_numpy())
        assert list(again["item"]) == list(log["item"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "time,kind\n1,2\n",
        "a;b;c",
        "# horizon: {\n",
        "# x\ntime\n",
        '# horizon: "much"\n' + ",".join(events.COLUMNS),
    ],
)
def test_a_file_that_is_no_log_is_refused_in_one_line_that_names_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(text)
    with pytest.raises(InvalidInputError, match=r"log\.csv") as refused:
        events.read(path)
    assert "\n" not in str(refused.value)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    for name in ("log.csv", "log.parquet"):
        path = tmp_path / name
        events.write(a_log(), path)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) * 2 // 3])
        with pytest.raises(InvalidInputError):
            events.read(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"\xff\xfe\x00time")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        events.read(path)


def test_an_unknown_ending_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"'\.xlsx' is not known"):
        events.write(a_log(), tmp_path / "log.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot write"):
        events.write(a_log(), tmp_path / "nowhere" / "log.csv")


def test_a_cut_log_remembers_what_was_in_progress() -> None:
    log = log_of(requested("W1", at=1), requested("W2", at=2), closed("W1", at=3), closed("W2", at=9), horizon=10)
    cut = events.since(log, 2.5)
    assert list(cut["time"]) == [3, 9]
    assert cut.attrs["open_items"] == 2
    assert cut.attrs["warm_up"] == 2.5
    assert valid(cut) is cut


@pytest.mark.parametrize("warm_up", [-1.0, 10.0, float("nan")])
def test_a_warm_up_outside_the_log_is_refused(warm_up: float) -> None:
    with pytest.raises(InvalidInputError, match="warm_up"):
        events.since(log_of(requested("W1"), horizon=10), warm_up)


def test_details_tell_one_key_of_each_row() -> None:
    log = log_of(failed(incident="I1", at=1, cause="defect", severity="high"), worked("code", 2, 3, item="W1"))
    assert events.details(log, "cause").fillna("-").tolist() == ["defect", "-", "-"]
    with pytest.raises(InvalidInputError, match="unknown"):
        events.details(log, "colour")
