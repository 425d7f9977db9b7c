"""The service in production breaks and is restored, hour by hour in an organisation without variation."""

import pytest
from organisations import change, defect, organisation, run, steps, times

from devopssim.simulation.production import INCIDENT_DRAWS, Deployment
from devopssim.simulation.randomness import Streams


def deployment(*, automated: bool = False, mistake: bool = False, **fields: float) -> Deployment:
    return Deployment(id="D1", changes=[change(**fields)], time=0.0, automated=automated, mistake=mistake)  # type: ignore[arg-type]


def test_an_operator_watches_a_new_deployment_settle() -> None:
    org = organisation()
    assert steps(run(org, org.production.operate(deployment()))) == [
        (0.0, "operate", "started"),
        (0.5, "operate", "finished"),
    ]


def test_machines_watch_a_monitored_deployment_and_how_it_is_used() -> None:
    org = organisation("monitoring")
    assert steps(run(org, org.production.operate(deployment()))) == [
        (0.0, "operate", "started"),
        (0.5, "operate", "finished"),
        (0.5, "monitor", "started"),
        (40.5, "monitor", "finished"),
    ]


@pytest.mark.parametrize(("practices", "hours", "how"), [((), 5.0, "no"), (("monitoring",), 0.5, "yes")])
def test_an_incident_is_detected_by_an_alert_or_later_by_a_user(
    practices: tuple[str, ...], hours: float, how: str
) -> None:
    org = organisation(*practices)
    rows = run(org, org.production.fail("infrastructure", org.production.restart))
    assert times(rows, "service.failed") == [0.0]
    assert times(rows, "incident.detected") == [hours]
    assert [row[-1] for row in rows if row[1] == "incident.detected"] == [f"automated={how}"]
    assert len(times(rows, "incident.reported")) == (how == "no")


@pytest.mark.parametrize(("practices", "repair"), [((), 7.0), (("delivery",), 0.125)])
def test_infrastructure_is_diagnosed_on_call_and_then_repaired_or_rebuilt(
    practices: tuple[str, ...], repair: float
) -> None:
    org = organisation(*practices)
    rows = run(org, org.production.fail("infrastructure", org.production.restart))
    assert times(rows, "incident.resolved") == [5.25 + 3 + repair]
    assert [row[-1] for row in rows if row[1] == "incident.resolved"] == ["via=restart"]


def test_incidents_are_counted_from_1() -> None:
    org = organisation()
    rows = run(
        org,
        org.production.fail("infrastructure", org.production.restart),
        org.production.fail("infrastructure", org.production.restart),
    )
    assert [row[6] for row in rows if row[1] == "service.failed"] == ["I1", "I2"]


def test_a_failed_installation_by_hand_is_diagnosed_and_done_again() -> None:
    org = organisation()
    org.production.receive(deployment(mistake=True))
    rows = run(org)
    assert times(rows, "incident.resolved") == [5.25 + 3 + 1.5]
    assert [(row[5], row[-1]) for row in rows if row[1] == "service.failed"] == [
        ("D1", "cause=installation;severity=high;downtime=yes")
    ]


def test_a_failed_installation_by_machine_is_rolled_back() -> None:
    org = organisation("delivery")
    org.production.receive(deployment(automated=True, mistake=True))
    rows = run(org)
    assert times(rows, "service.rolledback") == times(rows, "incident.resolved") == [5.25 + 0.0625]
    assert [row[-1] for row in rows if row[1] == "incident.resolved"] == ["via=rollback"]


@pytest.mark.parametrize(("age", "rolled_back"), [(24.0, True), (24.1, False)])
def test_only_a_young_deployment_is_rolled_back(age: float, rolled_back: bool) -> None:  # noqa: FBT001
    """Detection takes 5 hours and the answer a quarter; the horizon is 24 hours after the deployment."""
    org = organisation("delivery")
    org.production.receive(
        deployment(automated=True, defects=[defect(severe=True, surfaces_after=age - 5.25)])  # type: ignore[arg-type]
    )
    rows = run(org)
    assert times(rows, "service.failed") == [age - 5.25]
    assert bool(times(rows, "service.rolledback")) == rolled_back


def test_a_deployment_is_rolled_back_once() -> None:
    org = organisation("delivery")
    twice = [defect("1", severe=True, surfaces_after=1), defect("2", severe=True, surfaces_after=10)]
    org.production.receive(deployment(automated=True, defects=twice))  # type: ignore[arg-type]
    rows = run(org)
    assert len(times(rows, "service.failed")) == 2
    assert len(times(rows, "service.rolledback")) == 1


def test_a_severe_defect_is_fixed_forward_where_nothing_can_be_rolled_back() -> None:
    """Report, answer, hand-over, diagnosis on call; code, build, regression test; hand-over, approval, installation."""
    org = organisation()
    org.production.receive(deployment(defects=[defect(severe=True, surfaces_after=10)]))  # type: ignore[arg-type]
    rows = run(org)
    coded = 10 + 5.25 + 100 + 3 + 9
    assert times(rows, "service.failed") == [10.0]
    assert times(rows, "change.created") == [coded]
    assert times(rows, "change.merged") == [coded]
    assert times(rows, "incident.resolved") == [coded + 0.25 + 8 + 100 + 50 + 1.5]


@pytest.mark.parametrize(("prevention", "fails"), [(0.5, True), (0.49, False)])
def test_monitoring_prevents_its_share_of_failures_by_defects(prevention: float, fails: bool) -> None:  # noqa: FBT001
    org = organisation("monitoring")
    bad = defect(severe=True)
    bad.prevention = prevention
    org.production.receive(deployment(defects=[bad]))  # type: ignore[arg-type]
    rows = run(org)
    assert bool(times(rows, "service.failed")) == fails
    assert bool(times(rows, "defect.found")) != fails


def test_a_minor_defect_breaks_nothing_and_is_repaired_as_planned_work() -> None:
    org = organisation()
    org.production.receive(deployment(defects=[defect(severe=False, surfaces_after=10)]))  # type: ignore[arg-type]
    rows = run(org)
    assert not times(rows, "service.failed")
    assert times(rows, "defect.found") == [10.0]
    assert times(rows, "defect.fixed") == [10 + 9 + 0.25]


def test_a_defect_that_a_check_found_never_surfaces() -> None:
    org = organisation()
    before, meanwhile = defect("1", severe=True), defect("2", severe=True)
    before.is_found = True
    org.production.receive(deployment(defects=[before, meanwhile]))  # type: ignore[arg-type]
    run(org, until=5)
    meanwhile.is_found = True
    assert not times(run(org), "service.failed")


@pytest.mark.parametrize(("practices", "share", "fails"), [((), 0.5, True), (("monitoring",), 1.0, False)])
def test_infrastructure_fails_again_and_again_unless_monitoring_prevents_it(
    practices: tuple[str, ...],
    share: float,
    fails: bool,  # noqa: FBT001
) -> None:
    org = organisation(*practices, production__infrastructure_mttf=100, production__prevented_share=share)
    failed = times(run(org, org.production.infrastructure(), until=10_000), "service.failed")
    assert (len(failed) > 50) == fails
    assert len(failed) < 150


def test_each_reaction_of_an_incident_has_its_own_draw() -> None:
    """The first two incidents take the first two rows of their stream."""
    org = organisation(production__reaction_cv=1)
    run(
        org,
        org.production.fail("infrastructure", org.production.restart),
        org.production.fail("infrastructure", org.production.restart),
    )
    made = [org.production._incident() for _ in range(2)]
    rows = Streams(1).stream("incidents").random((4, INCIDENT_DRAWS)).tolist()
    assert [(one.detection, one.diagnosis, one.repair, one.answer) for one in made] == [
        tuple(row[:4]) for row in rows[2:]
    ]
    assert [list(one.draws.values()) for one in made] == [row[4:] for row in rows[2:]]


@pytest.mark.parametrize(("hour", "answered"), [(2 * 24 + 12, 0.25), (2 * 24 + 2, 0.75), (5 * 24 + 12, 0.75)])
def test_people_on_call_answer_later_at_night_and_on_weekends(hour: float, answered: float) -> None:
    org = organisation(
        team__hours_per_week=40,
        production__response_time=0.25,
        production__night_response_time=0.75,
        changes={"years": 0.1},
    )
    org.env.run(until=hour)
    incident = org.production._incident()
    run(org, org.production.answer(incident))
    assert org.env.now == hour + answered


def test_each_host_fails_and_is_repaired_by_itself() -> None:
    org = organisation(production__hosts=2, production__infrastructure_mttf=50)
    rows = run(org, org.production.infrastructure(0), org.production.infrastructure(1), until=2000)
    failed = [row for row in rows if row[1] == "service.failed"]
    hosts = [str(row[-1]).rpartition("replica=")[2] for row in failed]
    assert set(hosts) == {"0", "1"}
    assert len(failed) > 20
