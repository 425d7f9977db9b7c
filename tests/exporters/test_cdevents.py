"""CDEvents that other tools read, and back, bit for bit."""

import json
from pathlib import Path
from typing import Any, Final

import jsonschema
import pandas as pd
import pytest
from cdevents_schemas import CLOUDEVENT, CONTENTS, cdevent
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import committed, deployed, log_of, merged, outage, requested, restored, travelled, valid

from devopssim import events, exporters
from devopssim.errors import BrokenContractError, InvalidInputError
from devopssim.events import event
from devopssim.exporters.cdevents import TYPES
from devopssim.importers import from_cdevents, read_cdevents
from devopssim.scenario import AGILE, DEVSECOPS, vary
from devopssim.simulation import simulate


def one_of_each() -> pd.DataFrame:
    """A log with an event of every kind that CDEvents has."""
    return valid(
        log_of(
            *travelled("W=1 ü", 0, 30),
            committed("C1", at=2),
            merged("C1", at=3),
            committed("C2", at=2),
            event(3.0, "change.abandoned", change="C2"),
            event(3.0, "build.started", change="C1"),
            event(3.1, "build.finished", change="C1", detail="outcome=success"),
            event(3.1, "testsuiterun.started", change="C1"),
            event(3.2, "testsuiterun.finished", change="C1", detail="outcome=success"),
            event(3.3, "testsuiterun.finished"),
            event(3.3, "artifact.published", change="C1"),
            deployed("C1", "D1", at=5),
            outage("I1", 6, 9, "D1"),
            event(7.0, "incident.detected", incident="I1"),
            event(7.5, "incident.reported", incident="I1"),
            event(8.0, "service.rolledback", deployment="D1"),
            restored("I1", at=8.5, via="rollback"),
            horizon=168,
            start="2026-03-01T09:00:00+01:00",
        )
    )


def test_every_event_is_valid_by_the_schemas_of_cdevents_and_cloudevents() -> None:
    seen = set()
    for each in exporters.to_cdevents(one_of_each()):
        jsonschema.validate(each, CLOUDEVENT, format_checker=jsonschema.FormatChecker())
        jsonschema.validate(each["data"], cdevent(each["type"]), format_checker=jsonschema.FormatChecker())
        context = each["data"]["context"]
        assert (each["id"], each["source"], each["type"]) == (context["id"], context["source"], context["type"])
        seen.add(each["type"].removeprefix("dev.cdevents."))
    assert set(CONTENTS) <= seen
    assert {f"{kind}.{version}" for kind, version in TYPES.items()} == set(CONTENTS)


def test_a_schema_that_holds_everything_would_prove_nothing() -> None:
    (deployment,) = [each for each in exporters.to_cdevents(one_of_each()) if "service.deployed" in each["type"]]
    del deployment["data"]["subject"]["content"]["artifactId"]
    with pytest.raises(jsonschema.ValidationError, match="artifactId"):
        jsonschema.validate(deployment["data"], cdevent(deployment["type"]))


def test_ids_are_unique_and_times_are_those_of_the_calendar() -> None:
    found = list(exporters.to_cdevents(one_of_each()))
    assert len({each["id"] for each in found}) == len(found)
    assert found[1]["time"] == "2026-03-01T08:00:00.000000Z"


def test_a_deployment_of_many_changes_is_one_event() -> None:
    log = valid(
        log_of(*(committed(f"C{n}", at=1) for n in range(9)), *(deployed(f"C{n}", "D1", at=2) for n in range(9)))
    )
    found = [each["type"] for each in exporters.to_cdevents(log)]
    assert sum("service.deployed" in each for each in found) == 1


@pytest.mark.parametrize(
    "scenario", [vary(AGILE, {"years": 0.2}), vary(DEVSECOPS, {"years": 0.1})], ids=["agile", "devsecops"]
)
def test_a_log_comes_back_from_cdevents_to_the_last_bit(tmp_path: Path, scenario: Any) -> None:
    log = simulate(scenario, seed=3)
    path = tmp_path / "log.jsonl"
    count = exporters.write_cdevents(log, path)
    assert count == len(path.read_text().splitlines())
    back = read_cdevents(path)
    pd.testing.assert_frame_equal(back, log, check_exact=True)
    assert back.attrs == log.attrs
    assert list(exporters.to_cdevents(back)) == list(exporters.to_cdevents(log))  # and so do the events


NAMES: Final = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)


ROWS: Final = st.lists(
    st.one_of(
        st.builds(lambda at, name: requested(f"W{name}", at=at), st.floats(0, 1e6), NAMES),
        st.builds(lambda at, name: committed(f"C{name}", at=at), st.floats(0, 1e6), NAMES),
        st.builds(lambda at: event(at, "scan.finished", detail="scanner=sast"), st.floats(0, 1e6)),
    ),
    max_size=12,
    unique_by=lambda row: (row[1], row[2], row[3]),
)


@settings(max_examples=20, deadline=None)
@given(ROWS, st.none() | st.just("2026-01-01T00:00:00+00:00"))
def test_any_log_comes_back_from_cdevents(rows: list[events.Row], start: str | None) -> None:
    log = valid(log_of(*rows, horizon=1e6, start=start, source={"made": "up"}))
    lines = [json.loads(json.dumps(each)) for each in exporters.to_cdevents(log)]
    back = from_cdevents(lines)
    pd.testing.assert_frame_equal(back, log, check_exact=True)
    assert back.attrs == log.attrs


def test_events_of_others_and_damaged_ones_are_not_restored() -> None:
    with pytest.raises(InvalidInputError, match="another tool wrote these CDEvents"):
        from_cdevents([{"context": {}, "subject": {}}])
    found = list(exporters.to_cdevents(one_of_each()))
    found[5]["data"]["customData"]["devopssim"]["rows"] = ["x"]
    with pytest.raises(InvalidInputError, match="customData of an event is damaged"):
        from_cdevents(found)
    with pytest.raises(BrokenContractError):
        list(exporters.to_cdevents(log_of(deployed("C1", "D1"))))  # invalid log: the change was never created
