"""Assistance acts on assisted changes through its mechanisms, and on nothing at a share of 0."""

from typing import Final

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from organisations import change, defect, organisation, run

from devopssim.events import HOURS_PER_MONTH, Row, decode_detail
from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Assistance, Scenario, parameters, vary
from devopssim.simulation import development, simulate
from devopssim.simulation.assistance import gain_factor
from devopssim.simulation.demand import DrawnDemand
from devopssim.simulation.draws import larger_change, pieces_held, work_per_change
from devopssim.simulation.streams import Streams
from devopssim.simulation.work_items import Change

OTHER_FIELDS: Final = [name for name in parameters() if name.startswith("assistance.") and name != "assistance.share"]
LEARNT: Final = {"assistance.share": 1, "assistance.learning_dip": 0, "assistance.debt_half_life": 1e9}


def assisted(name: str = "C1", **fields: object) -> Change:
    work = change(name, **fields)  # type: ignore[arg-type] # passed on
    work.assisted = True
    return work


def coded(rows: list[Row]) -> float:
    """Return the hours that coding took, from the only start to the only end of the stage."""
    (begin,), (end,) = ([row[0] for row in rows if row[1] == f"stage.{step}"] for step in ("started", "finished"))
    return end - begin


settings.register_profile("few", max_examples=12, deadline=None)


@settings(settings.get_profile("few"))
@given(st.data())
def test_at_a_share_of_0_a_run_is_the_same_whatever_else_is_set(data: st.DataObject) -> None:
    """Bit for bit, in all workflows."""
    names = data.draw(st.lists(st.sampled_from(OTHER_FIELDS), unique=True, min_size=1))
    changes = {}
    for name in names:
        declared = parameters()[name]
        changes[name] = data.draw(st.floats(declared.low, min(declared.high, 20)))
    scenario = data.draw(st.sampled_from([WATERFALL, AGILE, DEVOPS]))
    short = vary(scenario, {"years": 0.1})
    pd.testing.assert_frame_equal(simulate(vary(short, changes), seed=5), simulate(short, seed=5))


def test_a_lever_without_effect_changes_only_the_marks() -> None:
    """Every change is assisted and nothing about it differs: the same run, but for `assisted=yes`."""
    nothing = {**LEARNT, "assistance.coding_effort": 1, "assistance.change_size": 1}
    short = vary(DEVOPS, {"years": 0.2})
    plain, marked = (simulate(scenario, seed=5) for scenario in (short, vary(short, nothing)))
    marks = marked["detail"].str.contains("assisted=yes", na=False)
    assert set(marked.loc[marks, "kind"]) == {"change.created", "change.merged"}
    assert marks.sum() == marked["kind"].isin(["change.created", "change.merged"]).sum()
    columns = [column for column in plain.columns if column != "detail"]
    pd.testing.assert_frame_equal(marked[columns], plain[columns])


@settings(settings.get_profile("few"))
@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_share_adds_assisted_changes_and_keeps_those_that_were(one: float, other: float) -> None:
    few, many = (marked_changes(share) for share in sorted((one, other)))
    assert few <= many


def marked_changes(share: float) -> set[str]:
    """Return the assisted changes of a demand, none of which holds more than without assistance."""
    scenario = vary(DEVOPS, {"years": 0.3, "assistance.share": share, "assistance.work_per_change": 0})
    demand = DrawnDemand(scenario, Streams(3))
    return {change.id for item in demand.first for change in item.changes if change.assisted}


def test_the_share_is_that_of_the_changes() -> None:
    demand = DrawnDemand(vary(DEVOPS, {"years": 2, "assistance.share": 0.3}), Streams(3))
    changes = [change for item in demand.first for change in item.changes]
    assert np.mean([change.assisted for change in changes]) == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_items_hold_the_same_work_however_it_is_cut(share: float) -> None:
    """Assistance changes neither an item's effort nor its weaknesses."""
    larger = {"assistance.change_size": 3, "assistance.work_per_change": 0.8}
    plain = DrawnDemand(vary(DEVOPS, {"years": 1}), Streams(3)).first
    cut = DrawnDemand(vary(DEVOPS, {"years": 1, "assistance.share": share, **larger}), Streams(3)).first
    assert [item.code_effort for item in cut] == pytest.approx([item.code_effort for item in plain])
    for before, after in zip(plain, cut, strict=True):
        weak = ([v.id for change in item.changes for v in change.vulnerabilities] for item in (before, after))
        assert next(weak) == next(weak)
        assert {change.id for change in after.changes} <= {change.id for change in before.changes}


def test_a_change_grows_by_its_factor_where_its_item_has_enough_work() -> None:
    scenario = vary(
        DEVOPS,
        {**LEARNT, "years": 3, "demand.code_effort": 800, "demand.effort_cv": 0, "assistance.change_size": 1.6},
    )
    sizes = [change.lines for item in DrawnDemand(scenario, Streams(1)).first for change in item.changes]
    assert np.mean(sizes) == pytest.approx(100 * 1.6, rel=0.02)


@given(st.floats(1, 5), st.floats(0, 1))
def test_growth_is_larger_steps_times_more_lines(size: float, part: float) -> None:
    assistance = Assistance(share=1, change_size=size, work_per_change=part)
    assert work_per_change(assistance) * larger_change(assistance) == pytest.approx(size)
    held = pieces_held(assistance, np.array([[0.0, (n + 0.5) / 1000] for n in range(1000)]))
    assert np.mean(held) == pytest.approx(work_per_change(assistance), abs=0.002)


def defects_of(**fields: float) -> tuple[int, set[str]]:
    """Return how many defects the changes of a demand have, and their names with those of their changes."""
    changed = {f"assistance.{name}": value for name, value in fields.items()}
    demand = DrawnDemand(vary(DEVOPS, {"years": 3, "assistance.work_per_change": 0, **changed}), Streams(3))
    named = {f"{change.id} {flaw.id}" for item in demand.first for change in item.changes for flaw in change.defects}
    return len(named), named


def test_defects_grow_with_the_root_of_the_size_and_keep_those_that_were() -> None:
    without, named = defects_of(share=0)
    larger, more = defects_of(share=1, change_size=2.25)
    assert larger / without == pytest.approx(1.5, rel=0.03)
    assert named < more


def test_more_defects_for_each_line_and_verification_act_against_each_other() -> None:
    without, named = defects_of(share=0)
    worse, _ = defects_of(share=1, change_size=1, defects=1.25)
    verified, fewer = defects_of(share=1, change_size=1, defects=1.25, verification_finds=0.4)
    assert worse / without == pytest.approx(1.25, rel=0.03)
    assert verified / without == pytest.approx(0.75, rel=0.03)
    assert fewer < named


def test_coding_takes_its_factor_and_the_authors_verification() -> None:
    org = organisation(
        "integration", changes=LEARNT, assistance__coding_effort=0.75, assistance__verification_effort=0.4
    )
    assert coded(run(org, development.code(org, assisted(effort=8)))) == 8 * 0.75 + 0.4  # 100 lines


def test_a_change_without_assistance_is_written_as_before() -> None:
    org = organisation(assistance__share=0.5, assistance__coding_effort=0.5)
    assert coded(run(org, development.code(org, change(effort=8)))) == 8


def test_people_learn_for_some_months() -> None:
    org = organisation(changes={**LEARNT, "assistance.learning_dip": 0.2}, assistance__learning_months=2, years=1)
    work = assisted(effort=10)
    assert org.assistance.coding_effort(work) == pytest.approx(10 * 0.8 / 0.8)
    org.env.run(2 * HOURS_PER_MONTH)
    assert org.assistance.coding_effort(work) == pytest.approx(10 * 0.8)


def slow_downs(commits: int, **fields: float) -> list[float]:
    """Return the factor of complexity after each of so many assisted commits of a team of four."""
    changes = {**LEARNT, **{f"assistance.{name}": value for name, value in fields.items()}, "team.developers": 4}
    org = organisation(changes=changes)
    factors = [org.assistance.slow_down]
    for number in range(commits):
        org.assistance.commit(assisted(f"C{number}"))
        factors.append(org.assistance.slow_down)
    return factors


def test_complexity_halves_the_gain_after_its_half_life() -> None:
    factors = slow_downs(80, debt_half_life=10, coding_effort=0.8)
    assert (factors[0], factors[40], factors[80]) == pytest.approx((1, 1.125, 1.1875))
    assert factors == sorted(factors)


def test_refactoring_pays_for_complexity() -> None:
    some, half, whole = (
        slow_downs(40, debt_half_life=10, refactoring=paid, refactoring_needed=0.2)[-1] for paid in (0, 0.1, 0.2)
    )
    assert some > half > whole == 1
    assert half == pytest.approx(1 + 0.25 * (1 - 0.5**0.5))


def test_refactoring_costs_its_share_of_the_coding() -> None:
    org = organisation(changes={**LEARNT, "assistance.refactoring": 0.1})
    assert org.assistance.coding_effort(assisted(effort=10)) == pytest.approx(10 * 0.8 * 1.1)


@given(st.floats(0, 1), st.floats(0.05, 5), st.integers(0, 200))
def test_complexity_takes_at_most_what_assistance_gains(share: float, effort: float, commits: int) -> None:
    factor = slow_downs(commits, share=share, coding_effort=effort, debt_half_life=1)[-1]
    gain = gain_factor(Assistance(share=share, coding_effort=effort))
    assert 1 <= factor <= 1 / gain + 1e-9


def test_changes_without_assistance_add_no_complexity() -> None:
    org = organisation(changes={**LEARNT, "assistance.debt_half_life": 1})
    org.assistance.commit(change())
    assert org.assistance.slow_down == 1


def test_repairs_are_assisted_too_and_say_that_they_are_unplanned() -> None:
    org = organisation("delivery", "testing", "integration", changes=LEARNT)
    rows = run(org, org.repairs.defect(change(), defect("1")))
    (created,) = [row for row in rows if row[1] == "change.created"]
    assert decode_detail(created[9]) == {"unplanned": "yes", "assisted": "yes"}


# Reviews


def reviews(rows: list[Row], step: str) -> list[float]:
    return [row[0] for row in rows if row[1] == f"stage.{step}" and row[9] == "task=review"]


def test_a_review_of_an_assisted_change_takes_its_factor() -> None:
    org = organisation(changes=LEARNT, assistance__review_effort=1.3)
    run(org, org.reviews.review(assisted()))
    assert org.env.now == 0.5 * 1.3


def test_an_assisted_change_waits_longer_for_attention() -> None:
    org = organisation(changes=LEARNT, assistance__pick_up=4.6)
    rows = run(org, org.reviews.review(assisted(review_wait=2)), org.reviews.review(change("C2", review_wait=2)))
    assert reviews(rows, "started") == pytest.approx([2, 2 * 4.6])


@pytest.mark.parametrize(("share", "reviews"), [(0.3, 1), (0.6, 0)])
def test_a_further_share_of_assisted_changes_is_merged_unreviewed(share: float, reviews: int) -> None:
    org = organisation(changes=LEARNT, quality__unreviewed_share=0.1, assistance__unreviewed=share - 0.1)
    rows = run(org, org.reviews.review(assisted()))
    assert len([row for row in rows if row[1] == "stage.started"]) == reviews


def test_few_reviewers_read_for_their_hours_a_week_and_others_wait() -> None:
    """One person reviews for a quarter of the time: a review of half an hour takes its turn for two hours."""
    org = organisation(quality__reviewers=1, quality__review_hours=42)
    rows = run(org, *(org.reviews.review(change(f"C{number}")) for number in range(3)))
    assert reviews(rows, "queued") == [0, 0, 0]
    assert reviews(rows, "started") == [0, 2, 4]
    assert reviews(rows, "finished") == [0.5, 2.5, 4.5]


def test_taking_up_a_review_is_part_of_the_reviewers_hours() -> None:
    org = organisation(quality__reviewers=1, quality__review_hours=42, process__switching=0.25)
    rows = run(org, *(org.reviews.review(change(f"C{number}", item=f"W{number}")) for number in range(2)))
    assert reviews(rows, "started") == [0, (0.5 + 0.25) * 4]


def test_more_reviewers_read_side_by_side() -> None:
    org = organisation(quality__reviewers=2, quality__review_hours=42)
    rows = run(org, *(org.reviews.review(change(f"C{number}")) for number in range(3)))
    assert reviews(rows, "started") == [0, 0, 2]


def test_an_urgent_review_waits_for_nobodys_hours() -> None:
    org = organisation(quality__reviewers=1, quality__review_hours=1)
    rows = run(org, org.reviews.review(change()), org.reviews.review(change("C2"), urgent=True))
    assert reviews(rows, "started") == [0, 0]


def test_few_reviewers_make_changes_wait_in_a_run() -> None:
    def lead(reviewers: int) -> float:
        scenario: Scenario = vary(DEVOPS, {"years": 0.3, "quality.reviewers": reviewers})
        log = simulate(scenario, seed=1)
        created = log[log["kind"] == "change.created"].set_index("change")["time"]
        merged = log[log["kind"] == "change.merged"].drop_duplicates("change").set_index("change")["time"]
        return float((merged - created).dropna().median())

    assert lead(3) > 2 * lead(8)
