"""Streams are the same for the same seed, replication and kind, and independent of each other."""

import subprocess
import sys

import numpy as np

from devopssim.simulation.streams import Streams


def test_the_same_seed_replication_and_kind_give_the_same_numbers() -> None:
    first, again = (Streams(seed=1, replication=7).stream("demand").random(5) for _ in range(2))
    assert first.tolist() == again.tolist()


def test_a_stream_does_not_depend_on_the_streams_that_were_read_before_it() -> None:
    busy = Streams(seed=1)
    busy.stream("defects").random(1000)
    assert busy.stream("demand").random(3).tolist() == Streams(seed=1).stream("demand").random(3).tolist()


def test_another_process_draws_the_same_numbers() -> None:
    program = "from devopssim.simulation.streams import Streams; print(Streams(seed=1, replication=2).stream('demand').random())"
    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert float(printed) == Streams(seed=1, replication=2).stream("demand").random()


def test_streams_of_seeds_replications_and_kinds_are_all_different() -> None:
    firsts = {
        Streams(seed=seed, replication=replication).stream(kind).random()
        for seed in range(5)
        for replication in range(5)
        for kind in ("demand", "defects", "")
    }
    assert len(firsts) == 5 * 5 * 3


def test_replication_one_of_seed_one_is_not_replication_zero_of_another_seed() -> None:
    later = {Streams(seed=seed, replication=0).stream("demand").random() for seed in range(100)}
    assert Streams(seed=1, replication=1).stream("demand").random() not in later


def test_streams_are_uncorrelated() -> None:
    kinds = [
        Streams(seed=3, replication=r).stream(kind).random(20_000)
        for r in range(3)
        for kind in ("demand", "production")
    ]
    correlation = np.corrcoef(kinds) - np.eye(len(kinds))
    assert np.abs(correlation).max() < 4 / np.sqrt(20_000)
