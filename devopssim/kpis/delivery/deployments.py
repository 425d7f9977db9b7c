"""How often a team deploys, and how many of its deployments ship new work or only repair."""

from typing import Final

import numpy as np

from devopssim.kpis.declaration import DORA, DORA_2024, Rate, rate, share
from devopssim.kpis.run import Run, Truths

REPAIRS: Final = (("service.deployed",), ("service.deployed repair",))
"""What a repair needs: deployments, and a source that names what they repair."""


@rate(
    title="Deployment frequency",
    unit="per week",
    better=None,
    formula="deployments ÷ weeks of observation",
    events=("service.deployed",),
    debatable="deployments that only repair count as well; DORA asks for the median day instead of a mean",
    source=DORA,
    counts="deployments",
)
def deployment_frequency(log: Run) -> Rate:
    """Return the distinct deployments ÷ weeks of observation.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Deployments per week of 168 h; 0 without deployments.

    References
    ----------
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> shipped = [event(n, "service.deployed", change=f"C{n}", deployment=f"D{n}") for n in (1, 2)]
    >>> kpis.deployment_frequency(from_rows(shipped, horizon=336))
    1.0
    """
    count = deployment_count(log)
    return Rate(count, log.weeks, counted=count)


@rate(
    title="Deployment frequency of new work",
    unit="per week",
    better="higher",
    formula="deployments with a change of an item without `rework_of=…`, repairs left out ÷ weeks of observation",
    events=("ticket.created", "service.deployed"),
    detail=("rework_of", "repair"),
    needs=(("ticket.created rework_of",), ("service.deployed repair",)),
    debatable="a deployment of new work and of failure demand together counts",
    source=DORA,
    counts="deployments",
)
def deployment_frequency_new_work(log: Run) -> Rate:
    """Return the deployments that ship new work ÷ weeks of observation.

    A deployment ships new work if it holds a change that repairs nothing and whose item follows from no other.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Deployments per week of 168 h.

    References
    ----------
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "service.deployed", change="C1", deployment="D1"),
    ...     event(9, "service.deployed", change="C2", deployment="D2", detail="repair=I1"),
    ... ], horizon=168)
    >>> kpis.deployment_frequency(log), kpis.deployment_frequency_new_work(log)
    (2.0, 1.0)
    """
    follows = log.named("item", "ticket.created", log.detail_matches("ticket.created", "rework_of"))
    items = log.ids("item", "service.deployed")
    failure_demand = np.append(follows, False)[items]  # the last one for rows without an item
    new = ~failure_demand & ~log.detail_matches("service.deployed", "repair")
    count = int(log.named("deployment", "service.deployed", new).sum())
    return Rate(count, log.weeks, counted=count)


@share(
    title="Deployment rework rate",
    better="lower",
    formula="deployments of nothing but changes with `repair=…` ÷ deployments",
    events=("service.deployed",),
    detail=("repair",),
    needs=REPAIRS,
    debatable="DORA asks for unplanned deployments; here a deployment is unplanned if all its changes name what they repair",
    source=DORA_2024,
    counts="deployments",
)
def deployment_rework_rate(log: Run) -> Rate:
    """Return the deployments that repair what users met in production ÷ deployments.

    A deployment repairs if all its rows carry `repair=…` (the incident or deployment that they repair).

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the deployments, 0 to 1; NaN without deployments.

    References
    ----------
    DORA, Accelerate State of DevOps 2024.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "service.deployed", change="C1", deployment="D1"),
    ...     event(9, "service.deployed", change="C2", deployment="D2", detail="repair=I1"),
    ... ])
    >>> kpis.deployment_rework_rate(log)
    0.5
    """
    return Rate(int(repair_deployments(log).sum()), deployment_count(log))


def deployment_count(run: Run) -> int:
    """Return the number of distinct deployments in the run."""
    return int(run.occurred("deployment", "service.deployed").sum())


def repair_deployments(run: Run) -> Truths:
    """Return the mask of the deployments that hold nothing but repairs: each of their rows names what it repairs."""
    repairs = run.detail_matches("service.deployed", "repair")
    return run.named("deployment", "service.deployed", repairs) & ~run.named("deployment", "service.deployed", ~repairs)
