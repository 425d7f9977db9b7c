"""Laws that every run of the model keeps, whatever the scenario."""

import dataclasses
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from devopssim import events, kpis
from devopssim.scenario import (
    AGILE,
    DEVOPS,
    DEVSECOPS,
    PRACTICES,
    PRESETS,
    WATERFALL,
    WORKFLOWS,
    Scenario,
    adopt,
    load,
    vary,
)
from devopssim.simulation.draws import poisson_quantile
from devopssim.simulation.organisation import Organisation
from devopssim.simulation.simulator import simulate
from devopssim.simulation.staff import headcount
from devopssim.simulation.streams import Streams

FILES = Path(__file__).parents[2] / "data" / "scenarios"
QUIET = Scenario(years=0.02)
"""Too short for anything to happen."""

shares = st.sampled_from([0.0, 0.3, 1.0])
scenarios = st.builds(
    lambda workflow, practices, team, rate: vary(
        Scenario(workflow=workflow, years=0.6),
        {
            **{f"practices.{name}": share for name, share in zip(PRACTICES, practices, strict=True)},
            "team.developers": team,
            "demand.requests_per_week": rate,
            "process.project_weeks": 6,
        },
    ),
    workflow=st.sampled_from(list(WORKFLOWS)),
    practices=st.tuples(*[shares] * len(PRACTICES)),
    team=st.integers(1, 10),
    rate=st.sampled_from([0.0, 1.0, 5.0]),
)
seeds = st.integers(0, 1000)


@settings(max_examples=40, phases=[Phase.explicit, Phase.generate])  # a run is too long to shrink
@given(scenario=scenarios, seed=seeds)
def test_every_run_is_a_valid_log_that_keeps_the_laws(scenario: Scenario, seed: int) -> None:
    log = events.validate(simulate(scenario, seed=seed))
    laws_hold(log, scenario)


def laws_hold(log: pd.DataFrame, scenario: Scenario) -> None:
    items_are_conserved(log)
    littles_law_holds(log)
    nobody_works_twice_at_once(log, scenario)
    nobody_is_busier_than_all_the_time(log)
    nothing_happens_before_its_cause(log)


def items_are_conserved(log: pd.DataFrame) -> None:
    """Requested = closed + in progress; what is closed was done, what is done was started."""
    story = log[log["kind"].str.startswith("ticket.")].pivot(index="item", columns="kind", values="time")
    story = story.reindex(columns=["ticket.created", "ticket.started", "ticket.done", "ticket.closed"])
    assert story["ticket.created"].notna().all()
    for before, after in zip(story.columns[:-1], story.columns[1:], strict=True):
        reached = story[story[after].notna()]
        assert (reached[before] <= reached[after]).all()
    in_progress = story["ticket.closed"].isna().sum()
    assert kpis.time_in_system(log).attrs["unfinished"] == in_progress
    assert len(story) == len(kpis.lead_time(log)) + in_progress


def littles_law_holds(log: pd.DataFrame) -> None:
    """Time-average WIP = arrival rate x mean time in system, unfinished items included."""
    horizon = log.attrs["horizon"]
    created = log.loc[log["kind"] == "ticket.created"].set_index("item")["time"]
    closed = log.loc[log["kind"] == "ticket.closed"].set_index("item")["time"]
    if created.empty:
        return
    in_system = closed.reindex(created.index).fillna(horizon) - created
    assert kpis.wip(log) == pytest.approx(len(created) / horizon * in_system.mean())


def nobody_works_twice_at_once(log: pd.DataFrame, scenario: Scenario) -> None:
    """At no time do more people of a role work than there are."""
    rows = log[log["kind"].isin(["stage.started", "stage.finished"]) & log["role"].notna()]
    step = pd.Series(np.where(rows["kind"] == "stage.started", 1, -1), index=rows.index)
    busy = step.groupby(rows["role"], observed=True).cumsum()
    for role, heads in headcount(scenario).items():
        of_role = busy[rows["role"] == role]
        assert of_role.between(0, heads).all()


def nobody_is_busier_than_all_the_time(log: pd.DataFrame) -> None:
    busy = kpis.utilisation_by_role(log)
    assert busy.between(0, 1 + 1e-9).all()


CAUSES = {
    "change": ("change.created", "change.merged", "service.deployed"),
    "incident": ("service.failed", "incident.detected", "incident.resolved"),
    "deployment": ("service.deployed", "service.failed", "service.rolledback"),
    "finding": ("finding.reported", "finding.fixed", "patch.deployed"),
}
"""What comes after what, for each thing that has a name."""


def nothing_happens_before_its_cause(log: pd.DataFrame) -> None:
    """Order of first times, by name; defects are found after they came in and repaired after they were found."""
    kind = log["kind"].astype(str)
    for column, kinds in CAUSES.items():
        chosen = kind.isin(kinds) & log[column].notna()
        first = (
            log["time"][chosen]
            .groupby([log[column][chosen], kind[chosen]])
            .min()
            .unstack()
            .reindex(columns=list(kinds))
        )
        for cause, effect in combinations(kinds, 2):
            both = first[[cause, effect]].dropna()
            assert (both[cause] <= both[effect]).all(), (cause, effect)
    defects = log[log["kind"].str.startswith("defect.")]
    name = defects["change"].str.cat(defects["detail"].str.extract(r"defect=([^;]+)", expand=False), sep=" ")
    story = defects.assign(name=name).pivot(index="name", columns="kind", values="time")
    for before, after in (("defect.injected", "defect.found"), ("defect.found", "defect.fixed")):
        if after in story.columns:
            reached = story[story[after].notna()]
            assert (reached[before] <= reached[after]).all(), (before, after)
    steps = log[log["kind"].str.startswith("stage.") & log["role"].notna()]  # monitoring watches without a queue
    for _, of_stage in steps.groupby("stage", observed=True):
        queued, started, finished = (
            (of_stage["kind"] == f"stage.{what}").cumsum() for what in ("queued", "started", "finished")
        )
        assert (queued >= started).all()
        assert (started >= finished).all()


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_the_same_seed_gives_the_same_log(preset: Scenario) -> None:
    short = dataclasses.replace(preset, years=0.3)
    log = simulate(short, seed=3)
    pd.testing.assert_frame_equal(log, simulate(short, seed=3))
    assert not log.equals(simulate(short, seed=4))
    assert not log.equals(simulate(short, seed=3, replication=1))


def test_the_first_seed_and_replication_are_those_that_nobody_names() -> None:
    short = dataclasses.replace(DEVOPS, years=0.1)
    pd.testing.assert_frame_equal(simulate(short), simulate(short, seed=1, replication=0))
    assert simulate(short).attrs["horizon"] == 876


def first_requests(scenario: Scenario) -> pd.DataFrame:
    log = simulate(dataclasses.replace(scenario, years=1), seed=5)
    created = log[log["kind"] == "ticket.created"]
    return created[~created["detail"].str.contains("rework_of=")].reset_index(drop=True)


def test_every_workflow_and_every_practice_meets_the_same_demand() -> None:
    reference = first_requests(WATERFALL)
    assert len(reference) > 200
    for other in (AGILE, DEVOPS, DEVSECOPS, adopt(WATERFALL, {"feedback": 1})):
        pd.testing.assert_frame_equal(first_requests(other), reference)


def test_the_same_change_carries_the_same_defects_in_every_workflow() -> None:
    def injected(scenario: Scenario) -> set[tuple[str, str]]:
        log = simulate(dataclasses.replace(scenario, years=1), seed=5)
        first = log[(log["kind"] == "defect.injected") & log["change"].str.fullmatch(r"C\d+")]
        original = first[~first["detail"].str.contains("b;")]
        return set(zip(original["change"], original["detail"], strict=True))

    created = {change for change, _ in injected(WATERFALL)}
    devops = {(change, detail) for change, detail in injected(DEVOPS) if change in created}
    assert len(created) > 20
    assert devops == injected(WATERFALL)


@pytest.mark.parametrize("practice", PRACTICES)
@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_practice_adopted_by_a_hair_is_as_good_as_absent(workflow: str, practice: str) -> None:
    plain = Scenario(workflow=workflow, years=0.4)
    a_hair = adopt(plain, {practice: 1e-12})
    calm = {"security.training": 0.0}
    pd.testing.assert_frame_equal(simulate(vary(a_hair, calm), seed=2), simulate(vary(plain, calm), seed=2))


EXTREMES: Mapping[str, dict[str, float | str]] = {
    "nobody asks for anything": {"demand.requests_per_week": 0},
    "everything fails": {
        "quality.defects_per_change": 5,
        "quality.severe_share": 1,
        "quality.bad_fix_share": 0.9,
        "pipeline.manual_mistakes": 1,
        "pipeline.automated_mistakes": 1,
        "security.vulnerabilities_per_change": 3,
        "security.exploits_per_year": 100,
    },
    "far too much is asked for": {"demand.requests_per_week": 60, "team.developers": 1, "team.testers": 1},
    "nothing goes wrong": {
        "quality.defects_per_change": 0,
        "pipeline.manual_mistakes": 0,
        "pipeline.automated_mistakes": 0,
        "security.vulnerabilities_per_change": 0,
        "security.disclosures_per_year": 0,
        "security.exploits_per_year": 0,
        "production.infrastructure_mttf": 1e6,
    },
    "nothing takes any time but coding": {
        "process.hand_over": 0,
        "process.approval": 0,
        "process.sign_off": 0,
        "quality.review_effort": 0,
        "quality.fix_effort": 0,
        "quality.regression_effort": 0,
        "pipeline.release_effort": 0,
        "pipeline.build_time": 0,
        "pipeline.automated_test_time": 0,
        "demand.test_effort": 0,
        "demand.effort_cv": 0,
        "security.fix_effort": 0,
        "security.backlog_delay": 0,
        "quality.complaint_delay": 0,
        "production.diagnosis": 0,
        "production.repair_time": 0,
        "production.report_delay": 0,
    },
    "a finished backlog": {"demand.requests_per_week": 0, "demand.backlog": 40},
}


@pytest.mark.parametrize("workflow", WORKFLOWS)
@pytest.mark.parametrize("extreme", EXTREMES.values(), ids=EXTREMES)
def test_an_extreme_scenario_ends_well(workflow: str, extreme: dict[str, float | str]) -> None:
    scenario = vary(Scenario(workflow=workflow, years=0.5), {"process.project_weeks": 4, **extreme})
    log = events.validate(simulate(scenario, seed=1))
    laws_hold(log, scenario)


def test_the_laws_meet_every_cause_and_effect() -> None:
    """So that none of them holds for want of cases."""
    log = simulate(
        vary(DEVSECOPS, {"years": 0.3, "production.infrastructure_mttf": 100, **EXTREMES["everything fails"]})
    )
    assert {kind for kinds in CAUSES.values() for kind in kinds} <= set(log["kind"])
    laws_hold(log, vary(DEVSECOPS, {"years": 0.3}))


@pytest.mark.parametrize("path", sorted(FILES.glob("*.toml")), ids=lambda path: path.stem)
def test_an_organisation_of_real_size_keeps_the_laws(path: Path) -> None:
    """Ten weeks of each scenario that comes with the project."""
    scenario = dataclasses.replace(load(path), years=0.2)
    assert sum(headcount(scenario).values()) > 50
    log = events.validate(simulate(scenario, seed=1))
    assert len(log) > 5000
    laws_hold(log, scenario)


def test_a_backlog_is_emptied_and_every_item_closed() -> None:
    scenario = vary(
        DEVOPS, {"demand.requests_per_week": 0, "demand.backlog": 30, "years": 1, "demand.drift_per_month": 0}
    )
    log = simulate(vary(scenario, {"demand.misunderstood_share": 0}), seed=1)
    counts = log["kind"].value_counts()
    assert counts["ticket.created"] == counts["ticket.closed"] == 30


def test_a_team_without_developers_is_refused() -> None:
    with pytest.raises(ValueError, match=r"team\.developers=0"):
        vary(WATERFALL, {"team.developers": 0})


# Links that only go one way, whatever the draws: what more of something never does


def found_by(scenario: Scenario, place: str) -> tuple[set[tuple[str, str]], set[str]]:
    """Return the defects that changes brought themselves and that were found at a place, and the changes that went out."""
    log = simulate(scenario, seed=7)
    found = log[(log["kind"] == "defect.found") & log["detail"].str.endswith(f"found_in={place}")]
    out = log.loc[log["kind"] == "service.deployed", "change"]
    own = {
        (change, detail.split(";")[0])
        for change, detail in zip(found["change"], found["detail"], strict=True)
        if not detail.split(";")[0].endswith("b")
    }
    return own, set(out)


@pytest.mark.parametrize(
    ("parameter", "place", "workflow"),
    [
        ("quality.review_finds", "review", "devops"),
        ("quality.manual_test_finds", "test", "waterfall"),
        ("quality.automated_test_finds", "test", "devops"),
    ],
)
def test_who_looks_closer_finds_all_that_others_find_and_more(parameter: str, place: str, workflow: str) -> None:
    """The places before are made blind, so that nothing is found there."""
    blind = {"quality.review_finds": 0.0} if place == "test" else {}
    plain = vary(
        Scenario(workflow=workflow, years=0.6),
        {**blind, "practices.testing": float(workflow == "devops"), "process.project_weeks": 5},
    )
    (few, out_few), (many, out_many) = (found_by(vary(plain, {parameter: share}), place) for share in (0.3, 0.6))
    in_both = out_few & out_many
    few, many = ({defect for defect in found if defect[0] in in_both} for found in (few, many))
    assert len(few) > 10
    assert few < many


@given(adopted=st.tuples(st.floats(0, 1), st.floats(0, 1)), draw=st.floats(0, 1, exclude_max=True))
def test_who_adopts_more_uses_the_practice_wherever_others_use_it(adopted: tuple[float, float], draw: float) -> None:
    less, more = (
        Organisation(adopt(QUIET, {"testing": share}), Streams(1)).uses("testing", {"testing": draw})
        for share in sorted(adopted)
    )
    assert more or not less


@given(st.floats(0, 10), st.floats(0, 10), st.floats(0, 1, exclude_max=True))
def test_more_to_conflict_with_never_means_fewer_conflicts(one: float, other: float, draw: float) -> None:
    assert poisson_quantile(min(one, other), draw) <= poisson_quantile(max(one, other), draw)


@given(st.floats(1, 100), st.floats(1, 100), st.integers(0, 3))
def test_a_repair_that_comes_later_never_costs_less(one: float, other: float, steps: int) -> None:
    factors = [
        [
            Organisation(vary(QUIET, {"quality.late_fix_factor": each}), Streams(1)).late_fix_factor(late)
            for late in (steps, steps + 1)
        ]
        for each in sorted((one, other))
    ]
    assert factors[0][0] <= factors[0][1] <= factors[1][1]
    assert factors[0][0] <= factors[1][0]


def test_a_release_that_waits_for_a_longer_approval_never_goes_out_earlier() -> None:
    """The first release of an organisation in which nothing goes wrong, so that nothing but the wait differs.

    40 working hours are a week.
    """
    calm = vary(Scenario(workflow="agile", years=0.3), EXTREMES["nothing goes wrong"])
    logs = [simulate(vary(calm, {"process.approval": wait}), seed=3) for wait in (0.0, 40.0, 200.0)]
    first = [float(log.loc[log["kind"] == "service.deployed", "time"].min()) for log in logs]
    assert first == [first[0], pytest.approx(first[0] + 168), pytest.approx(first[0] + 5 * 168)]
