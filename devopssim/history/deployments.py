"""Writing of deployments: what each carried, what it repaired, and what took it back."""

from collections import defaultdict
from collections.abc import Iterable
from math import inf

from devopssim.history.commits import new_ancestors
from devopssim.history.ledger import DeployedRecord, Ledger, moment
from devopssim.history.records import ChangeRecord, DeploymentRecord


def write_deployments(ledger: Ledger) -> None:
    """Write deployments and rollbacks in the order of time."""
    deployments = sorted(ledger.history.deployments.values(), key=lambda deployment: (deployment.at, deployment.id))
    reported = [deployment for deployment in deployments if not deployment.tag]
    ledger.counts["tags, because another source has deployments"] = len(deployments) - len(reported) if reported else 0
    waiting = _waiting(ledger)
    order = {name: index for index, name in enumerate(ledger.changes)}
    present: dict[tuple[str | None, str | None], list[DeploymentRecord]] = defaultdict(list)
    for deployment in reported or deployments:
        running, before = present[deployment.of, deployment.environment], ledger.versions[deployment.of]
        if _goes_back(deployment, running):
            _roll_back(ledger, deployment, running)
            continue
        previous = running[-1] if running else None
        running.append(deployment)
        brought = {change for change in _brought(ledger, deployment, waiting) if change not in ledger.shipped}
        if deployment.commit:
            ledger.redeploys |= deployment.commit in before
            before.add(deployment.commit)
        _deploy(ledger, deployment, sorted(brought, key=order.__getitem__), previous)


def write_rollbacks(ledger: Ledger) -> None:
    """Write the rollbacks that the recorder saw."""
    for rollback in ledger.history.rollbacks:
        during = ledger.incidents.get(rollback.incident or "")
        _take_back(ledger, ledger.by_record[rollback.deployment], rollback.at, during)


def _waiting(ledger: Ledger) -> dict[str | None, list[ChangeRecord]]:
    """Return the merged changes of each repository, the next one to be merged last."""
    waiting: dict[str | None, list[ChangeRecord]] = defaultdict(list)
    for change in sorted(ledger.changes.values(), key=_when_merged, reverse=True):
        if change.merged is not None:
            waiting[change.of].append(change)
    return waiting


def _goes_back(deployment: DeploymentRecord, running: list[DeploymentRecord]) -> bool:
    """Return whether a deployment restores an earlier version; a tag never does."""
    if deployment.back is not None or deployment.tag:
        return bool(deployment.back)
    before = {earlier.commit for earlier in running if earlier.commit}
    return bool(running) and deployment.commit in before and deployment.commit != running[-1].commit


def _roll_back(ledger: Ledger, deployment: DeploymentRecord, running: list[DeploymentRecord]) -> None:
    """Take back what runs above the restored version; without a known one, the newest."""
    if not running:
        ledger.counts["rollbacks of unknown deployments"] += 1
        return
    same = [index for index, earlier in enumerate(running) if deployment.commit and earlier.commit == deployment.commit]
    until = same[0] if same else len(running) - 2
    for newer in running[max(0, until) + 1 :] or running[-1:]:
        _take_back(ledger, ledger.by_record[newer.id], deployment.at)
        ledger.why[ledger.by_record[newer.id].name].append(
            f"rolled back at {moment(deployment.at)}: {_named(deployment)} brought back an earlier version"
        )
        running.remove(newer)


def _take_back(ledger: Ledger, deployed: DeployedRecord, at: float, incident: str | None = None) -> None:
    deployed.taken_back = ledger.after(at, deployed.at)
    ledger.add(deployed.taken_back, "service.rolledback", deployment=deployed.name, incident=incident)


def _brought(
    ledger: Ledger, deployment: DeploymentRecord, waiting: dict[str | None, list[ChangeRecord]]
) -> Iterable[str]:
    """Return the changes that a deployment carries: named, reached by its commit, or of its repository and merged until then.

    `waiting` holds the changes of no deployment yet, the next one to be merged last; taken ones are popped.
    """
    name = f"D{len(ledger.deployed) + 1}"
    if deployment.changes:
        ledger.why[name].append("the source names its changes")
        return [change for change in deployment.changes if change in ledger.changes]
    if deployment.commit is not None and deployment.commit in ledger.history.graph:
        new = new_ancestors(ledger.history.graph, deployment.commit, ledger.reached)
        ledger.reached.update(dict.fromkeys(new, deployment.id))
        ledger.why[name].append(
            f"its commit {deployment.commit[:12]} reaches its changes, and no earlier deployment reached them"
        )
        return [change for commit in new if (change := ledger.change_of(commit))]
    if deployment.commit is None:
        ledger.why[name].append("the source names neither changes nor a commit")
        return ()
    head = ledger.changes.get(ledger.change_of(deployment.commit) or "")
    until = deployment.at if head is None or head.merged is None else min(head.merged, deployment.at)
    repositories = (deployment.of, None) if deployment.of in waiting else tuple(waiting)
    ledger.why[name].append(
        f"its changes were merged until {moment(until)} and no earlier deployment carried them"
        + (f"; of {deployment.of} only" if deployment.of in waiting and deployment.of else "")
    )
    brought = []
    for repository in repositories:
        pending = waiting.get(repository, [])
        while pending and (pending[-1].merged or 0.0) <= until:
            brought.append(pending.pop().id)
    return brought


def _deploy(
    ledger: Ledger, deployment: DeploymentRecord, brought: list[str], previous: DeploymentRecord | None
) -> None:
    """Write a deployment with its changes, and what it repairs.

    An assumed repair also writes an incident, if no source reports incidents.
    """
    before = ledger.deployed[-1].at if ledger.deployed else None
    at = ledger.after(deployment.at, before, *(ledger.created[change] for change in brought))
    name = f"D{len(ledger.deployed) + 1}"
    deployed = ledger.by_record[deployment.id] = DeployedRecord(at=at, name=name, record=deployment)
    ledger.deployed.append(deployed)
    ledger.shipped.update(dict.fromkeys(brought, at))
    repaired = _repaired(ledger, deployment, brought, previous)
    ledger.carried_by.update(dict.fromkeys(brought, deployed))
    details = {
        "name": deployment.name,
        "digest": deployment.digest,
        "repair": repaired.name if repaired else ledger.incidents.get(deployment.during or ""),
        "replica": deployment.replica,
        "service": deployment.of,
        "environment": deployment.environment,
    }
    carried: list[str | None] = [*brought] or [None]
    for change in carried:
        ledger.add(at, "service.deployed", details, change=change, deployment=name)
    if repaired and deployment.assumed:
        ledger.inferred += 1
        incident = f"I{ledger.inferred}"
        failed = {"incident": incident, "deployment": repaired.name}
        ledger.add(repaired.at, "service.failed", {"cause": "defect"}, **failed)
        ledger.add(at, "incident.resolved", {"via": "fix"}, incident=incident)


def _repaired(
    ledger: Ledger, deployment: DeploymentRecord, brought: list[str], previous: DeploymentRecord | None
) -> DeployedRecord | None:
    """Return the deployment that this one repairs: of the changes that it reverts, before its hotfix, or as the source has it."""
    name = ledger.by_record[deployment.id].name
    taken_back = [change for commit in brought for change in ledger.changes[commit].reverts]
    broken = [ledger.carried_by.get(ledger.change_of(change) or change) for change in taken_back]
    reverted = max((one for one in broken if one), key=lambda one: one.at, default=None)
    if reverted:
        ledger.why[reverted.name].append(f"failed: {name} reverts what it shipped")
        ledger.why[name].append(f"repairs {reverted.name}: it reverts what {reverted.name} shipped")
        return reverted
    hotfix = any(ledger.changes[change].hotfix for change in brought)
    source = previous.id if hotfix and previous and not deployment.repairs else deployment.repairs or ""
    repaired = ledger.by_record.get(source)
    if not repaired or (deployment.assumed and ledger.history.incidents):
        return None
    reason = "assumed, by --repair-window" if deployment.assumed else "it brings a hotfix"
    ledger.why[repaired.name].append(f"failed: {name} repairs it ({reason})")
    ledger.why[name].append(f"repairs {repaired.name}: {reason}")
    return repaired


def _named(deployment: DeploymentRecord) -> str:
    """Return the name of a deployment for a reader."""
    return f"deployment {deployment.name or deployment.id}"


def _when_merged(change: ChangeRecord) -> tuple[float, str]:
    return inf if change.merged is None else change.merged, change.id
