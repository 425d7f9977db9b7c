"""CDEvents of other tools."""

import base64
import json
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
from histories import refused, story

from devopssim.importers import (
    cdevents_history,
    log_of,
    read_cdevents,
)

HERE: Final = Path(__file__).parent


def test_cdevents_of_other_tools_from_0_3_to_0_5() -> None:
    log = read_cdevents(HERE / "cdevents" / "events.jsonl")
    assert story(log) == [
        "0 ticket.created T-1",
        "24 change.created c1",
        "30 change.merged c1",
        "30 build.started",
        "30.5 build.finished",
        "31 testsuiterun.finished",
        "48 service.deployed c1 D1",
        "50 service.failed D1 I1",
        "50 incident.reported I1",
        "52 service.rolledback D1",
        "52 incident.resolved I1",
        "72 ticket.done T-1",
        "72 ticket.closed T-1",
    ]
    assert log.attrs["source"]["counts"] == {
        "deployments to other environments": 1,
        "events delivered twice": 1,
        "environment.created": 1,
        "events of other types or versions": 1,
    }
    pd.testing.assert_frame_equal(log, log_of(cdevents_history(HERE / "cdevents")))


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"context": {}}, "expected a CDEvent with `context` and `subject`"),
        ({"id": 1, "data": 5}, "expected CloudEvents or CDEvents"),
        ({"id": 1, "data": "{"}, "is not valid JSON"),
        ({"id": 1, "data_base64": "!"}, "data_base64 of event 1 is invalid"),
        ({"id": 1, "data": "[" * 100_000}, "is not valid JSON"),
        (
            {
                "context": {"type": "dev.cdevents.change.created.0.3.0", "version": "0.4.1", "id": "7"},
                "subject": {"id": "x"},
            },
            "event 7: `timestamp` or",
        ),
    ],
)
def test_a_malformed_cdevent_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], event: dict[str, Any], reason: str
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(json.dumps(event))
    assert reason in refused(path, capsys, "cdevents")


def test_cdevents_in_base64_are_read(tmp_path: Path) -> None:
    inner = {
        "context": {
            "type": "dev.cdevents.ticket.created.0.1.0", "version": "0.4.0", "id": "1", "source": "/t",
            "timestamp": "2026-03-01T00:00:00Z",
        },
        "subject": {"id": "T-1", "content": {}},
    }  # fmt: skip
    outer = {"specversion": "1.0", "id": "1", "data_base64": base64.b64encode(json.dumps(inner).encode()).decode()}
    (tmp_path / "events.jsonl").write_text(json.dumps(outer))
    assert read_cdevents(tmp_path)["item"].tolist() == ["T-1"]
