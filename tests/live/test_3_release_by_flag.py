"""Deployed and not released: a feature that a flag shows to some users, to nobody, and to all, while both slots stay as they are."""

from collections import Counter

import pytest
from live.steps import Timed

from devopssim import events
from devopssim.livelab import Lab
from devopssim.livelab.parts import FLAG, SLOTS

pytestmark = pytest.mark.live


def test_a_release_by_flag_needs_no_deployment_and_its_end_neither(shipped: Lab, timed: Timed) -> None:
    with timed("feature flag: build, push, two slots"):
        shipped.flags.add_feature()
        assert shipped.flags.add_feature() == shipped.repository.head()  # once is enough
        _publish(shipped)
    containers = _containers(shipped)
    shipped.monitor.up(*SLOTS)
    assert _seen(shipped) == {"as before"}

    with shipped.load_balancer_prober, timed("feature flag: from one user in ten to the kill switch, and well again"):
        shipped.flags.roll_out(FLAG, percent=10)
        before = shipped.flags.survey(users=100)
        shipped.load_balancer_prober.wait_until_broken()
        shipped.monitor.wait_for_alert("HighErrorRate")
        shipped.flags.kill(FLAG)
        assert _seen(shipped) == {"as before"}
        shipped.load_balancer_prober.wait_until_healthy()
    seen = Counter(before["seen"])
    assert set(seen) == {"as before", "error"}
    assert 3 <= seen["error"] <= 17
    assert set(before["slot"]) == set(SLOTS)
    assert _containers(shipped) == containers
    ended = shipped.log().loc[lambda log: log["kind"] == "incident.resolved"]
    assert events.details(ended, "via").iloc[-1] == "mitigation"

    shipped.repository.replace("shop/offers.py", '"tea"', '"espresso"')
    shipped.repository.commit("Offer what we sell")
    _publish(shipped)
    shipped.flags.roll_out(FLAG, percent=10)
    first, again = shipped.flags.survey(users=51), shipped.flags.survey(users=51)  # odd: the slots take turns
    assert (first["seen"] == again["seen"]).all()  # whichever slot answers
    assert not (first["slot"] == again["slot"]).all()
    shipped.flags.roll_out(FLAG, percent=100)
    assert _seen(shipped) == {"feature"}
    assert shipped.traffic.ask("/products").json()["espresso"] == 75


def _publish(lab: Lab) -> None:
    lab.sh(f"docker build --quiet -t {lab.workspace.image}:latest .")
    lab.sh(f"docker push --quiet {lab.workspace.image}:latest")
    lab.traffic.up()
    lab.traffic.release("green")
    lab.traffic.shift(blue=50, green=50)


def _seen(lab: Lab) -> set[str]:
    return set(lab.flags.survey(users=50)["seen"])


def _containers(lab: Lab) -> dict[str, str]:
    return {slot: str(lab.production.need(slot).id) for slot in SLOTS}
