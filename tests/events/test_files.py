"""A log reads back from a file to the same bits."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from logs import committed, deployed, log_of, requested, valid

from devopssim import events
from devopssim.errors import DevopssimError, InvalidInputError


def a_log() -> pd.DataFrame:
    return log_of(
        requested("W1", at=0),
        committed("C1", at=0.1 + 0.2, item="W1"),
        deployed("C1", "D1", at=1 / 3),
        horizon=10,
        start="2026-01-05T09:00:00+00:00",
        source={"git": "shop", "rules": ["ä", "ö"]},
    )


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
    with pytest.raises(InvalidInputError, match=r"'\.xlsx' is unknown"):
        events.write(a_log(), tmp_path / "log.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="cannot write"):
        events.write(a_log(), tmp_path / "nowhere" / "log.csv")


def test_a_damaged_parquet_file_is_refused_wherever_the_damage_is(tmp_path: Path) -> None:
    """Readers raise errors of many kinds: of the file's own, of pandas' index, of the schema."""
    path = tmp_path / "log.parquet"
    events.write(a_log(), path)
    content, random = path.read_bytes(), np.random.default_rng(1)
    for _ in range(150):
        damaged = bytearray(content)
        for at in random.integers(0, len(damaged), 20):
            damaged[at] = random.integers(256)
        path.write_bytes(damaged)
        with suppress(DevopssimError):
            events.read(path)
