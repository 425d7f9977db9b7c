"""When a service counts as broken, and when as restored."""

import socket
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devopssim.livelab.history.journal import Journal
from devopssim.livelab.history.prober import CALM, ENOUGH, SHORTEST_OUTAGE, TOO_SLOW, Judge, Probe, Prober

EVERY = 0.1


def probes(answers: str) -> list[Probe]:
    """One probe each tenth of a second: `.` good, `x` an error, `-` no answer, `s` too slow."""
    status = {".": 200, "x": 500, "-": 0, "s": 200}
    return [
        Probe(at=number * EVERY, status=status[answer], seconds=1.5 * TOO_SLOW if answer == "s" else 0.01)
        for number, answer in enumerate(answers)
    ]


def verdicts(stream: Iterable[Probe]) -> list[tuple[str, float]]:
    judge = Judge()
    return [(name, round(at, 2)) for probe in stream if (verdict := judge.observe(probe)) for name, at in [verdict]]


def test_a_planned_restart_of_half_a_second_is_no_incident() -> None:
    assert verdicts(probes("." * 20 + "-" * 6 + "." * 60)) == []


def test_an_incident_begins_with_its_first_failure_and_ends_with_the_first_good_answer_after_its_last() -> None:
    assert verdicts(probes("." * 10 + "x" * 30 + "." * 40)) == [("failed", 1.0), ("resolved", 4.01)]


@pytest.mark.parametrize("trouble", ["x", "-", "s"])
def test_errors_silence_and_slowness_are_all_failures(trouble: str) -> None:
    assert verdicts(probes("." * 10 + trouble * 30))[0] == ("failed", 1.0)


def test_one_request_in_ten_is_enough() -> None:
    assert [name for name, _ in verdicts(probes(("." * 9 + "x") * 5))] == ["failed"]


def test_one_request_in_fifty_is_not() -> None:
    assert verdicts(probes(("." * 49 + "x") * 5)) == []


def test_good_answers_between_failures_do_not_end_an_incident() -> None:
    nearly = "." * int(CALM / EVERY - 2)
    assert [name for name, _ in verdicts(probes("x" * 30 + nearly + "x" + nearly + "x"))] == ["failed"]


def test_a_judge_knows_whether_the_service_is_down_or_only_ailing() -> None:
    down, ailing = Judge(), Judge()
    for judge, answers in ((down, "x" * 30), (ailing, ".....x" * 8)):
        for probe in probes(answers):
            judge.observe(probe)
    assert (down.share_of_bad, round(ailing.share_of_bad, 1)) == (1.0, 0.2)


@given(st.text(alphabet=".x-", max_size=300))
def test_failures_and_restorations_take_turns_and_never_go_back_in_time(answers: str) -> None:
    found = verdicts(probes(answers))
    assert [name for name, _ in found] == ["failed", "resolved"] * (len(found) // 2) + ["failed"] * (len(found) % 2)
    assert [at for _, at in found] == sorted(at for _, at in found)


@given(st.text(alphabet=".x", max_size=200))
def test_fewer_failures_than_enough_or_too_short_ones_are_none(answers: str) -> None:
    bad = [number * EVERY for number, answer in enumerate(answers) if answer == "x"]
    if len(bad) < ENOUGH or bad[-1] - bad[0] < SHORTEST_OUTAGE - EVERY / 2:
        assert verdicts(probes(answers)) == []


def test_an_incident_is_attributed_to_the_cause_in_force(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        prober = Prober(journal, port=int(taken.getsockname()[1]))
        prober.attribute("bad release", "sha256:bad")
        with prober:
            prober.wait_until_broken(30)
    (failed,) = journal.facts("incident.failed")
    assert (failed["cause"], failed["image"], failed["downtime"]) == ("bad release", "sha256:bad", True)
