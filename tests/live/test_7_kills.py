"""An exercise whose driver is killed leaves nothing after `down`; `make kills` tries twenty moments of each."""

import os
import subprocess
import sys
from collections.abc import Callable

import docker
import needs
import pytest
from live.kills import Moment, moments, tried, unknown_to

pytestmark = pytest.mark.live


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("act", "moment"),
    [
        ("up", Moment(steps=100)),
        ("load", Moment(program="locust")),
        ("accept", Moment(program="act")),
        ("gitlab", Moment(program="gitlab-ci-local")),
    ],
    ids=lambda value: str(value).replace(" ", "-"),
)
def test_nothing_is_left_of_an_exercise_that_is_killed(act: str, moment: Moment, named: Callable[[str], str]) -> None:
    trial = tried(act, moment, named(act))
    assert trial.made > 0
    assert trial.left == [], trial


@pytest.mark.usefixtures("lab")
def test_moments_are_spread_over_the_steps_and_the_time_of_an_undisturbed_run(named: Callable[[str], str]) -> None:
    undisturbed = tried("up", Moment(), named("whole"))
    assert undisturbed.left == []
    chosen = moments(undisturbed, 4)
    assert [moment.steps is None for moment in chosen] == [False, True, False, True]
    assert 0 < (chosen[0].steps or 0) < (chosen[2].steps or 0) < len(undisturbed.steps)
    assert 0 < (chosen[1].seconds or 0) < (chosen[3].seconds or 0) < undisturbed.seconds


def test_a_bridge_whose_network_is_gone_counts_as_left_and_that_of_a_network_does_not(
    client: docker.DockerClient, named: Callable[[str], str]
) -> None:
    needs.require(
        "a bridge", found=sys.platform == "linux" and os.geteuid() == 0, how="run the tests as root on Linux."
    )
    bridge = f"br-{os.getpid():012x}"
    network = client.networks.create(named("network"))
    subprocess.run(["ip", "link", "add", bridge, "type", "bridge"], check=True)
    try:
        left = set(unknown_to(client))
    finally:
        subprocess.run(["ip", "link", "delete", bridge], check=True)
        network.remove()
    assert f"bridge {bridge}" in left
    assert f"bridge br-{(network.id or '')[:12]}" not in left
