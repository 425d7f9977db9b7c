"""A change waits for a colleague's attention; what a review costs, and what it finds."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from organisations import change, defect, item, organisation, run, times

from devopssim.events import Row
from devopssim.scenario import DEVOPS, vary
from devopssim.simulation import development, simulate
from devopssim.simulation.draws import check_rows
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.streams import Streams
from devopssim.simulation.work_items import Checks

WAIT = {"quality.review_wait": 2, "quality.review_wait_sigma": 1, "team.hours_per_week": 40}
FRIDAY_AT_16 = 4 * 24 + 16


def reviews(rows: list[Row], step: str) -> list[float]:
    """Return the hours at which reviews were queued, started or finished."""
    return [row[0] for row in rows if row[1] == f"stage.{step}" and row[9] == "task=review"]


def test_a_review_finds_and_fixes_what_it_can_find() -> None:
    org = organisation()
    work = change(defects=[defect("1", found_by="review"), defect("2")])
    rows = run(org, org.reviews.review(work))
    assert times(rows, "defect.found") == [0.5]
    assert times(rows, "defect.fixed") == [0.5 + 1.0]
    assert [one.is_found for one in work.defects] == [True, False]


def test_a_review_takes_longer_for_a_larger_change() -> None:
    org = organisation(quality__review_effort_by_size=0.4)
    run(org, org.reviews.review(change(effort=16)))  # 200 lines
    assert org.env.now == 0.5 + 2 * 0.4


def test_the_wait_for_attention_is_time_in_the_queue_and_stops_over_the_weekend() -> None:
    org = organisation(changes=WAIT)
    org.env.run(FRIDAY_AT_16)
    rows = run(org, org.reviews.review(change(review_wait=2)))
    assert reviews(rows, "queued") == [FRIDAY_AT_16]
    assert reviews(rows, "started") == [7 * 24 + 9 + 1], "an hour on Friday and one on Monday are the median of two"
    assert reviews(rows, "finished") == [7 * 24 + 9 + 1.5]


def test_a_wait_is_lognormal_around_its_median() -> None:
    drawn = np.full((1, len(Checks._fields)), 0.841345)  # a standard deviation above
    checks = Checks(*check_rows(vary(DEVOPS, WAIT), drawn)[0])
    assert checks.review_wait == checks.second_wait == pytest.approx(2 * exp(1), rel=1e-4)


def test_an_urgent_repair_is_reviewed_at_once_also_at_night() -> None:
    org = organisation(changes=WAIT)
    rows = run(org, org.reviews.review(change(review_wait=2), urgent=True))
    assert reviews(rows, "started") == [0.0]


def test_a_second_round_waits_again_after_the_author_reworked_the_change() -> None:
    org = organisation(
        changes={**WAIT, "team.hours_per_week": 168}, quality__second_round_share=0.6, quality__review_rework=0.25
    )
    rows = run(org, org.reviews.review(change(effort=4, review_wait=2, second_wait=2)))
    assert reviews(rows, "queued") == [0, 2.5 + 1]
    assert reviews(rows, "finished") == [2.5, 3.5 + 2 + 0.5 * 0.5]


def test_a_review_of_a_very_large_change_finds_a_share_of_what_others_find() -> None:
    org = organisation(quality__large_change_finds=0.5)
    found = {}
    for lines in (400, 401):
        seen = defect("1", found_by="review")  # at 0.4: below 0.5 and above 0.25
        work = change(effort=lines / 12.5, defects=[seen])
        run(org, org.reviews.review(work))
        found[lines] = seen.is_found
    assert found == {400: True, 401: False}


def test_nobody_reads_the_share_that_is_merged_unreviewed() -> None:
    org = organisation(changes=WAIT, quality__unreviewed_share=0.6)
    assert run(org, org.reviews.review(change(defects=[defect("1", found_by="review")], review_wait=2))) == []


def test_a_pair_writes_for_longer_and_finds_at_once_what_a_review_finds() -> None:
    org = organisation("integration", "collaboration", changes=WAIT, quality__pairing=0.6, quality__pairing_effort=1.2)
    org.env.run(9)
    rows = run(
        org, development.develop(org, item(change(effort=2, defects=[defect("1", found_by="review")], review_wait=2)))
    )
    assert times(rows, "change.created") == times(rows, "defect.found") == [9 + 2 * 1.2]
    assert times(rows, "change.merged") == [pytest.approx(11.4 + 1)]
    assert not reviews(rows, "queued")


def test_people_of_different_teams_write_nothing_in_pairs() -> None:
    assert not organisation(changes=WAIT, quality__pairing=1).reviews.is_paired(change())


def test_a_developer_keeps_an_eye_on_so_many_reviews_and_others_wait_their_turn() -> None:
    org = organisation(changes={**WAIT, "team.hours_per_week": 168}, team__developers=1, quality__reviews_at_once=2)
    rows = run(org, *(org.reviews.review(change(f"C{number}", review_wait=2)) for number in range(3)))
    assert reviews(rows, "queued") == [0, 0, 0]
    assert reviews(rows, "started") == [2, 2.5, 2 + 2]


@given(
    hours=st.floats(0, 200),
    asked=st.floats(0, 200),
    since=st.floats(0, 100),
    after=st.floats(0.1, 100),
    effect=st.floats(0, 1),
)
def test_a_reminder_saves_its_share_of_the_working_hours_that_are_left(
    hours: float, asked: float, since: float, after: float, effect: float
) -> None:
    org = organisation(changes={**WAIT, "quality.reminder_after": after, "quality.reminder_effect": effect})
    org.env.run(now := asked + since + 1e-6)
    calendar = org.people.calendar
    seen = now + org.reviews._until_seen(asked, hours)
    without = now + calendar.elapsed(now, hours)
    reminded = max(now, asked + after)
    if without <= reminded:
        assert seen == without
    else:
        left = calendar.working_hours(reminded, without)
        assert calendar.working_hours(reminded, seen) == pytest.approx(left * (1 - effect), abs=1e-6)
        assert seen <= without + 1e-9


@given(st.builds(Checks, *[st.floats(0, 1, exclude_max=True)] * 8), st.floats(0, 1), st.floats(0, 1))
def test_more_pairing_adds_pairs_and_keeps_those_that_were(draws: Checks, one: float, other: float) -> None:
    few, many = (
        Organisation(vary(DEVOPS, {"years": 0.02, "quality.pairing": share}), Streams(1)).reviews
        for share in sorted((one, other))
    )
    work = change()
    work.checks = draws
    assert many.is_paired(work) or not few.is_paired(work)


def test_reviews_leave_all_other_draws_in_place() -> None:
    """A review that costs no time and finds nothing is as good as none, whoever is paired or reminded for nothing."""
    nothing = {
        "years": 0.3,
        "quality.pairing": 0,
        "quality.review_effort": 0,
        "quality.review_effort_by_size": 0,
        "quality.review_wait": 0,
        "quality.review_finds": 0,
        "quality.second_round_share": 0,
    }
    inert = {
        "quality.unreviewed_share": 0.5,
        "quality.pairing": 0.5,
        "quality.pairing_effort": 1,
        "quality.reminder_after": 5,
    }
    plain, mixed = (simulate(vary(DEVOPS, {**nothing, **more})) for more in ({}, inert))
    assert plain.equals(mixed)
    assert len(plain) > 5000
