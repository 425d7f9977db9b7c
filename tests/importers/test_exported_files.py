"""Exported files that are damaged, huge or wrongly encoded are refused in one line."""

from pathlib import Path

import pytest
from histories import refused

from devopssim.cli import INVALID_INPUT, main
from devopssim.importers import (
    exported_files,
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the history has no request"),
        (b"[]", "the history has no request"),
        (b'[{"number": 1, "created_at": "2026-03-', "line 1 is not valid JSON"),
        (b'[{"number": 1,\n "created_at": "2026-03-01T00:00:00Z"},', "line 2 is not valid JSON"),
        (b'{"a": NaN}', "NaN is not a JSON number"),
        (b"[1, 2]", "expected an object"),
        (b'"text"', "expected an object"),
        (b"\xff\xfe\x00\xd8", "is not utf-16 text"),
        (b'[{"number": 1, "title": "gr\xfc\xdfe"}]', "is not UTF-8 text, byte 27"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"number": ' + b"9" * 5000 + b"}", "is not valid JSON"),
        (b"PK\x03\x04 not a page", "is not valid JSON"),
        (b'[{"number": 1, "created_at": "yesterday"}]', "unknown time format 'yesterday'"),
        (b'[{"number": 1, "created_at": "2026-13-01T00:00:00Z"}]', "unknown time format"),
        (b'[{"number": 1, "created_at": true}]', "unknown time format"),
        (b'[{"number": 1, "created_at": "0001-01-01T00:00:00+14:00"}]', "is out of range"),
        (b'[{"id": 1, "environment": "prod", "sha": "x"}]', "the history has no request"),
        (b'[{"number": 1, "created_at": 1e300}]', "is out of range"),
        (b'[{"environment": "prod", "sha": "x"}]', "the field 'id' is missing"),
    ],
)
def test_a_malformed_export_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, reason: str
) -> None:
    path = tmp_path / "page.json"
    path.write_bytes(content)
    assert reason in refused(path, capsys)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exported_files, "LARGEST", 1 << 20)
    path = tmp_path / "page.json"
    with path.open("wb") as stream:
        stream.truncate((1 << 20) + 1)  # a sparse file
    assert "is larger than 1 MiB" in refused(path, capsys)


def test_an_empty_folder_and_a_missing_file_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "contains no .json" in refused(tmp_path, capsys)
    assert "no such file" in refused(tmp_path / "nowhere.json", capsys)
    assert main(["import"]) == INVALID_INPUT
    assert "a source is required; pass at least one" in capsys.readouterr().err
