"""V6: where queueing theory knows the answer, the simulation finds it.

References are exact (`devopssim.simulation.reference.theory`). Runs begin empty, so the first fifth of each is left out of the means.
"""

from collections.abc import Callable
from functools import cache

import pandas as pd
import pytest
from validation.comparison import Comparison, compare, hours_between, replicate
from validation.pages import assert_agreed_and_shown

from devopssim import events, kpis
from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario
from devopssim.simulation import Distribution, Exponential, Fixed, Lognormal, Streams, simulate
from devopssim.simulation.reference import (
    Machines,
    Node,
    Stage,
    ValueStream,
    arrivals,
    availability,
    draw_stories,
    erlang_c,
    flow,
    machines_down,
    run,
    specialists,
    time_in_network,
    wait_for_train,
    wait_mg1,
    wait_mmc,
)

REPLICATIONS = 20
STORIES = 4000
WARM_UP = STORIES // 5
SERVICE = 8.0
HORIZON = 10 * events.HOURS_PER_YEAR


def settled(hours: pd.Series) -> float:
    """Return the mean over the items that came after the warm-up, in the order of their arrival."""
    return float(hours.loc[[f"W{number}" for number in range(WARM_UP + 1, STORIES + 1)]].mean())


def queueing(value_stream: ValueStream, gap: float, streams: Streams) -> pd.DataFrame:
    stories = draw_stories(value_stream.stages, arrivals(Exponential(gap), STORIES, streams), streams)
    return flow(value_stream, stories)


def mean_wait(hours: Distribution, servers: int, load: float) -> list[float]:
    value_stream = ValueStream(stages=(Stage(name="code", hours=hours),), people=specialists({"code": servers}))

    def once(streams: Streams) -> dict[str, float]:
        log = queueing(value_stream, hours.mean / load, streams)
        return {"wait": settled(hours_between(log, "stage.queued", "stage.started"))}

    return replicate(REPLICATIONS, once)["wait"]


def erlang(servers: int, load: float) -> Callable[[], list[Comparison]]:
    def rows() -> list[Comparison]:
        case = f"V6 M/M/{servers}, utilisation {load / servers:.0%}"
        reference = wait_mmc(load / SERVICE, SERVICE, servers)
        return [compare(case, "mean wait, h", reference, mean_wait(Exponential(SERVICE), servers, load))]

    return rows


def pollaczek_khinchine(hours: Distribution, load: float) -> Callable[[], list[Comparison]]:
    def rows() -> list[Comparison]:
        case = f"V6 M/G/1, {type(hours).__name__.lower()} with cv {hours.cv:g}, utilisation {load:.0%}"
        reference = wait_mg1(load / hours.mean, hours.mean, hours.cv)
        return [compare(case, "mean wait, h", reference, mean_wait(hours, 1, load))]

    return rows


def jackson() -> list[Comparison]:
    """Code, then test; a quarter of what is tested goes back to code: both meet 4/3 of the arrivals."""
    back, rate = 0.25, 0.06
    stages = (
        Stage(name="code", hours=Exponential(16.0)),
        Stage(name="test", hours=Exponential(8.0), rework=back, to="code"),
    )
    value_stream = ValueStream(stages=stages, people=specialists({"code": 2, "test": 1}))
    visits = 1 / (1 - back)
    nodes = [Node(service=16.0, servers=2, visits=visits), Node(service=8.0, visits=visits)]

    def once(streams: Streams) -> dict[str, float]:
        log = queueing(value_stream, 1 / rate, streams)
        begun = log[(log["kind"] == "stage.started") & (log["stage"] == "code")]
        return {
            "time": settled(kpis.lead_time(log)),
            "visits": len(begun) / STORIES,
        }

    values = replicate(REPLICATIONS, once)
    case = "V6 tandem with feedback (Jackson), p = 25 %"
    return [
        compare(case, "mean time, h", time_in_network(rate, nodes), values["time"]),
        compare(case, "visits to code", visits, values["visits"]),
    ]


def release_train() -> list[Comparison]:
    period = 336.0
    stages = (Stage(name="code", hours=Exponential(SERVICE)),)
    value_stream = ValueStream(stages=stages, people=specialists({"code": 3}), release_every=period)

    def once(streams: Streams) -> dict[str, float]:
        return {"wait": settled(hours_between(queueing(value_stream, 5.0, streams), "ticket.done", "ticket.closed"))}

    values = replicate(REPLICATIONS, once)["wait"]
    return [compare("V6 release train every 336 h", "mean wait, h", wait_for_train(period), values)]


def hours_down(log: pd.DataFrame) -> float:
    """Return the hours that all incidents together lasted within the horizon."""
    failed = log[log["kind"] == "service.failed"].set_index("incident")["time"]
    resolved = log[log["kind"] == "incident.resolved"].set_index("incident")["time"]
    return float((resolved.reindex(failed.index).fillna(log.attrs["horizon"]) - failed).sum())


def machine_repair(replicas: int, operators: int, mttf: float, mttr: float) -> Callable[[], list[Comparison]]:
    machines = Machines(replicas=replicas, operators=operators, uptime=Exponential(mttf), repair=Lognormal(mttr, 1.0))
    if replicas > operators:  # only exponential repairs have the closed form of a finite source
        machines = Machines(replicas=replicas, operators=operators, uptime=Exponential(mttf), repair=Exponential(mttr))

    def rows() -> list[Comparison]:
        def once(streams: Streams) -> dict[str, float]:
            log = run(machines, horizon=HORIZON, streams=streams)
            up = kpis.availability(log) if replicas == 1 else 1 - hours_down(log) / (replicas * HORIZON)
            return {"up": up}

        values = replicate(REPLICATIONS, once)["up"]
        case = f"V6 machine repair, {replicas} replicas, {operators} operators"
        if replicas == operators:
            return [compare(case, "availability", availability(mttf, mttr), values)]
        up = 1 - machines_down(replicas, operators, mttf, mttr) / replicas
        return [compare(case, "availability", up, values)]

    return rows


CASES: dict[str, Callable[[], list[Comparison]]] = {
    "Erlang C, one server": erlang(1, 0.7),
    "Erlang C, three servers": erlang(3, 2.4),
    "Erlang C, eight servers": erlang(8, 6.0),
    "Pollaczek-Khinchine, fixed": pollaczek_khinchine(Fixed(SERVICE), 0.8),
    "Pollaczek-Khinchine, cv 0.5": pollaczek_khinchine(Lognormal(SERVICE, 0.5), 0.8),
    "Pollaczek-Khinchine, cv 1.5": pollaczek_khinchine(Lognormal(SERVICE, 1.5), 0.6),
    "Jackson": jackson,
    "machine repair, one": machine_repair(1, 1, 200.0, 50.0),
    "machine repair, an operator each": machine_repair(4, 4, 200.0, 50.0),
    "machine repair, one operator for four": machine_repair(4, 1, 200.0, 50.0),
    "release train": release_train,
}


@cache
def measured(case: str) -> list[Comparison]:
    return CASES[case]()


def rows() -> list[Comparison]:
    return [row for case in CASES for row in measured(case)]


@pytest.mark.parametrize("case", CASES)
def test_the_simulation_meets_theory(case: str) -> None:
    assert_agreed_and_shown(measured(case))


@pytest.mark.parametrize("train", [0.0, 336.0])
@pytest.mark.parametrize("wip_limit", [None, 3])
@pytest.mark.parametrize("rework", [0.0, 0.3])
def test_littles_law_holds_in_every_log(train: float, wip_limit: int | None, rework: float) -> None:
    stages = (
        Stage(name="plan", hours=Lognormal(8, 0.5)),
        Stage(name="code", hours=Lognormal(24, 1.0)),
        Stage(name="test", hours=Lognormal(16, 0.7), rework=rework, to="code"),
    )
    people = specialists({"plan": 1, "code": 3, "test": 2})
    value_stream = ValueStream(stages=stages, people=people, wip_limit=wip_limit, release_every=train)
    log = events.validate(queueing(value_stream, 16.0, Streams(seed=1)))
    per_hour = kpis.throughput(log) / events.HOURS_PER_WEEK
    assert kpis.wip(log) == pytest.approx(per_hour * float(kpis.lead_time(log).mean()), rel=1e-12)


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
