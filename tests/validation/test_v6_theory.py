"""V6: where queueing theory knows the answer, the simulation finds it.

References are exact (`validation.theory`). Runs begin empty, so the first fifth of the items is left out of the means.
"""

from collections.abc import Callable, Mapping
from functools import cache
from math import sqrt
from typing import Final

import pandas as pd
import pytest
from validation.comparison import Comparison, compare, hours_between, replicate
from validation.pages import assert_agreed_and_shown
from validation.theory import (
    Node,
    availability,
    erlang_c,
    machines_down,
    time_in_network,
    times_with_preemption,
    visits_with_defects,
    wait_for_train,
    wait_mg1,
    wait_mmc,
    waits_with_priority,
)

from devopssim import events, kpis
from devopssim.scenario import AGILE, DEVOPS, PLAIN_FLOW, WATERFALL, Scenario, vary
from devopssim.simulation import simulate

REPLICATIONS = 25
ITEMS = 4000
WARM_UP = ITEMS // 5
SERVICE = 8.0
YEARS = 10
Changes = Mapping[str, float | str]
EXPONENTIAL: Final[Changes] = {"demand.effort_distribution": "gamma", "demand.effort_cv": 1.0}


def single_stage(load: float, people: int, changes: Changes, *, service: float = SERVICE) -> Scenario:
    """Return a queue: items arrive at random, and developers code them; `load` is arrival rate · service time."""
    rate = load / service
    return vary(
        PLAIN_FLOW,
        {
            "years": 1.03 * ITEMS / rate / events.HOURS_PER_YEAR,
            "demand.requests_per_week": rate * events.HOURS_PER_WEEK,
            "demand.plan_effort": 0,
            "demand.code_effort": service,
            "demand.test_effort": 0,
            "team.developers": people,
            **changes,
        },
    )


def settled(hours: pd.Series) -> float:
    """Return the mean over the items that came after the warm-up, in the order of their arrival."""
    return float(hours.reindex([f"W{number}" for number in range(WARM_UP + 1, ITEMS + 1)]).mean())


def wait(log: pd.DataFrame) -> dict[str, float]:
    return {"wait": settled(hours_between(log, "stage.queued", "stage.started"))}


def erlang(servers: int, load: float, replications: int = REPLICATIONS) -> Callable[[], list[Comparison]]:
    def rows() -> list[Comparison]:
        scenario = single_stage(load, servers, EXPONENTIAL)
        values = replicate(replications, scenario, wait)["wait"]
        reference = wait_mmc(load / SERVICE, SERVICE, servers)
        return [compare(f"V6 M/M/{servers}, utilisation {load / servers:.0%}", "mean wait, h", reference, values)]

    return rows


def pollaczek_khinchine(distribution: str, cv: float, load: float) -> Callable[[], list[Comparison]]:
    def rows() -> list[Comparison]:
        changes: Changes = {"demand.effort_distribution": distribution, "demand.effort_cv": cv}
        values = replicate(REPLICATIONS, single_stage(load, 1, changes), wait)["wait"]
        case = f"V6 M/G/1, {distribution} with cv {cv:.2g}, utilisation {load:.0%}"
        return [compare(case, "mean wait, h", wait_mg1(load / SERVICE, SERVICE, cv), values)]

    return rows


def priorities(policy: str) -> Callable[[], list[Comparison]]:
    """A quarter of the items is expedited: it overtakes, or it interrupts."""

    def rows() -> list[Comparison]:
        load, share = 0.8, 0.25
        changes: Changes = {**EXPONENTIAL, "demand.expedite_share": share, "process.expedite": policy}
        rates = (share * load / SERVICE, (1 - share) * load / SERVICE)
        if policy == "overtakes":
            references, end, figure = waits_with_priority(rates, SERVICE, 1.0), "stage.started", "mean wait, h"
        else:
            references, end, figure = times_with_preemption(rates, SERVICE, 1.0), "ticket.done", "mean time, h"

        def by_class(log: pd.DataFrame) -> dict[str, float]:
            hours = hours_between(log, "stage.queued", end).iloc[WARM_UP:]
            expedited = set(
                log.loc[
                    (log["kind"] == "ticket.created") & log["detail"].str.contains("service_class=expedite", na=False),
                    "item",
                ]
            )
            fast = hours.index.isin(expedited)
            return {"expedited": float(hours[fast].mean()), "standard": float(hours[~fast].mean())}

        values = replicate(REPLICATIONS, single_stage(load, 1, changes), by_class)
        return [
            compare(f"V6 expedited {policy}, {name}", figure, reference, values[name])
            for name, reference in zip(("expedited", "standard"), references, strict=True)
        ]

    return rows


def jackson() -> list[Comparison]:
    """Code, then test; what a test finds goes back to a developer, and the tester tests again."""
    defects, bad_fixes, rate = 0.3, 0.25, 0.05
    visits = visits_with_defects(defects, bad_fixes)
    nodes = [Node(service=16.0, servers=2, visits=visits[0]), Node(service=8.0, visits=visits[1])]
    scenario = single_stage(
        rate * 16,
        2,
        {
            **EXPONENTIAL,
            "demand.test_effort": 8.0,
            "team.testers": 1,
            "quality.defects_per_change": defects,
            "quality.bad_fix_share": bad_fixes,
            "quality.review_finds": 0,
            "quality.manual_test_finds": 1,
            "quality.retest_share": 1,
            "quality.fix_effort": 16.0,
            "quality.fix_distribution": "gamma",
            "quality.fix_cv": 1.0,
            "quality.late_fix_factor": 1,
        },
        service=16.0,
    )

    def figures(log: pd.DataFrame) -> dict[str, float]:
        begun = log[(log["kind"] == "stage.started") & log["stage"].isin(["code", "test"])]
        done = set(log.loc[log["kind"] == "ticket.done", "item"])
        stages = begun.loc[begun["item"].isin(done), "stage"].value_counts()
        return {
            "time": settled(hours_between(log, "ticket.created", "ticket.done")),
            "code": float(stages["code"]) / len(done),
            "test": float(stages["test"]) / len(done),
        }

    values = replicate(REPLICATIONS, scenario, figures)
    case = "V6 tandem with feedback (Jackson)"
    return [
        compare(case, "mean time, h", time_in_network(rate, nodes), values["time"]),
        compare(case, "visits to code", visits[0], values["code"]),
        compare(case, "visits to test", visits[1], values["test"]),
    ]


def release_train() -> list[Comparison]:
    scenario = single_stage(1.6, 3, {**EXPONENTIAL, "process.window_weeks": 2})

    def figures(log: pd.DataFrame) -> dict[str, float]:
        return {"wait": settled(hours_between(log, "ticket.done", "ticket.closed"))}

    values = replicate(REPLICATIONS, scenario, figures)["wait"]
    return [compare("V6 release train every 336 h", "mean wait, h", wait_for_train(336.0), values)]


def batch() -> list[Comparison]:
    """Requests wait for the next project, half of its period on average."""
    weeks = 4
    scenario = single_stage(1.6, 200, {"workflow": "waterfall", "process.project_weeks": weeks})

    def figures(log: pd.DataFrame) -> dict[str, float]:
        return {"wait": settled(hours_between(log, "ticket.created", "stage.started"))}

    values = replicate(REPLICATIONS, scenario, figures)["wait"]
    return [compare(f"V6 projects of {weeks} weeks", "mean wait, h", wait_for_train(weeks * 168.0), values)]


def machine_repair(hosts: int, operators: int, mttf: float, mttr: float) -> Callable[[], list[Comparison]]:
    scenario = vary(
        PLAIN_FLOW,
        {
            "years": YEARS,
            "demand.requests_per_week": 0,
            "team.operators": operators,
            "production.hosts": hosts,
            "production.infrastructure_mttf": mttf,
            "production.repair_time": mttr,
            "production.reaction_distribution": "gamma" if hosts > operators else "lognormal",
            "production.reaction_cv": 1,
        },
    )

    def figures(log: pd.DataFrame) -> dict[str, float]:
        failed = log[log["kind"] == "service.failed"].set_index("incident")["time"]
        resolved = log[log["kind"] == "incident.resolved"].set_index("incident")["time"]
        horizon = log.attrs["horizon"]
        down = float((resolved.reindex(failed.index).fillna(horizon) - failed).sum())
        return {"up": kpis.availability(log) if hosts == 1 else 1 - down / (hosts * horizon)}

    def rows() -> list[Comparison]:
        values = replicate(REPLICATIONS, scenario, figures)["up"]
        case = f"V6 machine repair, {hosts} hosts, {operators} operators"
        up = availability(mttf, mttr) if hosts == operators else 1 - machines_down(hosts, operators, mttf, mttr) / hosts
        return [compare(case, "availability", up, values)]

    return rows


CASES: dict[str, Callable[[], list[Comparison]]] = {
    "Erlang C, one server": erlang(1, 0.7),
    "Erlang C, three servers": erlang(3, 2.4),
    "Erlang C, eight servers": erlang(8, 6.0, 100),
    "Pollaczek-Khinchine, fixed": pollaczek_khinchine("fixed", 0.0, 0.8),
    "Pollaczek-Khinchine, uniform": pollaczek_khinchine("uniform", 1 / sqrt(3), 0.8),
    "Pollaczek-Khinchine, lognormal": pollaczek_khinchine("lognormal", 0.5, 0.8),
    "Pollaczek-Khinchine, cv 1.5": pollaczek_khinchine("gamma", 1.5, 0.6),
    "priority": priorities("overtakes"),
    "pre-emption": priorities("interrupts"),
    "Jackson": jackson,
    "machine repair, one": machine_repair(1, 1, 200.0, 50.0),
    "machine repair, an operator each": machine_repair(4, 4, 200.0, 50.0),
    "machine repair, one operator for four": machine_repair(4, 1, 200.0, 50.0),
    "release train": release_train,
    "batch": batch,
}


@cache
def measured(case: str) -> list[Comparison]:
    return CASES[case]()


def rows() -> list[Comparison]:
    return [row for case in CASES for row in measured(case)]


@pytest.mark.parametrize("case", CASES)
def test_the_simulation_meets_theory(case: str) -> None:
    assert_agreed_and_shown(measured(case))


@pytest.mark.parametrize("scenario", [WATERFALL, AGILE, DEVOPS], ids=["waterfall", "agile", "devops"])
def test_littles_law_holds_in_each_workflow_with_what_is_left_unfinished(scenario: Scenario) -> None:
    log = simulate(scenario, seed=1)
    times = kpis.time_in_system(log)
    assert kpis.wip(log) == pytest.approx(len(times) / log.attrs["horizon"] * float(times.mean()), rel=1e-12)


@pytest.mark.parametrize(
    ("servers", "load", "waits"), [(1, 0.5, 0.5), (2, 1.0, 1 / 3), (3, 2.4, 0.6472), (2, 0.0, 0.0)]
)
def test_erlang_c_is_what_the_tables_say(servers: int, load: float, waits: float) -> None:
    assert erlang_c(servers, load) == pytest.approx(waits, abs=5e-5)


def test_one_machine_of_the_repair_problem_is_mttf_over_mttf_and_mttr() -> None:
    assert 1 - machines_down(1, 1, 200, 50) == pytest.approx(availability(200, 50)) == 0.8


def test_as_many_repairers_as_machines_never_wait() -> None:
    assert machines_down(5, 5, 200, 50) == pytest.approx(5 * 0.2)


def test_theory_knows_that_a_queue_without_capacity_has_no_length() -> None:
    with pytest.raises(ValueError, match=r"utilisation=1 .* must lie from 0 to below 1"):
        wait_mmc(1.0, 1.0, 1)
