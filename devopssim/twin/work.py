"""Efforts, changes per item and machine times, estimated from the `stage.*` rows of a log.

Hours become effort as in the model: people work in working hours, taking up another item costs time, newcomers complete less,
and work in another role takes longer. Where a log states no calendar, its hours are those of the clock.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from scipy import optimize

from devopssim.events import details
from devopssim.kpis import Floats, Run, Truths
from devopssim.scenario import Scenario
from devopssim.simulation import changes_per_item, coding_factor, effort_per_hour, headcount, secondary_effort_factor
from devopssim.twin.estimates import LEAST_OBSERVATIONS, ParameterEstimate, given, mean, pooled_variation, variation
from devopssim.twin.incidents import incidents_of, is_paged

STAGE_OWNERS: Final = {
    "plan": "analyst",
    "code": "developer",
    "build": "developer",
    "test": "tester",
    "deploy": "operator",
    "operate": "operator",
}
"""Role whose skill the work of a stage needs."""
OWN_TASKS: Final = ("interruption", "training", "triage")
"""Tasks of the role that does them, whatever their stage."""
ENTITIES: Final = ["item", "change", "deployment", "incident", "finding"]


def hours_counted(run: Run) -> str:
    """Return which hours count as work, as text: working hours, or those of the clock where the log states no calendar."""
    return "working hours" if run.working_time else "hours on the clock"


def efforts(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the efforts of items.

    The practices and the team of `scenario` determine what else the hours contain: upkeep of tests, work in another role.
    """
    done = set(run.names("item")[run.occurred("item", "ticket.done")])
    work = attempts(run, scenario)
    work = work[work["role"].notna()]
    hours = hours_counted(run)
    plan = _total(work[(work["stage"] == "plan") & work["item"].isin(done)], ["item"])
    if len(plan) >= LEAST_OBSERVATIONS:
        yield mean("demand.plan_effort", plan, f"{hours} of work on `plan` of each item")
    upkeep = scenario.quality.test_upkeep * scenario.practices.testing
    code = (coding(run, work) - upkeep) / coding_factor(scenario)
    so_far = code[code > 0].groupby(level="item").sum()
    in_work = so_far.index.isin(_being_coded(run))
    items = so_far[~in_work]
    if len(items) >= LEAST_OBSERVATIONS:
        how = f"{hours} of work on `code` until the commits of each item exist"
        # large items are still in work more often than small ones, so those count with what is known of them
        yield mean("demand.code_effort", so_far, how, at_least=in_work)
        yield variation("demand.effort_cv", so_far, how, at_least=in_work)
        yield from change_size(run, items)
    by_hand = 1 - scenario.practices.testing
    test = testing(run, work[work["item"].isin(done)], scenario)
    if by_hand > 0.05 and len(test) >= LEAST_OBSERVATIONS:
        # items without any test by hand count with 0 hours
        scale = len(test) / max(len(test), len(done)) / by_hand
        yield mean(
            "demand.test_effort",
            test * scale,
            f"{hours} of work on `test` of each item until its first defect is found",
        )


def _being_coded(run: Run) -> set[str]:
    """Return the items of which a planned change waits for a developer, or is being written; they have their next change at once."""
    rows = run.log.iloc[run.rows("stage.queued")]
    coding = rows[(rows["stage"] == "code") & rows["change"].notna() & ~rows["change"].isin(unplanned(run))]
    created = set(run.names("change")[run.occurred("change", "change.created")])
    return set(coding.loc[~coding["change"].isin(created), "item"].dropna())


def coding(run: Run, work: pd.DataFrame) -> "pd.Series[float]":
    """Return the effort of each planned change until its commit.

    Parameters
    ----------
    run : Run
        The opened log.
    work : DataFrame
        Rows of `attempts`.

    Returns
    -------
    Series of float
        Person-hours, indexed by item and change.
    """
    return _total(until_commit(run, work), ["item", "change"])


def until_commit(run: Run, work: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `attempts` at writing planned changes that begin before the commit."""
    created = pd.Series(run.first("change", "change.created"), index=run.names("change"))
    work = work[(work["stage"] == "code") & work["change"].notna() & ~work["change"].isin(unplanned(run))]
    return work[work["start"].to_numpy() < work["change"].map(created).to_numpy(float)]


def testing(run: Run, work: pd.DataFrame, scenario: Scenario) -> "pd.Series[float]":
    """Return the effort of the first test by hand of each item; later rounds, after repairs, repeat a part of it.

    Parameters
    ----------
    run : Run
        The opened log.
    work : DataFrame
        Rows of `attempts`.
    scenario : Scenario
        Its workflow is read: in waterfall, analysts do the acceptance test.

    Returns
    -------
    Series of float
        Person-hours, indexed by item.
    """
    work = work[(work["stage"] == "test") & work["change"].isna()]
    if scenario.workflow == "waterfall":
        work = work[work["role"] != "analyst"]
    begun = work.groupby("item")["start"].min()
    rows = run.log.iloc[run.rows("defect.found")]
    rows = rows[(details(rows, "found_in") == "test").to_numpy()]
    found = pd.DataFrame({"item": rows["item"].astype(object), "time": rows["time"]})
    by_hand = found[found["time"] > found["item"].map(begun)]  # earlier ones were found by automated tests
    first = work["item"].map(by_hand.groupby("item")["time"].min()).fillna(np.inf)
    return _total(work[work["start"] < first], ["item"])


def attempts(run: Run, scenario: Scenario) -> pd.DataFrame:
    """Return the attempts at work on stages: what lies between `stage.started` and `stage.finished`.

    Parameters
    ----------
    run : Run
        The opened log.
    scenario : Scenario
        Its team and process determine what effort the hours of people are.

    Returns
    -------
    DataFrame
        In the order of their starts. Columns of `pairs_of`, tasks (that a person has done before in a role not their own; else NaN), and
        effort (person-hours).
    """
    table = pairs_of(run)
    incidents = incidents_of(run)
    on_call = (table["incident"].isin(incidents.index[is_paged(incidents)]) & (table["stage"] == "operate")).to_numpy()
    hours = np.where(on_call | table["role"].isna(), table["end"] - table["start"], table["worked"])
    table["effort"] = hours
    people = table["role"].notna().to_numpy()
    table["tasks"] = _tasks_before(table, scenario)
    own = effort_per_hour(scenario) / _secondary_factors(table, scenario)
    switching = scenario.process.switching * ~(_carried_on(table) | on_call)
    table.loc[people, "effort"] = ((hours - switching) * own)[people]
    return table


def pairs_of(run: Run) -> pd.DataFrame:
    """Return each start of work with its end and the working hours between them.

    Work on the same is paired in the order of its starts and ends. Work on nothing that the log names, such as interruptions, has no
    known end where several were under way at once: either may have ended first.

    Returns
    -------
    DataFrame
        In the order of their starts. Columns: stage, role, item, change, deployment, incident, finding, name (of a step of the
        pipeline), task, zone (of the person, in hours behind the log's clock), start, end (hours of the log; NaN while the work is in
        progress, and where it is not known), worked (working hours).
    """
    entities = ["stage", "role", *ENTITIES]
    columns = [*entities, "name", "task", "zone"]
    parts = []
    for step in ("started", "finished"):
        rows = run.log.iloc[run.rows(f"stage.{step}")]
        part = rows[entities].astype(object).where(rows[entities].notna(), None)
        part["name"] = details(rows, "name")  # of a further step of the pipeline
        part["task"] = details(rows, "task")
        part["zone"] = details(rows, "zone").fillna("0")
        part["time"], part["worked"] = rows["time"], _worked_until(run, rows)
        part["number"] = part.groupby(columns, dropna=False).cumcount()
        parts.append(part)
    table = parts[0].merge(parts[1], how="left", on=[*columns, "number"], suffixes=("", "_end"))
    table["worked"] = table["worked_end"] - table["worked"]
    table = table.rename(columns={"time": "start", "time_end": "end"})[[*columns, "start", "end", "worked"]]
    table.loc[_overlapping(table, columns), ["end", "worked"]] = np.nan
    return table


def _overlapping(table: pd.DataFrame, columns: list[str]) -> "pd.Series[bool]":
    """Return which attempts of people at nothing that the log names overlap with another one that looks the same.

    Ends in the order of the starts are ends in their own order, so an attempt overlaps with an earlier one if the end before it comes
    after its start, whoever's that is.
    """
    nameless = table["role"].notna() & table[ENTITIES].isna().all(axis=1)
    part = table[nameless].fillna({"end": np.inf})
    alike = part.groupby(columns, dropna=False, sort=False)
    late = alike["end"].shift(1, fill_value=-np.inf) > part["start"]
    early = alike["start"].shift(-1, fill_value=np.inf) < part["end"]
    return (late | early).reindex(table.index, fill_value=False)


def _worked_until(run: Run, rows: pd.DataFrame) -> Floats:
    """Return the working hours until each row in the time zone that it names, or its time where the log states no calendar."""
    time = rows["time"].to_numpy(float)
    if run.working_time is None:
        return time
    zones = details(rows, "zone").fillna("0").to_numpy(str)
    worked = np.empty(len(time))
    for zone in np.unique(zones):
        chosen = zones == zone
        worked[chosen] = run.working_time.of_zone(float(zone)).until(time[chosen])
    return worked


def _carried_on(table: pd.DataFrame) -> Truths:
    """Return whether each attempt began when the same role ended work on the same item: nobody took up another item."""
    subject = table["item"]
    for column in ENTITIES[1:]:
        subject = subject.fillna(table[column])
    ends = set(zip(subject, table["role"], table["end"], strict=True))
    return np.array([key in ends for key in zip(subject, table["role"], table["start"], strict=True)], dtype=bool)


def _secondary_factors(table: pd.DataFrame, scenario: Scenario) -> Floats:
    """Return the factor on the effort of each attempt: above 1 for work of another role, less so with practice."""
    tasks = table["tasks"].to_numpy(float)
    return np.where(np.isnan(tasks), 1.0, secondary_effort_factor(scenario, np.nan_to_num(tasks)))


def _tasks_before(table: pd.DataFrame, scenario: Scenario) -> "pd.Series[float]":
    """Return how many tasks of the other role each person has done before; NaN for work of the person's own role.

    The log names roles, not people: the tasks that people of a role have done in another one are shared equally.
    """
    owner = table["stage"].map(STAGE_OWNERS).mask(table["task"].isin(OWN_TASKS))
    other = table["role"].notna() & owner.notna() & (table["role"] != owner)
    tasks = table[other].groupby(["role", owner[other]]).cumcount()
    people = table.loc[other, "role"].map(headcount(scenario)).fillna(1).clip(lower=1)
    return (tasks / people).reindex(table.index)


def _total(work: pd.DataFrame, by: list[str]) -> "pd.Series[float]":
    """Return the effort of each group of attempts in which all work that started has ended."""
    groups = work.groupby(by)["effort"]
    total = groups.sum()
    return total[(groups.size() == groups.count()) & (total > 1e-9)]


def unplanned(run: Run) -> set[str]:
    """Return the ids of changes that are repairs."""
    rows = run.log.iloc[run.rows("change.created")]
    return set(rows.loc[details(rows, "unplanned") == "yes", "change"])


def change_size(run: Run, items: "pd.Series[float]") -> Iterator[ParameterEstimate]:
    """Yield the coding effort of a change at which items of the estimated effort have as many changes as observed.

    Parameters
    ----------
    run : Run
        The opened log.
    items : Series of float
        Coding effort of each item whose planned changes are there, in person-hours, by item.
    """
    rows = run.log.iloc[run.rows("change.created")]
    planned = rows[rows["item"].isin(items.index) & (details(rows, "unplanned") != "yes")]
    per_item = planned.groupby("item").size().to_numpy(float)
    if len(per_item) < LEAST_OBSERVATIONS:
        return
    code_effort, variety = float(items.mean()), float(np.sqrt(np.expm1(np.log(items).var())))

    def surplus(size: float) -> float:
        return changes_per_item(code_effort, variety, size) - float(per_item.mean())

    low, high = 0.5, 400.0
    if surplus(low) > 0 > surplus(high):
        size = float(optimize.brentq(surplus, low, high, xtol=1e-3))
        yield given(
            "demand.change_effort",
            size,
            len(per_item),
            f"so that an item has {per_item.mean():.3g} changes, as observed",
        )


def machines(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the times of machines: to build, test, deploy and roll back; a repeated run is another observation."""
    work = attempts(run, scenario)
    alone = work[work["role"].isna() & work["name"].isna() & work["task"].isna() & work["end"].notna()]
    varied = []
    for parameter, stage in (("build_time", "build"), ("automated_test_time", "test"), ("deploy_time", "deploy")):
        of_change = (alone["stage"] == stage) & alone["change"].notna()
        hours = alone.loc[of_change & (alone["effort"] > 1e-9), "effort"]
        kind = {"build": "build", "test": "testsuiterun"}.get(stage)
        if len(hours) < LEAST_OBSERVATIONS and kind:
            hours = _runs(run, kind)
        if len(hours) >= LEAST_OBSERVATIONS:
            yield mean(f"pipeline.{parameter}", hours, f"time of a machine on `{stage}`", lognormal=kind is not None)
            varied += [hours] if kind else []
    if varied:
        yield pooled_variation(
            "pipeline.time_cv", varied, "times of a machine on `build` and `test`, around their means"
        )
    rolled_back = set(run.log["incident"].iloc[run.rows("service.rolledback")].dropna())
    hours = _total(alone[(alone["stage"] == "operate") & alone["incident"].isin(rolled_back)], ["incident"])
    if len(hours) >= LEAST_OBSERVATIONS:
        yield mean("pipeline.rollback_time", hours, "time of a machine for a rollback", lognormal=False)


def _runs(run: Run, kind: str) -> "pd.Series[float]":
    """Return the duration of each build or test run, for changes with exactly one."""
    parts = []
    for step in ("started", "finished"):
        rows = run.log.iloc[run.rows(f"{kind}.{step}")]
        rows = rows[rows["change"].notna()].drop_duplicates("change", keep=False)
        parts.append(rows.set_index("change")["time"])
    hours = (parts[1] - parts[0]).dropna()
    return hours[hours > 0]
