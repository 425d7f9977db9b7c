"""Staff: how productive newcomers, their mentors, larger teams and people of other roles are."""

from math import exp

import pytest
import simpy

from devopssim.scenario import PLAIN_FLOW, vary
from devopssim.simulation.staff import LEAST_PRODUCTIVITY, Person, Staff, headcount

WEEK = 168.0


def staff(**changes: float) -> tuple[simpy.Environment, Staff]:
    env = simpy.Environment()
    defaults = {
        "team.communication": 0.0,
        "team.mentoring": 0.0,
        "team.newcomer_productivity": 0.4,
        "team.ramp_up": 5.0,
    }
    return env, Staff(env, vary(PLAIN_FLOW, {**defaults, **{f"team.{name}": value for name, value in changes.items()}}))


def developer(team: Staff) -> Person:
    return next(person for person in team.everybody if person.role == "developer")


def test_the_first_team_is_fully_productive() -> None:
    _, team = staff()
    assert {team.productivity(person, person.role) for person in team.everybody} == {1.0}


def test_the_arrears_of_a_newcomer_shrink_exponentially() -> None:
    env, team = staff()
    newcomer = team.join("developer")
    assert team.productivity(newcomer, "developer") == pytest.approx(0.4)
    env.run(until=5 * WEEK)
    assert team.productivity(newcomer, "developer") == pytest.approx(1 - 0.6 * exp(-1))
    env.run(until=50 * WEEK)
    assert team.productivity(newcomer, "developer") == 1


def test_a_newcomer_takes_a_share_of_the_experienced_people_of_the_role() -> None:
    env, team = staff(mentoring=0.25)
    tester = next(person for person in team.everybody if person.role == "tester")
    team.join("developer")
    assert team.productivity(developer(team), "developer") == pytest.approx(1 - 0.25 / 8)
    assert team.productivity(tester, "tester") == 1
    env.run(until=5 * WEEK)
    assert team.productivity(developer(team), "developer") == pytest.approx(1 - 0.25 * exp(-1) / 8)


def test_the_talking_of_the_first_team_is_in_its_efforts() -> None:
    _, team = staff(communication=0.001)
    experienced = developer(team)
    assert team.productivity(experienced, "developer") == 1
    team.leave(experienced)
    assert team.productivity(experienced, "developer") == pytest.approx((1 - 0.001 * 49) / (1 - 0.001 * 64))


def test_all_work_ends_though_everybody_mentors_and_talks() -> None:
    _, team = staff(mentoring=1.0, communication=0.05)
    for _ in range(40):
        team.join("developer")
    assert 0 < team.productivity(developer(team), "developer") <= LEAST_PRODUCTIVITY


def test_a_newcomer_takes_the_place_of_the_person_who_left() -> None:
    _, team = staff()
    person = developer(team)
    place = team.everybody.index(person)
    team.leave(person)
    newcomer = team.replace(person)
    assert team.everybody[place] is newcomer
    assert newcomer.joined == 0


def test_people_are_spread_over_the_time_zones_by_turns() -> None:
    _, team = staff(time_zones=3)
    zones = [person.zone for person in team.everybody if person.role == "developer"]
    assert zones == [0, 1, 2, 0, 1, 2, 0, 1]


def test_the_head_count_is_that_of_the_team() -> None:
    assert headcount(vary(PLAIN_FLOW, {"team.testers": 5}))["tester"] == 5
