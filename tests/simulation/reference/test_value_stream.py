"""The flow of work: everything that comes in goes out, in order, within the limits, and luck belongs to the story."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devopssim import events
from devopssim.errors import InvalidInputError
from devopssim.simulation.randomness import Exponential, Fixed, Lognormal, Streams, Uniform
from devopssim.simulation.reference.crew import Person, specialists
from devopssim.simulation.reference.value_stream import Stage, Story, ValueStream, arrivals, draw_stories, flow

PLAN, CODE, TEST = (Stage(name=name, hours=Fixed(1.0)) for name in ("plan", "code", "test"))
STAGES = (PLAN, CODE, TEST)

HOURS = st.integers(0, 4).map(float)
STORIES = st.lists(st.tuples(st.integers(0, 10).map(float), HOURS, HOURS, HOURS), min_size=1, max_size=15).map(
    lambda lots: [
        Story(f"W{number}", arrives, tuple(enumerate(hours)))
        for number, (arrives, *hours) in enumerate(sorted(lots), 1)
    ]
)
"""Stories whose times are whole hours: much happens at one moment."""

STREAMS = st.builds(
    ValueStream,
    stages=st.just(STAGES),
    people=st.fixed_dictionaries({name: st.integers(1, 3) for name in ("plan", "code", "test")}).map(specialists),
    wip_limit=st.none() | st.integers(1, 4),
    release_every=st.sampled_from([0.0, 7.0]),
)


def times(log: pd.DataFrame, kind: str, stage: str | None = None) -> pd.Series:
    rows = log[(log["kind"] == kind) & ((log["stage"] == stage) if stage else True)]
    return rows.set_index("item")["time"]


def in_progress(log: pd.DataFrame, begin: str, end: str) -> np.ndarray:
    """Return how many items are between `begin` and `end` after each row of the log."""
    return (log["kind"] == begin).cumsum().to_numpy() - (log["kind"] == end).cumsum().to_numpy()


def test_one_story_in_events() -> None:
    stages = (replace(CODE, hours=Fixed(2.0)), replace(TEST, hours=Fixed(3.0)))
    value_stream = ValueStream(stages=stages, people=specialists({"code": 1, "test": 1}), release_every=10)
    log = flow(value_stream, draw_stories(stages, [1.0], Streams(seed=1)))
    assert list(zip(log["time"], log["kind"], log["stage"].astype("str").fillna("none"), strict=True)) == [
        (1, "ticket.created", "none"),
        (1, "stage.queued", "code"),
        (1, "ticket.started", "none"),
        (1, "stage.started", "code"),
        (3, "stage.finished", "code"),
        (3, "stage.queued", "test"),
        (3, "stage.started", "test"),
        (6, "stage.finished", "test"),
        (6, "ticket.done", "none"),
        (10, "ticket.closed", "none"),
    ]


@settings(max_examples=40)
@given(value_stream=STREAMS, stories=STORIES)
def test_every_log_keeps_the_contract_and_everything_that_comes_in_goes_out(
    value_stream: ValueStream, stories: list[Story]
) -> None:
    log = events.validate(flow(value_stream, stories))
    for kind in ("ticket.created", "ticket.started", "ticket.done", "ticket.closed"):
        assert sorted(times(log, kind).index) == sorted(story.id for story in stories)


@given(value_stream=STREAMS, stories=STORIES)
def test_work_is_conserved(value_stream: ValueStream, stories: list[Story]) -> None:
    """The hours between started and finished are the hours that were drawn, no more and no less."""
    log = flow(value_stream, stories)
    for place, stage in enumerate(STAGES):
        worked = times(log, "stage.finished", stage.name) - times(log, "stage.started", stage.name)
        assert worked.to_dict() == {story.id: story.visits[place][1] for story in stories}


@given(value_stream=STREAMS, stories=STORIES)
def test_never_more_stories_in_a_stage_than_people(value_stream: ValueStream, stories: list[Story]) -> None:
    log = flow(value_stream, stories)
    for stage in STAGES:
        people = sum(stage.name in person.skills for person in value_stream.people)
        assert in_progress(log[log["stage"] == stage.name], "stage.started", "stage.finished").max() <= people


@given(value_stream=STREAMS, stories=STORIES)
def test_each_stage_serves_in_the_order_of_queueing(value_stream: ValueStream, stories: list[Story]) -> None:
    log = flow(value_stream, stories)
    for stage in STAGES:
        assert list(times(log, "stage.queued", stage.name).index) == list(times(log, "stage.started", stage.name).index)


@given(value_stream=STREAMS, stories=STORIES)
def test_no_more_stories_are_started_than_the_limit(value_stream: ValueStream, stories: list[Story]) -> None:
    most = in_progress(flow(value_stream, stories), "ticket.started", "ticket.done").max()
    assert value_stream.wip_limit is None or most <= value_stream.wip_limit


@given(stories=STORIES, people=st.integers(1, 3))
def test_more_people_never_lengthen_the_queue_of_a_stage(stories: list[Story], people: int) -> None:
    """The same stories with the same luck, one person more: nobody waits longer, so the mean queue is not longer either."""
    alone = [replace(story, visits=story.visits[:1]) for story in stories]

    def waits(heads: int) -> pd.Series:
        log = flow(ValueStream(stages=(PLAN,), people=specialists({"plan": heads})), alone)
        return times(log, "stage.started") - times(log, "stage.queued")

    assert (waits(people + 1) <= waits(people)).all()


@given(value_stream=STREAMS, stories=STORIES)
def test_littles_law_is_exact_in_each_log(value_stream: ValueStream, stories: list[Story]) -> None:
    """Mean number in progress x hours = sum of the times in progress, when everything is finished."""
    log = flow(value_stream, stories)
    time = log["time"].to_numpy()
    open_items = in_progress(log, "ticket.created", "ticket.closed")
    area = float((open_items[:-1] * np.diff(time)).sum())
    assert area == float((times(log, "ticket.closed") - times(log, "ticket.created")).sum())


@given(value_stream=STREAMS, stories=STORIES)
def test_the_same_stories_give_the_same_log(value_stream: ValueStream, stories: list[Story]) -> None:
    pd.testing.assert_frame_equal(flow(value_stream, stories), flow(value_stream, stories))


def test_urgent_work_goes_before_all_other() -> None:
    """One developer: the estimate of a new request is made before the next one is developed."""
    stages = (replace(PLAN, urgent=True), replace(CODE, hours=Fixed(5.0)))
    value_stream = ValueStream(stages=stages, people=(Person(name="Ada", skills=frozenset({"plan", "code"})),))
    log = flow(value_stream, draw_stories(stages, [0.0, 0.0, 3.0], Streams(seed=1)))
    begun = log[log["kind"] == "stage.started"]
    assert list(zip(begun["time"], begun["item"], begun["stage"], strict=True)) == [
        (0, "W1", "plan"),
        (1, "W2", "plan"),
        (2, "W1", "code"),
        (7, "W3", "plan"),
        (8, "W2", "code"),
        (13, "W3", "code"),
    ]


def test_a_log_tells_how_many_people_each_role_has_where_nobody_has_two_roles() -> None:
    stories = draw_stories((CODE, TEST), [0.0], Streams(seed=1))
    people = specialists({"code": 2, "test": 1})
    both = Person(name="Ada", skills=frozenset({"code", "test"}))
    counts = [
        flow(ValueStream(stages=(CODE, TEST), people=crew), stories).attrs["source"]["people"]
        for crew in (people, (*people, both))
    ]
    assert counts == [{"developer": 2, "tester": 1}, {}]


def luck_of(stories: Sequence[Story]) -> dict[tuple[str, int], float]:
    """Return the hours of each story's first visit to each stage."""
    return {(story.id, place): hours for story in stories for place, hours in reversed(story.visits)}


def test_rework_does_not_change_the_luck_of_first_visits() -> None:
    smooth = tuple(Stage(name=name, hours=Lognormal(8, 1.0)) for name in ("code", "test"))
    bumpy = (smooth[0], replace(smooth[1], rework=0.5, to="code"))
    first, again = (draw_stories(stages, [0.0] * 50, Streams(seed=1)) for stages in (smooth, bumpy))
    assert luck_of(first) == luck_of(again)
    assert sum(len(story.visits) for story in again) > sum(len(story.visits) for story in first)


def test_one_more_story_does_not_change_the_luck_of_the_others() -> None:
    stages = (
        replace(CODE, hours=Lognormal(8, 1.0)),
        Stage(name="test", hours=Lognormal(8, 1.0), rework=0.4, to="code"),
    )
    few, many = (draw_stories(stages, [0.0] * n, Streams(seed=1)) for n in (50, 51))
    assert few == many[:50]


def test_a_rework_probability_of_a_third_makes_one_and_a_half_visits() -> None:
    stages = (Stage(name="code", hours=Uniform(0, 2), rework=1 / 3),)
    stories = draw_stories(stages, [0.0] * 20_000, Streams(seed=1))
    assert np.mean([len(story.visits) for story in stories]) == pytest.approx(1.5, abs=0.02)


def test_each_visit_has_luck_of_its_own_and_long_work_is_not_reworked_more_often() -> None:
    stages = (Stage(name="code", hours=Uniform(0, 2), rework=0.5),)
    stories = draw_stories(stages, [0.0] * 20_000, Streams(seed=1))
    first, second = np.array([[hours for _, hours in story.visits[:2]] for story in stories if len(story.visits) > 1]).T
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.0, abs=0.04)
    assert first.mean() == pytest.approx(1.0, abs=0.03)


def test_arrivals_are_as_far_apart_as_their_distribution_says() -> None:
    hours = arrivals(Exponential(4.0), 20_000, Streams(seed=1))
    assert np.diff(hours).mean() == pytest.approx(4.0, rel=0.03)
    assert arrivals(Fixed(4.0), 3, Streams(seed=1)) == [4.0, 8.0, 12.0]


def test_a_horizon_ends_the_run_and_leaves_work_open() -> None:
    log = flow(ValueStream(stages=STAGES, people=specialists({"plan": 1, "code": 1, "test": 1})),
               draw_stories(STAGES, [0.0] * 10, Streams(seed=1)), horizon=5.0)  # fmt: skip
    assert events.validate(log).attrs["horizon"] == 5.0
    assert len(times(log, "ticket.created")) == 10
    assert len(times(log, "ticket.closed")) == 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": "ux"}, "stage 'ux' is unknown; take one of plan, code"),
        ({"role": "designer"}, "role 'designer' is unknown; take one of analyst"),
        ({"rework": 1.0}, "rework=1 (the share of work that goes back) must lie from 0 to below 1"),
    ],
)
def test_a_stage_that_cannot_be_is_refused(wrong: dict[str, str | float], says: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Stage(**{"name": "code", "hours": Fixed(1.0), **wrong})  # type: ignore[arg-type] # a user's mistake
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"stages": ()}, "stages=[] must be at least one, each once"),
        ({"stages": (CODE, CODE)}, "stages=['code', 'code'] must be at least one, each once"),
        (
            {"stages": (Stage(name="code", hours=Fixed(1), rework=0.1, to="test"), TEST)},
            "rework of 'code' goes to 'test'",
        ),
        ({"wip_limit": 0}, "wip_limit=0 (stories started and not done) must be 1 or more"),
        ({"release_every": -1.0}, "release_every=-1 (hours between releases) must be 0 or more"),
    ],
)
def test_a_value_stream_that_cannot_be_is_refused(wrong: dict[str, object], says: str) -> None:
    fields = {"stages": STAGES, "people": specialists({"plan": 1, "code": 1, "test": 1}), **wrong}
    with pytest.raises(InvalidInputError) as refused:
        ValueStream(**fields)  # type: ignore[arg-type] # a user's mistake
    assert says in str(refused.value)
