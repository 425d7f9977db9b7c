"""The service in production breaks and is restored, hour by hour in an organisation without variation."""

import pytest
from organisations import change, defect, organisation, run, steps, times

from devopssim.scenario import PRACTICES
from devopssim.simulation.distributions import effort_distribution
from devopssim.simulation.draws import INCIDENT_COLUMNS, INCIDENT_DRAWS
from devopssim.simulation.production import Deployment
from devopssim.simulation.streams import Streams


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


def test_a_failed_installation_by_hand_is_diagnosed_and_corrected() -> None:
    org = organisation()
    org.production.receive(deployment(mistake=True))
    rows = run(org)
    assert times(rows, "incident.resolved") == [5.25 + 3 + 7]
    assert [(row[5], row[-1]) for row in rows if row[1] == "service.failed"] == [
        ("D1", "cause=installation;severity=total;affected=1;downtime=yes")
    ]


def test_the_installer_sees_at_once_that_an_installation_went_wrong() -> None:
    org = organisation(pipeline__mistakes_seen=1)
    org.production.receive(deployment(mistake=True))
    rows = run(org)
    assert times(rows, "incident.detected") == [0.0]
    assert times(rows, "incident.reported") == []
    assert times(rows, "incident.resolved") == [3 + 7]


def test_a_failed_installation_by_machine_is_rolled_back() -> None:
    org = organisation("delivery")
    org.production.receive(deployment(automated=True, mistake=True))
    rows = run(org)
    assert times(rows, "service.rolledback") == times(rows, "incident.resolved") == [5.25 + 3 + 0.0625]
    assert [row[-1] for row in rows if row[1] == "incident.resolved"] == ["via=rollback"]


def test_a_rollback_ends_only_its_share_of_incidents() -> None:
    org = organisation("delivery", pipeline__rollback_share=0)
    org.production.receive(deployment(automated=True, mistake=True))
    rows = run(org)
    assert times(rows, "service.rolledback") == []
    assert times(rows, "incident.resolved") == [5.25 + 3 + 7]


@pytest.mark.parametrize(("age", "rolled_back"), [(24.0, True), (24.1, False)])
def test_only_a_young_deployment_is_rolled_back(age: float, rolled_back: bool) -> None:  # noqa: FBT001
    """Detection takes 5 hours and the answer a quarter; the horizon is 24 hours after the deployment."""
    org = organisation("delivery", production__diagnosis=0)
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


def test_an_outage_that_nothing_mitigates_is_fixed_forward_without_approval_or_window() -> None:
    """Report, answer and diagnosis on call; code, review, build, test by hand, installation."""
    org = organisation()
    org.production.receive(deployment(defects=[defect(severe=True, surfaces_after=10)]))  # type: ignore[arg-type]
    rows = run(org)
    coded = 10 + 5.25 + 3 + 9
    assert times(rows, "service.failed") == [10.0]
    assert times(rows, "change.created") == [coded]
    assert times(rows, "service.restored") == []
    assert times(rows, "incident.resolved") == [coded + 0.5 + 0.25 + 2 + 1.25]


def test_mitigation_restores_the_service_before_the_repair_resolves_the_incident() -> None:
    org = organisation(production__mitigable_share=1)
    org.production.receive(deployment(defects=[defect(severe=True, surfaces_after=10)]))  # type: ignore[arg-type]
    rows = run(org, org.release.release_waiting(), until=10 + 5.25 + 3 + 7 + 9 + 0.25 + 100)
    restored = 10 + 5.25 + 3 + 7
    assert times(rows, "service.restored") == [restored]
    assert [row[-1] for row in rows if row[1] == "service.restored"] == ["via=mitigation"]
    assert times(rows, "change.created") == [restored + 9]
    assert times(rows, "incident.resolved") == []
    rows = run(org, org.release.release_waiting())
    assert times(rows, "incident.resolved") == times(rows, "service.deployed") != []


def minor(*practices: str) -> dict[str, list[float]]:
    """Return the events of a minor incident of a defect on a Thursday evening."""
    org = organisation(
        *practices,
        team__hours_per_week=40,
        production__total_share=0,
        production__mitigable_share=1,
        production__night_response_time=0.75,
        production__surfacing=1,
    )
    org.env.run(until=3 * 24 + 18)
    late = deployment(defects=[defect(severe=True, surfaces_after=0)])  # type: ignore[arg-type]
    rows = run(org, org.production.surface(late, late.changes[0], late.changes[0].defects[0]), until=1000)
    assert [row[-1] for row in rows if row[1] == "service.failed"] == [
        "cause=defect;severity=minor;affected=0.03;downtime=yes"
    ]
    return {kind: times(rows, kind) for kind in ("incident.detected", "service.restored")}


def test_a_minor_incident_that_users_report_waits_for_working_hours_and_an_approval() -> None:
    """Diagnosis ends on Friday at 12:00, the approval 50 working hours later, on a Monday at 14:00; the operator ends on Tuesday."""
    happened = minor()
    assert happened["incident.detected"] == [3 * 24 + 18 + 15]
    assert happened["service.restored"] == [2 * 168 + 24 + 13]


def test_an_alert_of_a_minor_incident_pages_who_is_on_call() -> None:
    happened = minor("monitoring", "deployment")
    assert happened["incident.detected"] == [3 * 24 + 18.5]
    assert happened["service.restored"] == [3 * 24 + 18.5 + 0.75 + 3 + 7]


@pytest.mark.parametrize(("practices", "factor"), [((), 1 + 0.25 * 7), (("monitoring",), 1 + 0.5 * 3)])
def test_the_diagnosis_grows_with_the_deployment(practices: tuple[str, ...], factor: float) -> None:
    org = organisation(*practices)
    rows = run(org, org.production.diagnose(org.production._incident(), changes=8))
    assert steps(rows) == [(0.0, "operate", "started"), (3 * factor, "operate", "finished")]


def test_the_diagnosis_has_a_longest_time() -> None:
    org = organisation(production__longest_diagnosis=4)
    run(org, org.production.diagnose(org.production._incident(), changes=1000))
    assert org.env.now == 12


@pytest.mark.parametrize(
    ("draw", "severity", "affected"), [(0.04, "total", "1"), (0.05, "partial", "0.3"), (0.25, "minor", "0.03")]
)
def test_the_severity_decides_who_is_affected(draw: float, severity: str, affected: str) -> None:
    org = organisation(production__total_share=0.05, production__partial_share=0.2)
    severity_column = INCIDENT_COLUMNS.index("severity")
    row = [0.5] * severity_column + [draw] + [0.5] * len(PRACTICES)
    org.production._rows.next_row = lambda: row  # type: ignore[method-assign]
    rows = run(org, org.production.fail("infrastructure", org.production.restart))
    assert [row[-1] for row in rows if row[1] == "service.failed"] == [
        f"cause=infrastructure;severity={severity};affected={affected};downtime=yes"
    ]


def canary(*, mistake: bool = False, draw: float = 0.5, **fields: object) -> Deployment:
    made = deployment(automated=True, mistake=mistake, **fields)  # type: ignore[arg-type]
    made.canary, made.canary_shows_mistake = True, True
    for fault in made.changes[0].defects:
        fault.canary = draw
    return made


def test_a_canary_shows_a_fault_to_few_users_and_is_taken_back_by_a_machine() -> None:
    org = organisation("delivery", pipeline__canary_time=2)
    faulty = canary(defects=[defect(severe=True, surfaces_after=50)])
    assert org.production.canary_shows(faulty)
    org.production.receive(faulty)
    rows = run(org)
    assert [row[-1] for row in rows if row[1] == "service.failed"] == [
        "cause=defect;severity=total;affected=0.05;downtime=yes"
    ]
    assert times(rows, "service.failed") == [0.0]
    assert times(rows, "service.restored") == times(rows, "service.rolledback") == [2.0625]


def test_a_canary_does_not_show_every_fault() -> None:
    org = organisation("delivery", pipeline__canary_catches=0.7)
    assert org.production.canary_shows(canary(mistake=True))
    assert not org.production.canary_shows(canary(defects=[defect(severe=True)], draw=0.7))
    assert not org.production.canary_shows(canary(defects=[defect(severe=False)]))
    assert not org.production.canary_shows(deployment(mistake=True))


@pytest.mark.parametrize(("prevention", "fails"), [(0.5, True), (0.49, False)])
def test_monitoring_prevents_its_share_of_failures_by_defects(prevention: float, fails: bool) -> None:  # noqa: FBT001
    org = organisation("monitoring")
    bad = defect(severe=True)
    bad.prevention = prevention
    org.production.receive(deployment(defects=[bad]))  # type: ignore[arg-type]
    rows = run(org)
    assert bool(times(rows, "service.failed")) == fails
    assert (times(rows, "defect.found") == [10.0]) != fails


def test_a_minor_defect_breaks_nothing_and_is_repaired_as_planned_work() -> None:
    org = organisation()
    org.production.receive(deployment(defects=[defect(severe=False, surfaces_after=10)]))  # type: ignore[arg-type]
    rows = run(org)
    assert not times(rows, "service.failed")
    assert times(rows, "defect.found") == [10.0]
    assert times(rows, "defect.fixed") == [10 + 9 + 0.5 + 0.25]


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
    draws = Streams(1).stream("incidents").random((256, INCIDENT_DRAWS))[2:4]
    assert [(one.mitigation, one.rollback) for one in made] == [tuple(row[4:6]) for row in draws.tolist()]
    assert [list(one.draws.values()) for one in made] == [row[7:] for row in draws.tolist()]
    hours = ("report", "response", "diagnosis", "repair")
    means = {"report": 5, "response": 0.25, "diagnosis": 3, "repair": 7}
    for column, name in enumerate(hours):
        expected = effort_distribution(means[name], 1.0).quantile(draws[:, column])
        assert [one.reactions[name] for one in made] == pytest.approx(expected)


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
    incident.is_paged = True
    run(org, org.production.answer(incident))
    assert org.env.now == hour + answered


def test_each_host_fails_and_is_repaired_by_itself() -> None:
    org = organisation(production__hosts=2, production__infrastructure_mttf=50)
    rows = run(org, org.production.infrastructure(0), org.production.infrastructure(1), until=2000)
    failed = [row for row in rows if row[1] == "service.failed"]
    hosts = [str(row[-1]).rpartition("replica=")[2] for row in failed]
    assert set(hosts) == {"0", "1"}
    assert len(failed) > 20
