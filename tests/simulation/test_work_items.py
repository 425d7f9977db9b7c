"""An item knows what is left of it, and how well its need is understood."""

from math import inf

from organisations import change, item


def test_the_effort_that_remains_is_that_of_the_changes_not_committed_yet() -> None:
    work = item(change("C1", effort=2), change("C2", effort=3))
    work.changes[0].committed = True
    assert (work.code_effort, work.remaining_effort) == (5, 3)


def test_a_need_drifts_once_after_it_was_understood() -> None:
    work = item(change())
    work.drifts_after = 10
    work.understand(5)
    assert not work.misfits(14.9)
    assert work.misfits(15)
    work.understand(9)  # anew: six of the ten hours are left
    assert work.drifts_after == 6
    assert work.misfits(15)
    work.understand(15)
    assert work.drifts_after == inf
    assert not work.misfits(1e9)


def test_a_misunderstanding_stays_until_the_need_is_understood_anew() -> None:
    work = item(change(), misunderstood=True)
    work.understand(1)
    assert work.misfits(1)
    work.understand(2)
    assert not work.misfits(2)


def test_what_is_left_to_a_new_request_counts_as_fitting() -> None:
    work = item(change(), misunderstood=True)
    work.drifts_after = 1
    work.understand(0)
    work.leave_to_follow_up()
    assert not work.misfits(1e9)
