"""Which deployments failed: the change failure rate, of all deployments, of the planned ones and of the repairs."""

from typing import Final

from devopssim.kpis.declaration import DORA, Rate, share
from devopssim.kpis.delivery.deployments import REPAIRS, repair_deployments
from devopssim.kpis.run import Run, Truths

FAILED_DEPLOYMENT: Final = ("service.deployed", "service.failed", "service.rolledback")
"""The events of a failed deployment."""
FAILURES: Final = (("service.deployed",), ("service.failed", "service.rolledback", "service.deployed repair"))
"""What a failed deployment needs: deployments, and a source of incidents, of rollbacks or of repairs."""


@share(
    title="Change failure rate",
    better="lower",
    formula="deployments that a `service.failed`, a `service.rolledback` or a `repair=…` of another deployment names ÷ deployments",
    events=FAILED_DEPLOYMENT,
    detail=("severity", "repair"),
    needs=FAILURES,
    debatable="repairs are deployments, too: each failure brings some, and they dilute the rate of a team that fails often",
    source=DORA,
    counts="deployments",
)
def change_failure_rate(log: Run) -> Rate:
    """Return the deployments that a failure, a rollback or a repair names ÷ deployments.

    Counted in deployments, never in changes or incidents: one that failed twice and was rolled back is one failed deployment.
    Failures of every severity count: each one asks for a rollback, a hotfix or another remedy. A defect that disturbs nobody does
    not.

    DORA's levels are compared with this rate, because DORA asks for the share of all changes to production, repairs included, and
    because most sources do not tell which deployments repair. `change_failure_rate_planned` and `change_failure_rate_repair` give
    the two sorts apart.

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
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> shipped = [event(n, "service.deployed", change=f"C{n}", deployment=f"D{n}") for n in (1, 2)]
    >>> kpis.change_failure_rate(from_rows([*shipped, event(3, "service.failed", deployment="D1", incident="I1")]))
    0.5
    """
    return _failure_rate(log, log.occurred("deployment", "service.deployed"))


@share(
    title="Change failure rate of planned deployments",
    better="lower",
    formula="failed deployments without `repair=…` ÷ deployments without `repair=…`",
    events=FAILED_DEPLOYMENT,
    detail=("severity", "repair"),
    needs=FAILURES,
    debatable="a deployment of a repair and of planned changes together is a repair; a log that names no repair has planned ones only",
    source=DORA,
    counts="planned deployments",
)
def change_failure_rate_planned(log: Run) -> Rate:
    """Return the deployments without a repair that a failure, a rollback or a repair names ÷ deployments without a repair.

    A deployment repairs if all its rows carry `repair=…`, as in `deployment_rework_rate`; it failed as in
    `change_failure_rate`.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the planned deployments, 0 to 1; NaN without any.

    References
    ----------
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "service.deployed", change="C1", deployment="D1"),
    ...     event(2, "service.failed", deployment="D1", incident="I1"),
    ...     event(9, "service.deployed", change="C2", deployment="D2", detail="repair=I1"),
    ... ])
    >>> kpis.change_failure_rate(log), kpis.change_failure_rate_planned(log)
    (0.5, 1.0)
    """
    return _failure_rate(log, log.occurred("deployment", "service.deployed") & ~repair_deployments(log))


@share(
    title="Change failure rate of repair deployments",
    better="lower",
    formula="failed deployments with `repair=…` ÷ deployments with `repair=…`",
    events=FAILED_DEPLOYMENT,
    detail=("severity", "repair"),
    needs=REPAIRS,
    debatable="a deployment of a repair and of planned changes together is a repair",
    source=DORA,
    counts="repair deployments",
)
def change_failure_rate_repair(log: Run) -> Rate:
    """Return the deployments with a repair that a failure, a rollback or a repair names ÷ deployments with a repair.

    A deployment repairs if all its rows carry `repair=…`, as in `deployment_rework_rate`; it failed as in
    `change_failure_rate`.

    Parameters
    ----------
    log : DataFrame or Run
        Event log of one replication.

    Returns
    -------
    float
        Share of the repair deployments, 0 to 1; NaN without any.

    References
    ----------
    DORA, State of DevOps; https://dora.dev/guides/dora-metrics-four-keys

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> log = from_rows([
    ...     event(1, "service.deployed", change="C1", deployment="D1"),
    ...     event(2, "service.failed", deployment="D1", incident="I1"),
    ...     event(9, "service.deployed", change="C2", deployment="D2", detail="repair=I1"),
    ... ])
    >>> kpis.change_failure_rate_repair(log)
    0.0
    """
    return _failure_rate(log, repair_deployments(log))


def failed_deployments(run: Run) -> Truths:
    """Return the mask of `run.names("deployment")` that failed: a failure, a rollback, or `repair=…` of a later deployment names them.

    Examples
    --------
    >>> from devopssim import kpis
    >>> from devopssim.events import event, from_rows
    >>> failed = event(3, "service.failed", deployment="D1", incident="I1")
    >>> run = kpis.Run(from_rows([failed, event(4, "service.rolledback", deployment="D2")]))
    >>> sorted(run.names("deployment")[failed_deployments(run)])
    ['D1', 'D2']
    """
    repaired = run.names("deployment").isin(run.detail("service.deployed", "repair")[1])
    return run.occurred("deployment", "service.failed") | run.occurred("deployment", "service.rolledback") | repaired


def _failure_rate(run: Run, chosen: Truths) -> Rate:
    """Return the share of the chosen deployments that failed."""
    return Rate(int((failed_deployments(run) & chosen).sum()), int(chosen.sum()))
