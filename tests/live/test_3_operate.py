"""Operate and monitor: blue and green, a canary that its alert takes back, and drills that leave nothing broken."""

from collections.abc import Iterator
from threading import Event, Thread
from typing import Final, Self

import needs
import pandas as pd
import pytest
from live.steps import Timed, orders, release

from devopssim import kpis, plots
from devopssim.errors import InvalidInputError
from devopssim.livelab import Lab, LabError, find_program
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
    assert "severity=partial" in log.loc[log["kind"] == "service.failed", "detail"].iloc[-1]


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


def test_a_slot_that_never_ran_a_release_raises_no_alert(front: Lab) -> None:
    front.monitor.watch("web", "blue", "empty")
    try:
        wait_until(lambda: _evaluations(front, "empty:5000") > 5, "Prometheus to miss an instance a few times")
        assert "empty:5000" not in set(front.monitor.alerts()["instance"])
    finally:
        front.monitor.watch("web", "blue", "green")


@pytest.mark.parametrize("name", [name for name in DRILLS if name != "exploit"])
def test_a_drill_breaks_the_service_and_its_kpis_are_the_times_counted_by_hand(
    front: Lab, timed: Timed, name: str
) -> None:
    image, kept = _image_in_force(front), orders(front)
    incidents = _count(front, "incident.resolved")
    began = front.journal.clock.now()
    step = timed(f"drill {name}: broken, recovered by script, well again")
    with step, Watch(front) as seen, front.drill(name) as drill:
        drill.wait_until_broken()
        assert drill.is_still_broken()
        drill.wait_until_detected()
        drill.recover()
    assert front.production.ask("/products").status == 200
    assert (_image_in_force(front), orders(front)) == (image, kept)
    assert _count(front, "incident.resolved") == incidents + 1
    log = front.log()
    last = log.loc[log["kind"] == "service.failed"].iloc[-1]
    assert f"cause={name.replace('_', ' ')}" in last["detail"]
    assert pd.isna(last["deployment"]) == (name in {"crash", "stopped_database"})

    incident = last["incident"]
    times = log.loc[log["incident"] == incident].set_index("kind")["time"] * 3600 + front.workspace.start
    broke, well = _by_hand(front, began)
    assert times["service.failed"] == pytest.approx(broke, abs=1)
    assert times["service.restored"] == pytest.approx(well, abs=1)
    assert times["service.failed"] <= times["incident.detected"] <= times["service.restored"]
    assert times["service.restored"] <= times["incident.resolved"]
    detail = log.loc[(log["kind"] == "incident.detected") & (log["incident"] == incident), "detail"].iloc[0]
    alert = detail.removeprefix("name=").removesuffix(";automated=yes")
    assert alert in DRILLS[name].alerts
    noticed = min(
        (at for at, said in seen.seen if said == alert and at >= broke - 1),
        key=lambda at: abs(at - times["incident.detected"]),
    )
    assert kpis.mttd(log)[incident] * 3600 == pytest.approx(noticed - broke, abs=1)
    assert kpis.mttr(log)[incident] * 3600 == pytest.approx(well - broke, abs=1)


class Watch(Thread):
    """Looks at Prometheus's alerts by itself and keeps when each began to fire."""

    def __init__(self, lab: Lab) -> None:
        super().__init__(daemon=True)
        self.lab = lab
        self.seen: list[tuple[float, str]] = []
        self._end = Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self.join()

    def run(self) -> None:
        before: set[str] = set()
        while not self._end.wait(0.1):
            firing = self.lab.monitor.firing()
            self.seen += [(self.lab.journal.clock.now(), name) for name in firing - before]
            before = firing


def _by_hand(lab: Lab, began: float) -> tuple[float, float]:
    """When users were first and last hurt since a moment, from the prober's raw answers and the release's start."""
    bad = [number for number, probe in enumerate(lab.prober.probes) if probe.at >= began and not probe.good]
    starts = [fact["at"] for fact in lab.journal.facts("serving") if began <= fact["at"]]
    ended = [fact["at"] for fact in lab.journal.facts("stopping") if began <= fact["at"]]
    first = lab.prober.probes[bad[0]].at
    release = starts[0] if ended and starts and ended[0] - 1 <= first <= starts[0] else first  # the planned restart
    after = lab.prober.probes[bad[-1] + 1]
    return max(first, release), after.at + after.seconds


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


def test_people_are_told_of_what_hurts_users_and_only_once(front: Lab, timed: Timed) -> None:
    front.on_call.up()
    front.monitor.watch("web")
    heard = len(front.on_call.messages())
    with timed("on call: everything ends, until the pager rings"), front.drill("crash") as drill:
        drill.wait_until_broken()
        front.on_call.wait_for_message("pager", "ShopDown", after=heard)
        wait_until(lambda: "inhibition" in set(front.on_call.alerts()["by"]), "the lesser alert to be inhibited")
        drill.recover()
    with timed("on call: until all receivers hear that it is over"):
        for receiver in ("pager", "chat"):
            front.on_call.wait_for_message(receiver, "ShopDown", status="resolved", after=heard)
    log = front.log()
    told = log.loc[log["kind"] == "incident.detected"].iloc[-1]
    assert told["detail"] in {"name=ShopDown;automated=yes", "name=InstanceDown;automated=yes"}
    arrived = front.journal.facts("notified")  # whichever message was first, in the chat or at the pager
    assert told["time"] * 3600 + front.workspace.start == pytest.approx(arrived[0]["at"], abs=1)
    rang = front.on_call.messages()[heard:].query("receiver == 'pager'")
    assert rang["status"].tolist() == ["firing", "resolved"]


def test_what_is_silenced_reaches_nobody(front: Lab) -> None:
    front.on_call.silence("ShopDown", seconds=60, reason="planned work")
    front.on_call.silence("InstanceDown", seconds=60, reason="planned work")
    heard = len(front.on_call.messages())
    with front.drill("crash") as drill:
        drill.wait_until_broken()
        wait_until(lambda: (front.on_call.alerts()["by"] == "silence").sum() == 2, "both alerts to be silenced")
        drill.recover()
    assert front.on_call.messages()[heard:].query("status == 'firing'").empty
    detected = front.log().loc[lambda log: log["kind"] == "incident.detected"].iloc[-1]
    assert detected["detail"] == "name=prober;automated=yes"  # nobody was told; it was known when somebody acted


def test_the_board_shows_the_four_golden_signals(front: Lab) -> None:
    signals = front.monitor.golden_signals(seconds=30)
    assert signals.columns.tolist() == ["traffic", "errors", "latency", "saturation"]
    assert 0 < signals["saturation"].max() < 1
    assert signals.index.max() == pytest.approx(
        (front.journal.clock.now() - front.workspace.start) / 3600, abs=5 / 3600
    )
    assert len(plots.golden_signals(signals, front.log()).axes) == 4


def test_load_is_measured_against_an_objective(front: Lab, timed: Timed) -> None:
    needs.require("locust", found=find_program("locust") is not None, how="pip install 'devopssim[livelab]'.")
    with timed("Locust: ten users for five seconds"):
        result = front.load.run(users=10, seconds=5)
    assert result.requests > 50
    assert result.failures == 0
    assert result.budget_left(0.99) == 1
    assert set(result.table.index) == {"GET /products", "POST /orders", "all"}
    assert 0 < result.p95 < 5


def test_a_hypothesis_holds_for_a_slot_and_not_for_the_database(front: Lab, timed: Timed) -> None:
    needs.require("chaostoolkit", found=find_program("chaos") is not None, how="pip install 'devopssim[livelab]'.")
    front.traffic.release("green", _image_of(front, "blue"))
    front.traffic.shift(blue=50, green=50)
    with timed("Chaos Toolkit: two experiments"):
        verdicts = [front.chaos.run(name) for name in ("one-slot-ends", "database-stops")]
    assert verdicts == ["held", "deviated"]
    assert front.chaos.runs()["verdict"].tolist() == verdicts
    assert front.production.ask("/products").status == 200
    assert front.production.need("green").status == "running"
    with pytest.raises(InvalidInputError, match=r"experiment='fire' .* must be one of database-stops, one-slot-ends"):
        front.chaos.run("fire")


def test_there_is_no_drill_of_that_name(lab: Lab) -> None:
    with pytest.raises(InvalidInputError, match="drill='earthquake' must be one of bad_release, "):
        lab.drill("earthquake")


def _image_in_force(lab: Lab) -> str:
    return str(lab.production.need("web").attrs["Image"])


def _image_of(lab: Lab, slot: str) -> str:
    return str(lab.production.need(slot).attrs["Config"]["Image"])


def _count(lab: Lab, kind: str) -> int:
    return int((lab.log()["kind"] == kind).sum())


def _evaluations(lab: Lab, instance: str) -> float:
    """How often Prometheus tried to measure an instance, and judged its rules, which it does as often."""
    counted = lab.monitor.query(f'count_over_time(up{{instance="{instance}"}}[1m])')
    return float(counted["value"].iloc[0]) if len(counted) else 0.0


def _requests_counted(lab: Lab) -> float:
    return float(lab.monitor.query("sum(shop_requests_total)")["value"].iloc[0])


def test_nagios_tells_people_of_a_hard_state_only(front: Lab, timed: Timed) -> None:
    with timed("Nagios: its image, until its first check"):
        front.nagios.up()
    objects = {it.name for it in front.leftovers()}
    front.nagios.up()  # once is enough
    assert {it.name for it in front.leftovers()} == objects
    with timed("Nagios: from a stopped database to a hard state"), front.drill("stopped_database") as drill:
        front.nagios.wait_for("CRITICAL")
        drill.recover()
    front.nagios.wait_for("OK")
    states = front.nagios.states()
    assert list(zip(states["state"], states["type"], states["notified"], strict=True)) == [
        ("OK", "hard", False),
        ("CRITICAL", "soft", False),
        ("CRITICAL", "soft", False),
        ("CRITICAL", "hard", True),
        ("OK", "hard", True),
    ]
    assert "503" in states["text"].iloc[3]
