"""Operate and monitor: blue and green, a canary that its alert takes back, and drills that leave nothing broken."""

from collections.abc import Iterator
from typing import Final

import pytest
from live.steps import Timed, orders, release

from devopssim import kpis
from devopssim.errors import InvalidInputError
from devopssim.livelab import Lab, LabError
from devopssim.livelab.engine import wait_until
from devopssim.livelab.parts import DRILLS

pytestmark = pytest.mark.live

ENOUGH_ANSWERS: Final = 60


@pytest.fixture(scope="module")
def front(shipped: Lab, timed: Timed) -> Lab:
    """The lab with a load balancer, blue in force, and Prometheus watching every slot."""
    shipped.production.deploy()
    with timed("load balancer, and the release in blue"):
        shipped.traffic.up()
    with timed("Prometheus, until its first measurement"):
        shipped.monitor.up("web", "blue", "green")
    return shipped


@pytest.fixture
def users(front: Lab) -> Iterator[Lab]:
    """Somebody asks through the load balancer, as long as the test lasts."""
    with front.load_balancer_prober:
        yield front


def test_no_traffic_goes_to_a_slot_that_runs_nothing(front: Lab) -> None:
    with pytest.raises(LabError, match="slot green runs no release that could take traffic; deploy one first"):
        front.traffic.shift(blue=0, green=100)
    with pytest.raises(InvalidInputError, match="must name blue and green and add up to 100"):
        front.traffic.shift(blue=90, green=20)
    assert front.traffic.weights() == {"blue": 100, "green": 0}


def test_a_canary_with_errors_is_rolled_back_by_its_alert_and_the_log_gives_mttd_and_mttr(
    users: Lab, timed: Timed
) -> None:
    users.traffic.release("green", users.releases.faulty("bad_release"))
    assert users.traffic.weights() == {"blue": 100, "green": 0}
    assert users.traffic.ask("/products").headers["x-slot"] == "blue"

    users.traffic.shift(blue=90, green=10)
    with timed("canary: from its first users to the alert HighErrorRate"):
        users.monitor.wait_for_alert("HighErrorRate")
    with timed("canary: rollback by weights"):
        users.traffic.rollback("green")
    users.load_balancer_prober.wait_until_healthy()

    assert users.traffic.weights() == {"blue": 100, "green": 0}
    assert {users.traffic.ask("/products").status for _ in range(10)} == {200}
    log = users.log()
    incident = log.loc[log["kind"] == "service.failed", ["incident", "deployment"]].iloc[-1]
    assert incident["deployment"] in set(log.loc[log["kind"] == "service.rolledback", "deployment"])
    detected = log.loc[log["kind"] == "incident.detected"].iloc[-1]
    assert (detected["incident"], detected["detail"]) == (incident["incident"], "name=HighErrorRate;automated=yes")
    mttd = kpis.mttd(log)[incident["incident"]]
    mttr = kpis.mttr(log)[incident["incident"]]
    assert 0 < mttd < mttr < 1


def test_a_sound_canary_gets_a_tenth_of_the_traffic_and_then_all_of_it_and_users_notice_nothing(
    users: Lab, timed: Timed
) -> None:
    release(users, "5.0.0")
    users.sh(f"docker build -t {users.workspace.image}:latest .")
    users.sh(f"docker push {users.workspace.image} --all-tags")
    users.traffic.release("green")
    began = len(users.load_balancer_prober.probes)

    users.traffic.shift(blue=90, green=10)
    wait_until(lambda: len(users.load_balancer_prober.probes) > began + ENOUGH_ANSWERS, "enough answers")
    canary = users.load_balancer_prober.table()[began:]
    share = (canary["slot"] == "green").mean()
    assert 0.05 < share < 0.2
    assert set(canary.loc[canary["slot"] == "green", "version"]) == {"5.0.0"}

    with timed("cut-over from blue to green"):
        users.traffic.shift(blue=0, green=100)
        wait_until(lambda: users.traffic.ask("/").headers["x-slot"] == "green", "green to answer")
    moved = len(users.load_balancer_prober.probes) + 1
    wait_until(
        lambda: len(users.load_balancer_prober.probes) > moved + ENOUGH_ANSWERS / 2, "answers after the cut-over"
    )
    everything = users.load_balancer_prober.table()[began:]
    assert everything["status"].unique().tolist() == [200]
    assert set(users.load_balancer_prober.table()[moved:]["slot"]) == {"green"}


def test_prometheus_is_asked_from_python(front: Lab) -> None:
    assert set(front.monitor.query("up")["instance"]) >= {"web:5000", "blue:5000", "green:5000"}
    before = _requests_counted(front)
    for _ in range(5):
        front.traffic.ask("/products")
    wait_until(lambda: _requests_counted(front) >= before + 5, "Prometheus to count the requests")
    curve = front.monitor.query_range("sum(shop_requests_total)", seconds=5)
    assert curve.index.name == "seconds"
    assert curve.index.max() == 0
    assert curve.iloc[:, 0].is_monotonic_increasing


def test_a_question_that_prometheus_does_not_understand_is_refused_with_its_reason(front: Lab) -> None:
    with pytest.raises(LabError, match=r"Prometheus refuses 'up\(': .*parse error"):
        front.monitor.query("up(")


@pytest.mark.parametrize("name", [name for name in DRILLS if name != "exploit"])
def test_a_drill_breaks_the_service_and_leaves_nothing_broken(front: Lab, timed: Timed, name: str) -> None:
    image, kept = _image_in_force(front), orders(front)
    incidents = _count(front, "incident.resolved")
    with timed(f"drill {name}: broken, recovered by script, well again"), front.drill(name) as drill:
        drill.wait_until_broken()
        assert drill.is_still_broken()
        drill.recover()
    assert front.production.ask("/products").status == 200
    assert (_image_in_force(front), orders(front)) == (image, kept)
    assert _count(front, "incident.resolved") == incidents + 1
    log = front.log()
    last = log.loc[log["kind"] == "service.failed"].iloc[-1]
    assert f"cause={name.replace('_', ' ')}" in last["detail"]


def test_a_drill_that_nobody_answers_is_mended_at_its_end(front: Lab) -> None:
    image = _image_in_force(front)
    with front.drill("crash") as drill:
        drill.wait_until_broken()
    assert front.production.ask("/products").status == 200
    assert _image_in_force(front) == image


def test_what_a_person_notices_and_mends_is_told_as_such(front: Lab) -> None:
    with front.drill("crash") as drill:
        drill.wait_until_broken()
        front.noticed()
        front.sh("docker compose up -d", cwd=front.workspace.production)
        drill.wait_until_healthy()
    log = front.log()
    assert log.loc[log["kind"] == "incident.detected", "detail"].iloc[-1] in {
        "automated=no",
        "name=InstanceDown;automated=yes",
    }
    assert "automated" not in str(log.loc[log["kind"] == "incident.resolved", "detail"].iloc[-1])


def test_there_is_no_drill_of_that_name(lab: Lab) -> None:
    with pytest.raises(InvalidInputError, match="drill='earthquake' must be one of bad_release, "):
        lab.drill("earthquake")


def _image_in_force(lab: Lab) -> str:
    return str(lab.production.need("web").attrs["Image"])


def _count(lab: Lab, kind: str) -> int:
    return int((lab.log()["kind"] == kind).sum())


def _requests_counted(lab: Lab) -> float:
    return float(lab.monitor.query("sum(shop_requests_total)")["value"].iloc[0])
