"""Two web hosts from a playbook: nothing changes twice, drift is found, a release under traffic loses no request."""

from collections.abc import Iterator

import pytest
from live.steps import Timed

from devopssim.errors import InvalidInputError
from devopssim.livelab import Lab

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def hosts(shipped: Lab, timed: Timed) -> Iterator[Lab]:
    """The lab with two web hosts that a playbook made; the slots and their traffic are as before afterwards."""
    shipped.sh(f"docker tag {shipped.workspace.image}:latest {shipped.workspace.image}:1.0.0")
    with timed("ansible-playbook, the first run"):
        done = shipped.configuration.apply()
    assert done.ok, done
    yield shipped
    shipped.production.compose("rm", "--stop", "--force", "blue", "green", "load-balancer")
    for slot in ("blue", "green"):
        shipped.production.pin(f"{slot.upper()}_IMAGE", None)


def test_both_hosts_serve_as_the_inventory_says_and_drift_is_found_without_changing_anything(
    hosts: Lab, timed: Timed
) -> None:
    assert {host: answer["hours"] for host, answer in hosts.configuration.answers().items()} == {
        "blue": "8-18",
        "green": "8-18",
    }
    hosts.configuration.drift("green", hours="8-20")
    with timed("ansible-playbook --check --diff"):
        done = hosts.configuration.apply("--check", "--diff")
    assert "-SHOP_HOURS=8-20" in done.output
    assert _last(hosts, "changed") == {"blue": 0, "green": 1}
    assert hosts.configuration.answers()["green"]["hours"] == "8-20"


def test_a_broken_release_stops_at_the_first_host_and_the_way_back_repairs_drift_too_without_a_lost_request(
    hosts: Lab, timed: Timed
) -> None:
    hosts.releases.faulty("bad_release", tag="broken")
    with hosts.load_balancer_prober as users:
        with timed("ansible-playbook, stopped at the first host"):
            done = hosts.configuration.apply("--extra-vars", "release=broken")
        assert (done.ok, _last(hosts, "failed")) == (False, {"blue": 1})
        assert set(hosts.configuration.answers()) == {"green"}
        with timed("ansible-playbook, back by a variable"):
            done = hosts.configuration.apply()
        assert done.ok, done
    asked = users.table()
    assert len(asked) > 50
    assert asked["status"].between(200, 499).all()
    assert {answer["hours"] for answer in hosts.configuration.answers().values()} == {"8-18"}
    log = hosts.log()
    last = log[log["kind"].isin(["service.deployed", "service.rolledback"])].iloc[-1]
    assert last["kind"] == "service.rolledback"


def test_a_host_that_the_inventory_lacks_is_named_with_those_it_has(lab: Lab) -> None:
    with pytest.raises(InvalidInputError, match=r"host='red' .* must be one of blue, green"):
        lab.configuration.drift("red", hours="0-24")


def _last(lab: Lab, column: str) -> dict[str, int]:
    """Return a column of the last run, by host."""
    runs = lab.configuration.runs()
    return dict(runs.loc[runs["run"] == runs["run"].max()].set_index("host")[column])
