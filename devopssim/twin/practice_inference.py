"""Practice inference: how far a team has adopted the practices that leave traces in a log."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import pandas as pd
from scipy import optimize, stats

from devopssim.events import details
from devopssim.kpis import Run
from devopssim.simulation import builds_per_item
from devopssim.twin.estimates import LEAST_OBSERVATIONS, ParameterEstimate, given, share, share_of_likelihood
from devopssim.twin.work import unplanned
from devopssim.twin.workflow_inference import beginnings_by_item, is_phased, regression_period

AT_ONCE: Final = 1.0
"""Hours after the first change of an item within which a misfit counts as found by showing it."""
EARLY_AT_MOST: Final = 0.96
"""Share of the misfits of items that are shown early which are found then; the need of the others changes later."""
LATE_MISFITS: Final = 1.3
"""Misfits of an item that is shown late for each of one that is shown early: some needs change in between."""
LEAST_HELP: Final = 0.02
"""Smallest probability that people of another role do a task that is open to them."""
GRID: Final = 201
STAGE_ROLES: Final = {"plan": {"analyst"}, "code": {"developer"}, "test": {"tester", "analyst"}, "deploy": {"operator"}}
"""Roles that own a stage; analysts do the acceptance test."""


def practices(run: Run, workflow: str) -> Iterator[ParameterEstimate]:
    """Yield the adoption of the practices that leave traces in a log, where work moves as in this workflow.

    Parameters
    ----------
    run : Run
        Opened event log.
    workflow : str
        Name of one of `WORKFLOWS`.

    Yields
    ------
    ParameterEstimate
        Of the fields of `practices`, security excepted, as far as the log shows them.
    """
    yield from _integration(run)
    yield from _by_machine(run)
    yield from _deployment(run, workflow)
    yield from _monitoring(run)
    yield from _collaboration(run)
    yield from _feedback(run)


def _integration(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous integration and testing, from what comes to main together and what is tested there or by hand.

    A change that is integrated continuously is built alone; the other changes of a batch (an item, or a project) have one build. A run of
    the tests follows where testing is continuous for one of the changes that came together. An item whose changes all have such tests
    gets no test by hand: projects, which come to main as a whole, show only by this how many changes have them.
    """
    merged = run.log.iloc[run.rows("change.merged")]
    merged = merged[merged["item"].notna() & ~merged["change"].isin(unplanned(run))].drop_duplicates("change")
    built, tested = (set(run.log["change"].iloc[run.rows(f"{kind}.started")]) for kind in ("build", "testsuiterun"))
    batch = beginnings_by_item(run).reindex(merged["item"]) if is_phased(run) else merged["item"]
    own = merged["change"].isin(built)
    per_batch = pd.DataFrame({"changes": 1.0, "builds": own.to_numpy()}).groupby(batch.to_numpy()).sum()
    changes, builds = len(merged), int(own.sum())
    if not builds or changes - len(per_batch) < LEAST_OBSERVATIONS:
        return
    sizes = per_batch["changes"].to_numpy(float)
    continuous = root(lambda share: float(builds_per_item(share, sizes).sum()) - builds)
    how = "changes with a build of their own, not with the others of their item or project"
    yield share("practices.integration", round(continuous * changes), changes, how)
    together = merged.groupby("time").agg(
        size=("change", "size"), tested=("change", lambda part: part.isin(tested).any())
    )
    grid = np.linspace(0, 1, GRID)[:, None]
    with np.errstate(divide="ignore"):
        missed = together["size"].to_numpy(float) * np.log1p(-grid)
        logs = np.where(together["tested"].to_numpy(bool), np.log(-np.expm1(missed)), missed).sum(axis=1)
    by_hand = _tested_by_hand(run)
    if not (tested or by_hand["tested"].any()):  # the log may record no tests
        by_hand = by_hand.head(0)
    with np.errstate(divide="ignore"):
        spared = by_hand["changes"].to_numpy(float) * np.log(grid)
        logs += np.where(by_hand["tested"].to_numpy(bool), np.log(-np.expm1(spared)), spared).sum(axis=1)
    how = "times at which changes come to main and a run of the tests follows, and items that are tested by hand"
    yield share_of_likelihood("practices.testing", np.exp(logs - logs.max()), len(together) + len(by_hand), how)


def _tested_by_hand(run: Run) -> pd.DataFrame:
    """Return the number of changes of each item that is done, and whether a test by hand was asked for; none if the log shows no steps.

    The test that a project's client does is asked of an analyst.
    """
    created = run.log.iloc[run.rows("change.created")]
    planned = created[created["item"].notna() & ~created["change"].isin(unplanned(run))]
    done = set(run.names("item")[run.occurred("item", "ticket.done")])
    sizes = planned[planned["item"].isin(done)].groupby("item", observed=True).size()
    queued = run.log.iloc[run.rows("stage.queued")]
    steps = queued[queued["item"].isin(done) & queued["role"].notna()]
    tested = set(steps.loc[(steps["stage"] == "test") & (steps["role"] == "tester"), "item"])
    sizes = sizes[sizes.index.isin(set(steps.loc[steps["stage"] == "code", "item"]))]
    return pd.DataFrame({"changes": sizes, "tested": sizes.index.isin(tested)})


def root(surplus: Callable[[float], float]) -> float:
    """Return the share in [0, 1] at which a growing function is 0; the nearest end if it has no zero there.

    Examples
    --------
    >>> round(root(lambda share: share - 0.25), 6)
    0.25
    """
    if surplus(0.0) >= 0:
        return 0.0
    return 1.0 if surplus(1.0) <= 0 else float(optimize.brentq(surplus, 0.0, 1.0))


def _by_machine(run: Run) -> Iterator[ParameterEstimate]:
    rows = run.log.iloc[run.rows("stage.started")]
    deploying = rows[rows["stage"] == "deploy"]
    if len(deploying) >= LEAST_OBSERVATIONS:
        machine = int(deploying["role"].isna().sum())
        yield share("practices.delivery", machine, len(deploying), "deployments that no person carries out")


def _deployment(run: Run, workflow: str) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous deployment: the changes that are deployed alone.

    Without automated tests even a change that goes out at once shares its regression test with others, so changes that came to main
    alone and were tested there come first.
    """
    rows = run.log.iloc[run.rows("service.deployed")]
    planned = rows[rows["change"].notna() & ~rows["change"].isin(unplanned(run))]
    merged = run.log.iloc[run.rows("change.merged")]
    alone = merged[~merged["time"].duplicated(keep=False)]["change"]
    tested = set(run.log["change"].iloc[run.rows("testsuiterun.started")]) & set(alone)
    chosen = planned[planned["change"].isin(tested)]
    enough = len(planned) >= LEAST_OBSERVATIONS > len(chosen)
    if enough and workflow == "devops" and regression_period(run) == 0:
        yield given("practices.deployment", 1.0, len(planned), "regression tests by hand begin when changes are ready")
        return
    chosen = chosen if len(chosen) >= LEAST_OBSERVATIONS else planned
    if len(chosen) >= LEAST_OBSERVATIONS:
        size = rows.groupby("deployment")["change"].size()
        single = int((chosen["deployment"].astype(object).map(size) == 1).sum())
        yield share("practices.deployment", single, len(chosen), "changes that are deployed alone")


def _monitoring(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous monitoring: the incidents that an alert detected, of those that nobody saw at once."""
    rows = run.log.iloc[run.rows("incident.detected")]
    failed = run.log.iloc[run.rows("service.failed")].drop_duplicates("incident").set_index("incident")["time"]
    seen = rows["incident"].astype(object).map(failed).to_numpy(float) == rows["time"].to_numpy(float)
    automated = details(rows, "automated")[~seen].dropna()
    if len(automated) >= LEAST_OBSERVATIONS:
        how = "incidents that an alert detected, of those that nobody saw at once"
        yield share("practices.monitoring", int((automated == "yes").sum()), len(automated), how)


def _collaboration(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous collaboration, from the changes and items at which people of another role worked.

    People of another role help where work waits, at each task of a change that is open to them with a probability that varies between
    changes. So changes without help are a mixture: of those that were open to all (beta-binomial), and of those that were not.
    """
    rows = run.log.iloc[run.rows("stage.started")]
    rows = rows[rows["role"].notna() & rows["stage"].isin(list(STAGE_ROLES)) & rows["item"].notna()]
    if len(rows) < LEAST_OBSERVATIONS or rows["role"].nunique() < 2:
        return
    pairs = zip(rows["stage"].astype(object), rows["role"].astype(object), strict=True)
    helped = np.array([role not in STAGE_ROLES[stage] for stage, role in pairs])
    unit = rows["change"].astype(object).fillna(rows["item"].astype(object)).astype(str).to_numpy()
    counts = pd.DataFrame({"unit": unit, "helped": helped}).groupby("unit")["helped"].agg(["size", "sum"])
    kinds = counts.value_counts().reset_index()
    tasks, others, weight = (kinds[column].to_numpy(float)[:, None, None] for column in ("size", "sum", "count"))
    rate, concentration = (
        np.linspace(LEAST_HELP, 0.9, 45)[None, :, None],
        np.array([1.0, 3.0, 10.0, 100.0])[None, None, :],
    )
    helps = np.asarray(stats.betabinom.pmf(others, tasks, rate * concentration, (1 - rate) * concentration))[:, None]
    adoption = np.linspace(0, 1, GRID)[None, :, None, None]
    with np.errstate(divide="ignore"):
        logs = (weight[:, None] * np.log(adoption * helps + (1 - adoption) * (others == 0)[:, None])).sum(axis=0)
    logs = logs.reshape(GRID, -1)
    likelihood = np.exp(logs - logs.max()).sum(axis=1)
    how = f"{helped.mean():.1%} of the tasks are done by people of another role, at {(counts['sum'] > 0).mean():.1%} of the changes and items"
    yield share_of_likelihood("practices.collaboration", likelihood, len(counts), how)


def _feedback(run: Run) -> Iterator[ParameterEstimate]:
    """Yield the adoption of continuous feedback, from the misfits that were found when the first change of their item was shown.

    Needs change while an item waits, so items that are shown late have more misfits.
    """
    found = run.log.iloc[run.rows("misfit.found")]
    created = run.log.iloc[run.rows("change.created")]
    shown, first = (
        rows[rows["item"].notna()].drop_duplicates("item").set_index("item")["time"] for rows in (found, created)
    )
    wait = (shown - first.reindex(shown.index)).dropna()
    early, n = int((wait <= AT_ONCE).sum()), len(wait)
    if n < LEAST_OBSERVATIONS:
        return
    grid = np.linspace(0, 1, GRID)
    likelihood = np.asarray(stats.binom.pmf(early, n, EARLY_AT_MOST * grid / (grid + (1 - grid) * LATE_MISFITS)))
    how = f"{early} of {n} misfits were found when the first change was shown"
    yield share_of_likelihood("practices.feedback", likelihood, n, how)
