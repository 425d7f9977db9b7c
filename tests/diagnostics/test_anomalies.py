"""What a log reports about its own reliability."""

import pandas as pd
import pytest
from logs import committed, deployed, detected, failed, log_of, outage, requested, resolved, started, travelled, valid

from devopssim.diagnostics import intervals, report


def sorts(log: pd.DataFrame) -> dict[str, list[str]]:
    """Return the sentences by their sort."""
    found: dict[str, list[str]] = {}
    for each in report(valid(log)):
        found.setdefault(each.sort, []).append(each.sentence)
    return found


def test_a_mean_of_four_incidents_is_shown_as_what_it_is() -> None:
    log = log_of(
        *[row for n, hours in enumerate((1, 2, 3, 90)) for row in outage(f"I{n}", 100 * n, 100 * n + hours)],
        horizon=2000,
    )
    row = intervals(log).loc["mttr"]
    assert (row["value"], row["n"], row["word"]) == (24, 4, "no interval")
    expected = "Mean time to recovery has no interval: needs at least 500 incidents, has 4; read each of them."
    assert expected in " ".join(sorts(log)["small"])


def test_a_long_silence_is_a_gap() -> None:
    busy = [row for n in range(60) for row in travelled(f"W{n}", n + 2000 * (n > 30), n + 2000 * (n > 30) + 5)]
    assert any("nothing happens for 83 days from hour 35 on" in each for each in sorts(log_of(*busy))["gap"])
    assert any("the last 164 days" in each for each in sorts(log_of(*busy, horizon=6000))["gap"])
    assert "gap" not in sorts(log_of(*[row for n in range(60) for row in travelled(f"W{n}", n, n + 5)]))


def regular(step: float, silence: float, quiet: float = 0.0) -> pd.DataFrame:
    """Return 60 requests, one each `step` hours, with a `silence` in the middle and a `quiet` end."""
    times = [n * step + (silence - step) * (n >= 30) for n in range(60)]
    return log_of(*[requested(f"W{n}", at=time) for n, time in enumerate(times)], horizon=times[-1] + quiet)


@pytest.mark.parametrize(("step", "below", "above"), [(1, 240, 240.01), (20, 1176.4, 1176.6)])
def test_a_gap_is_ten_times_the_longest_wait_that_is_usual(step: float, below: float, above: float) -> None:
    """Of 59 exponential waits the longest is about ln 59 means: 20 / ln 2 · ln 59 = 117.65 hours; a day where that is less."""
    assert "gap" not in sorts(regular(step, below))
    assert len(sorts(regular(step, above))["gap"]) == 1
    assert "gap" not in sorts(regular(step, step, quiet=below))
    assert len(sorts(regular(step, step, quiet=above))["gap"]) == 1


@pytest.mark.parametrize(("events", "expected"), [(19, False), (20, True)])
def test_a_gap_needs_twenty_moments(events: int, *, expected: bool) -> None:
    times = [*range(events - 1), 5000]
    log = log_of(*[requested(f"W{n}", at=time) for n, time in enumerate(times)], horizon=5000)
    assert ("gap" in sorts(log)) is expected


def test_gaps_are_counted_and_the_longest_is_named() -> None:
    times = [n + 300 * (n >= 20) + 600 * (n >= 40) for n in range(60)]
    (gap,) = (each for each in report(log_of(*[requested(f"W{n}", at=n) for n in times])) if each.sort == "gap")
    assert gap.count == 2
    assert gap.sentence.startswith("nothing happens for 25 days from hour 339 on")


def test_more_than_a_tenth_has_to_be_unfinished_to_be_reported() -> None:
    def after(unfinished: int) -> dict[str, list[str]]:
        done = [row for n in range(20 - unfinished) for row in travelled(f"W{n}", n, n + 5)]
        return sorts(log_of(*done, *[requested(f"V{n}", at=n) for n in range(unfinished)], horizon=99))

    assert "unfinished" not in after(2)
    assert "3 of 20 have not ended" in after(3)["unfinished"][0]


def test_a_log_of_less_than_four_weeks_has_no_rates_worth_the_name() -> None:
    assert any("the log spans 27.9 days" in each for each in sorts(log_of(requested("W1"), horizon=669))["small"])
    assert not any("the log spans" in each for each in sorts(log_of(requested("W1"), horizon=672))["small"])


def test_impossible_orders_are_counted_and_said_not_to_count() -> None:
    log = log_of(
        detected("I1", at=1), failed("D1", "I1", at=3), committed("C1"), deployed("C1", "D1", at=2),
        detected("I2", at=4), resolved("I2", at=5), horizon=9,
    )  # fmt: skip
    found = sorts(log)["order"]
    assert "1 times incident.detected comes before service.failed: not in mean time to detect." in found
    assert "1 times incident.resolved comes without a service.failed: not in mean time to recovery." in found


def test_repetitions_are_named() -> None:
    log = log_of(
        committed("C1"), deployed("C1", "D1", at=1), deployed("C1", "D2", at=2), started_twice := requested("W1", at=3)
    )
    assert started_twice
    assert "1 changes were deployed more than once: the first time counts." in sorts(log)["repeated"]
    twins = log_of(requested("W1"), started("W1", at=1), failed(None, "I1", at=2), horizon=3)
    assert "repeated" not in sorts(twins)


def test_what_has_not_ended_makes_durations_too_short() -> None:
    log = log_of(*[requested(f"W{n}", at=n) for n in range(8)], *travelled("W9", 1, 2), horizon=99)
    assert (
        "8 of 9 have not ended: lead time is longer than it looks, the longest are missing." in sorts(log)["unfinished"]
    )


def test_clocks_that_were_wrong_and_things_left_out_are_said() -> None:
    log = log_of(
        requested("W1"),
        horizon=800,
        source={"git": "x", "moved": 3, "counts": {"epics": 2}},
        start="2999-01-01T00:00:00",
    )
    found = sorts(log)
    assert found["clock"][0].startswith("3 times lay before their cause")
    assert "in the future" in found["clock"][1]
    assert found["left out"] == ["2 epics."]


def test_failures_that_are_guessed_from_repairs_say_nothing_of_availability() -> None:
    log = log_of(committed("C1"), deployed("C1", "D1"), *outage("I1", 0, 900, "D1"), horizon=1000)
    assert any("down 90% of the time" in each for each in sorts(log)["small"])


def test_of_a_log_without_events_nothing_is_said() -> None:
    assert report(log_of(horizon=168)) == []


def test_clocks_that_moved_nothing_are_not_doubted() -> None:
    assert "clock" not in sorts(log_of(requested("W1"), horizon=800, source={"git": "x"}))
    assert "clock" not in sorts(log_of(requested("W1"), horizon=800))


@pytest.mark.parametrize(("hours", "doubted"), [(500, False), (501, True)])
def test_a_service_is_doubted_when_it_is_down_more_than_half_of_the_time(hours: float, *, doubted: bool) -> None:
    log = log_of(*outage("I1", 0, hours), horizon=1000)
    assert any("would have been down" in sentence for sentence in sorts(log)["small"]) is doubted


def test_silence_at_the_end_is_one_gap() -> None:
    assert [finding.count for finding in report(regular(1, 1, quiet=1000)) if finding.sort == "gap"] == [1]
