"""A sample of what `make fuzz` feeds to the parsers."""

from pathlib import Path

import pytest
from course import fuzz

CHANGES = 60
NAMES = (
    "json",
    "toml",
    "csv",
    "parquet",
    "notebook",
    "zip",
    "roster",
    "marks",
    "github",
    "gitlab",
    "compose",
    "dockerfile",
)


def test_every_parser_is_named(tmp_path: Path) -> None:
    assert tuple(fuzz.targets(tmp_path)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_changed_file_ends_in_a_value_or_one_clear_error(tmp_path: Path, name: str) -> None:
    target = fuzz.targets(tmp_path)[name]
    for seed in target.seeds:
        target.parse(seed)
    assert list(fuzz.failures(target, iter(range(CHANGES)))) == []


def test_a_traceback_is_found() -> None:
    target = fuzz.Target(parse=lambda content: content.decode("ascii"), seeds=(b"text",))
    assert any("UnicodeDecodeError" in failure for failure in fuzz.failures(target, iter(range(200))))
