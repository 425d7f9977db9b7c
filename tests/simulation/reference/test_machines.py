"""Machines that fail and are repaired by fewer people than there are machines."""

import pytest

from devopssim import events
from devopssim.errors import InvalidInputError
from devopssim.simulation.randomness import Exponential, Fixed, Streams
from devopssim.simulation.reference.machines import Machines, run


def test_a_machine_runs_fails_and_is_repaired_in_turns() -> None:
    machine = Machines(replicas=1, operators=1, uptime=Fixed(8.0), repair=Fixed(2.0))
    log = events.validate(run(machine, horizon=25.0, streams=Streams(seed=1)))
    assert log[log["kind"] == "service.failed"]["time"].tolist() == [8.0, 18.0]
    assert log[log["kind"] == "incident.resolved"]["time"].tolist() == [10.0, 20.0]


def test_two_that_fail_at_once_wait_for_the_only_operator() -> None:
    machines = Machines(replicas=2, operators=1, uptime=Fixed(8.0), repair=Fixed(2.0))
    log = events.validate(run(machines, horizon=13.0, streams=Streams(seed=1)))
    assert log[log["kind"] == "incident.resolved"]["time"].tolist() == [10.0, 12.0]
    assert events.details(log[log["kind"] == "incident.resolved"], "replica").tolist() == ["1", "2"]


def test_another_operator_does_not_change_the_luck_of_the_machines() -> None:
    first_failures = [
        run(
            Machines(replicas=3, operators=operators, uptime=Exponential(100.0), repair=Exponential(50.0)),
            horizon=2000.0,
            streams=Streams(seed=1),
        )
        .query("kind == 'service.failed'")
        .assign(replica=lambda log: events.details(log, "replica"))
        .groupby("replica")["time"]
        .min()
        .to_dict()
        for operators in (1, 3)
    ]
    assert first_failures[0] == first_failures[1]


def test_machines_without_operators_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="operators=0 must be 1 or more"):
        Machines(replicas=1, operators=0, uptime=Fixed(8.0), repair=Fixed(2.0))
