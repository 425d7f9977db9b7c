"""Several sources are one history, in whatever order they are named."""

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from devopssim import events, kpis
from devopssim.history import (
    ChangeRecord,
    DeploymentRecord,
    History,
    IncidentRecord,
    PipelineRunRecord,
    WorkItemRecord,
    by_id,
)
from devopssim.importers import github_history, jira_history, join, log_of, mapped_history

HERE: Final = Path(__file__).parent
TIMES: Final = st.none() | st.integers(0, 1000).map(float)
IDS: Final = st.sampled_from("ABCD")
COMMITS: Final = st.none() | st.sampled_from(["1" * 40, "2" * 40, "3" * 40])


def some(thing: Any, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(st.builds(thing, id=IDS, **fields), max_size=4).map(by_id)


HISTORIES: Final = st.builds(
    History,
    provenance=st.just((("csv", "x", "rules"),)),
    items=some(WorkItemRecord, created=TIMES, started=TIMES, done=TIMES, closed=TIMES, withdrawn=TIMES),
    changes=some(
        ChangeRecord,
        created=TIMES,
        merged=TIMES,
        abandoned=TIMES,
        commit=COMMITS,
        items=st.lists(IDS).map(tuple),
        assisted=st.sampled_from([True, None]),
    ),
    deployments=some(
        DeploymentRecord,
        at=st.integers(0, 1000).map(float),
        commit=COMMITS,
        tag=st.booleans(),
        back=st.booleans(),
        repairs=st.none() | IDS,
    ),
    incidents=some(IncidentRecord, detected=TIMES, occurred=TIMES, resolved=TIMES, deployment=st.none() | IDS),
    runs=some(PipelineRunRecord, kind=st.just("build"), started=TIMES, finished=TIMES, commit=COMMITS),
    graph=st.just({"1" * 40: (), "2" * 40: ("1" * 40,), "3" * 40: ("2" * 40, "1" * 40)}),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(HISTORIES, min_size=2, max_size=3))
def test_whatever_sources_say_their_order_does_not_matter_and_the_log_is_valid(histories: list[History]) -> None:
    joined = [join(*order) for order in itertools.permutations(histories)]
    assert all(each == joined[0] for each in joined)
    known = WorkItemRecord(id="E", created=5.0)
    logs = [log_of(replace(each, items={**each.items, "E": known})) for each in joined[:2]]
    pd.testing.assert_frame_equal(logs[0], logs[1])
    events.validate(logs[0])
    kpis.table(logs[0])


@settings(max_examples=30, deadline=None)
@given(HISTORIES)
def test_a_source_that_is_read_twice_adds_nothing(history: History) -> None:
    assert replace(join(history, history), counts={}) == replace(history, counts={})


def test_trackers_and_tables_meet_in_one_log() -> None:
    sources = [
        github_history(HERE / "github"),
        jira_history(HERE / "jira" / "issues.csv"),
        mapped_history(HERE / "csv" / "mapping.toml"),
    ]
    log = log_of(join(*sources))
    items = set(log["item"].dropna())
    assert {"octo/shop#1", "SHOP-1", "T1"} <= items
    assert log.attrs["source"]["github"] == "github"
    assert log.attrs["source"]["jira"] == "issues.csv"
    assert kpis.table(log).loc["mttr", "n"] == 3
