"""Intervals from simulations cover what queueing theory knows, as often as they promise.

Runs begin in the steady state that an arriving story meets: numbers at each stage are drawn from the product form of
Jackson's theorem, and exponential work has no memory. So there is no transient to cut off, and the expected time of every
story is known exactly. The stages are up to two fifths busy: means of long queues are so skewed that Student's t, which wants
them normal, would need runs ten times as long.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from devopssim import kpis
from devopssim.experiment import interval
from devopssim.simulation import Exponential, Streams
from devopssim.simulation.reference import (
    Node,
    Stage,
    Story,
    ValueStream,
    arrivals,
    draw_stories,
    flow,
    specialists,
    time_in_network,
)

EXPERIMENTS = 400
BEHIND = 8  # stories that come after the last one that counts: they may overtake it where several people work


@dataclass(frozen=True, kw_only=True)
class Queues:
    """Stages in line, one story an hour: mean hours of work and people at each."""

    work: dict[str, float]
    people: dict[str, int]

    @property
    def value_stream(self) -> ValueStream:
        stages = tuple(Stage(name=name, hours=Exponential(hours)) for name, hours in self.work.items())
        return ValueStream(stages=stages, people=specialists(self.people))

    @property
    def expected(self) -> float:
        """The mean hours from request to end, by theory."""
        return time_in_network(1.0, [Node(service=self.work[each], servers=self.people[each]) for each in self.work])

    def present(self, rng: np.random.Generator) -> list[int]:
        """Draw how many stories are at each stage, at work or waiting, in the steady state."""
        return [int(rng.choice(200, p=number_present(self.work[each], self.people[each]))) for each in self.work]

    def mean_time(self, seed: int, replication: int, stories: int) -> float:
        """Return the mean hours from request to end of the first stories that arrive."""
        streams = Streams(seed, replication)
        stages = self.value_stream.stages
        early = [place for place, number in enumerate(self.present(streams.stream("present"))) for _ in range(number)]
        hours = arrivals(Exponential(1.0), stories + BEHIND, streams)
        hours = [hour - hours[0] for hour in hours]  # the first one meets what was drawn: nobody came before it
        drawn = draw_stories(stages, [0.0] * len(early) + hours, streams)
        begun = [Story(story.id, 0.0, story.visits[place:]) for story, place in zip(drawn, early, strict=False)]
        log = flow(self.value_stream, begun + drawn[len(early) :])
        counted = [story.id for story in drawn[len(early) : len(early) + stories]]
        return float(kpis.lead_time(log)[counted].mean())


def number_present(load: float, servers: int) -> npt.NDArray[np.float64]:
    """Return the probabilities of 0, 1, 2 … customers in M/M/c."""
    weights = np.ones(200)
    for n in range(1, 200):
        weights[n] = weights[n - 1] * load / min(n, servers)
    probabilities: npt.NDArray[np.float64] = weights / weights.sum()
    return probabilities


MMM3 = Queues(work={"code": 1.2}, people={"code": 3})
FIVE_STAGES = Queues(
    work={"plan": 0.3, "code": 1.2, "test": 0.7, "deploy": 0.2, "operate": 0.3},
    people={"plan": 1, "code": 3, "test": 2, "deploy": 1, "operate": 1},
)


@pytest.mark.parametrize(("queues", "stories"), [(MMM3, 50), (FIVE_STAGES, 30)], ids=["M/M/3", "five stages"])
def test_intervals_cover_the_truth_in_93_to_97_of_100_experiments(queues: Queues, stories: int) -> None:
    """Of 400 experiments of 10 replications; the luck is fixed, so the share is always the same."""
    covered = 0
    for seed in range(EXPERIMENTS):
        found = interval([queues.mean_time(seed, replication, stories) for replication in range(10)])
        covered += found.low <= queues.expected <= found.high
    assert 0.93 <= covered / EXPERIMENTS <= 0.97
