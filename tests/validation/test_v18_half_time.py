"""V18: people who give half of their time to another project finish half as much, and pay for the switch.

Reference: Rally (Maccherone 2013/14, own slides): teams whose people are dedicated by 95 % or more have almost twice the throughput
of teams whose people are dedicated by 50 % or less; a ratio of 1.5 to 2.1. Assumed: the other project takes its share of each week in one
piece.
"""

from functools import cache

from validation.comparison import RangeComparison, between, replicate
from validation.pages import assert_agreed_and_shown

from devopssim import kpis
from devopssim.scenario import DEVOPS, vary

BUSY = {
    "demand.requests_per_week": 0,
    "demand.backlog": 3000,
    "team.analysts": 0,
    "team.developers": 8,
    "team.testers": 0,
    "team.operators": 0,
    "team.security": 0,
    "years": 2,
}
"""More work than people, who do everything themselves, so that throughput is what they can do."""


@cache
def throughput(elsewhere: float) -> list[float]:
    """Return the items a week of each of eight replications, where people give this share of each week to another project."""
    hours = elsewhere * DEVOPS.team.hours_per_week
    scenario = vary(DEVOPS, {**BUSY, "team.interruptions_per_week": 1, "team.interruption_effort": hours})
    return replicate(8, scenario, lambda log: kpis.values(log, ["throughput"]))["throughput"]


def rows() -> list[RangeComparison]:
    """Return the ratio of the throughputs beside the published range."""
    ratios = [whole / half for whole, half in zip(throughput(0.05), throughput(0.5), strict=True)]
    return [between("V18 half time", "throughput of dedicated people ÷ of people at half time", 1.5, 2.1, ratios)]


def test_dedicated_people_finish_about_twice_as_much() -> None:
    assert_agreed_and_shown(rows())
