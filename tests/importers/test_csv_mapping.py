"""CSV tables whose columns a mapping assigns."""

from pathlib import Path
from typing import Final

import pytest
from histories import refused, story

from devopssim.importers import (
    log_of,
    mapped_history,
)

HERE: Final = Path(__file__).parent


def test_csv_by_a_mapping() -> None:
    log = log_of(mapped_history(HERE / "csv" / "mapping.toml"))
    assert story(log) == [
        "0 ticket.created T1",
        "24 ticket.started T1",
        "28 change.created T1 K1",
        "46 change.created K2",
        "48 ticket.done T1",
        "52 service.deployed K1 D1",
        "52 service.deployed K2 D1",
        "52 ticket.closed T1",  # with its last change, later than the table states
        "448 service.failed D1 I1",
        "449 incident.detected I1",
        "452 incident.resolved I1",
        "568 service.failed I2",
        "570 incident.detected I2",
        "664 ticket.created _=T2",  # a name, not a formula
        "666 ticket.done _=T2",  # two hours, not three: the clocks go forward in between
        "666 ticket.closed _=T2",
    ]


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ("", "[[table]] is missing"),
        ("[[table]", "invalid TOML"),
        ("[[table]]\nkind = 'people'", "kind='people' (of a table) must be one of"),
        ("[[table]]\nkind = 'items'\nfile = 'x.csv'", "`columns` with an `id`"),
        (
            "[[table]]\nkind = 'items'\nfile = 'x.csv'\ncolumns = {id = 'A'}",
            "require a column for at least one of created",
        ),
        (
            "[[table]]\nkind = 'items'\nfile = 'x.csv'\ncolumns = {id = 'A', colour = 'B'}",
            "unknown field 'colour' of items",
        ),
        ("[[table]]\nkind = 'items'\nfile = 'x.csv'\nshell = 'rm'\ncolumns = {id = 'A'}", "unknown setting 'shell'"),
        ("[[table]]\nkind = 'items'\nfile = 'no.csv'\ncolumns = {id = 'A', created = 'B'}", "no.csv does not exist"),
        (
            "[[table]]\nkind = 'items'\nfile = 'x.csv'\ncolumns = {id = 'A', created = 'C'}",
            "column 'C' is missing; the columns are A, B",
        ),
        (
            "[[table]]\nkind = 'items'\nfile = 'x.csv'\nzone = '../../etc/passwd'\ncolumns = {id = 'A', created = 'B'}",
            "time zone",
        ),
        (
            "[[table]]\nkind = 'items'\nfile = 'x.csv'\nencoding = 'klingon'\ncolumns = {id = 'A', created = 'B'}",
            "klingon",
        ),
    ],
)
def test_an_invalid_mapping_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mapping: str, reason: str
) -> None:
    (tmp_path / "x.csv").write_text("A,B\n1,2026-01-01\n")
    path = tmp_path / "mapping.toml"
    path.write_text(mapping)
    assert reason in refused(path, capsys, "csv")


def test_a_table_in_another_encoding_is_read_if_the_encoding_is_stated(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes("Kürzel|Seit\nÄ1|2026-01-01T00:00:00Z\n".encode("latin-1"))
    mapping = "[[table]]\nkind = 'items'\nfile='x.csv'\nencoding='latin-1'\ncolumns={id='Kürzel', created='Seit'}"
    (tmp_path / "mapping.toml").write_text(mapping)
    assert log_of(mapped_history(tmp_path / "mapping.toml"))["item"].tolist() == ["Ä1"]
