"""Exports in the real formats, written by hand: each contains one small story whose numbers can be checked in the head.

The story on GitHub and GitLab: a wish of 1 March is worked on from the 2nd, merged on the 3rd and deployed on the 4th at
midnight; six hours later the cart is down, for six hours. A second deployment of the 5th is taken back the same day.
"""

from pathlib import Path
from typing import Final

import pandas as pd
import pytest

from devopssim import events
from devopssim.cli import INVALID_INPUT, main


def story(log: pd.DataFrame) -> list[str]:
    """Return the log as lines: hour, event kind and ids."""
    events.validate(log)
    columns = ("item", "change", "deployment", "incident")
    return [
        " ".join([f"{row.time:g}", str(row.kind), *(str(row[name]) for name in columns if pd.notna(row[name]))])
        for _, row in log.iterrows()
    ]


GITHUB: Final = [
    "0 ticket.created octo/shop#1",
    "24 ticket.started octo/shop#1",
    "24 change.created octo/shop#1 C111111111111",
    "36 change.created octo/shop!4",
    "42 change.abandoned octo/shop!4",
    "47 testsuiterun.started C111111111111",
    "47.5 testsuiterun.finished C111111111111",
    "48 change.merged octo/shop#1 C111111111111",
    "48 ticket.done octo/shop#1",
    "72 service.deployed C111111111111 D1",
    "72 ticket.closed octo/shop#1",
    "78 service.failed D1 I1",
    "78 incident.reported I1",
    "80 change.created octo/shop#9 C222222222222",
    "84 incident.resolved I1",
    "96 ticket.created octo/shop#9",
    "96 ticket.started octo/shop#9",
    "96 change.merged octo/shop#9 C222222222222",
    "102 service.deployed C222222222222 D2",
    "108 service.rolledback D2",
]


def refused(path: Path, capsys: pytest.CaptureFixture[str], source: str = "github") -> str:
    """Import the file with the command, which must fail, and return its error line."""
    assert main(["import", f"--{source}", str(path)]) == INVALID_INPUT
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert len(line) < 400
    return line
