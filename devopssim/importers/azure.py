"""Stored responses of Azure DevOps' REST API as a history: work items, pull requests, builds, deployments of releases and of environments.

Files may hold one page or many (`{"count": …, "value": […]}`), in one folder or several; the keys of an object show its kind. Rules, each
of which can be argued about:

- A work item is requested at `System.CreatedDate`, started at `ActivatedDate`, closed at `ClosedDate` (else `ResolvedDate`, else the
  change to a done state). A state such as *Removed*, or a reason such as *Duplicate* or *Obsolete*, withdraws it. Epics, features, tasks
  and test cases are sums and parts of others, and excluded. One of a type or with a tag of `incidents` is an incident.
- A pull request is a change: created when it was opened, merged when it was completed, else abandoned. Each repository has a usual branch;
  pull requests to others are excluded. Joined with git, its commits count instead. It belongs to the work items that it names
  (`AB#12`, `#12`), or that `workItemRefs` lists.
- A deployment of a release, or of a pipeline to an environment, counts when it succeeded, if the environment is production. It carries the
  pull requests of its repository merged until its commit, or until then.
- A build is a build; with `deploy_workflows`, a successful one of these definitions is a deployment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

from devopssim.history import (
    ChangeRecord,
    DeploymentRecord,
    History,
    IncidentRecord,
    PipelineRunRecord,
    WorkItemRecord,
    change_id,
)
from devopssim.importers.exported_files import text_in
from devopssim.importers.github import named_in
from devopssim.importers.jira import BY_NAME, WITHDRAWN
from devopssim.importers.normalisation import identifier, matches, severity
from devopssim.importers.record_reader import ReadingRules, RecordReader, required
from devopssim.importers.times import seconds

PARTS: Final = {"epic", "feature", "task", "initiative", "test case", "test plan", "test suite", "shared steps"}
"""Types of work items that are sums or parts of others, in lower case."""
REMOVED: Final = {"removed", "cut", "rejected", "abandoned"}
"""States, and beginnings of reasons, that withdraw a work item; in lower case."""
NAMED: Final = re.compile(r"(?:\bAB)?#(\d+)")
"""A work item in the text of a pull request."""
OUTCOMES: Final = {"succeeded": "success", "partiallySucceeded": "success", "failed": "failure"}
"""Outcome of a build, by Azure's result; other results leave it open."""


def azure_history(*exports: str | Path, **chosen: Any) -> History:
    """Return the history of Azure DevOps' responses, ready to be joined with others.

    Parameters
    ----------
    *exports : str or Path
        Files and folders with responses of the REST API.
    **chosen
        Fields of `ReadingRules`.

    Returns
    -------
    History
        Work items, changes, deployments, incidents and builds.

    Raises
    ------
    InvalidInputError
        Where a file is unreadable or an object is incomplete.

    References
    ----------
    Azure DevOps REST API 7.1, work items, pull requests, builds, deployments: https://learn.microsoft.com/rest/api/azure/devops

    Examples
    --------
    >>> import tempfile
    >>> item = '{"id": 7, "fields": {"System.CreatedDate": "2026-03-01T09:00:00Z", "System.State": "New"}}'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "items.json").write_text('{"count": 1, "value": [' + item + "]}")
    ...     history = azure_history(folder)
    >>> list(history.items)
    ['#7']

    """
    return AzureReader(chosen=ReadingRules(**chosen)).read_all(exports)


@dataclass(kw_only=True)
class AzureReader(RecordReader):
    """Reader of Azure DevOps' responses; this module's docstring lists its rules."""

    tool: ClassVar[str] = "azure"
    rules: ClassVar[str] = (
        "work items are closed in a done state, pull requests are changes, successful deployments to production count"
    )
    requests: dict[str, tuple[str | None, ChangeRecord]] = field(default_factory=dict)
    """Target branch and change of each pull request, by the change's id."""

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Add the records of one object; its keys show its kind."""
        where = f"{where}: {text_in(thing, 'url') or text_in(thing, 'id') or 'an object'}"
        if isinstance(thing.get("fields"), Mapping):
            self._work_item(thing, where)
        elif "pullRequestId" in thing:
            self._pull_request(thing, where)
        elif "deploymentStatus" in thing:
            self._release(thing, where)
        elif "environmentId" in thing and "result" in thing:
            self._environment(thing, where)
        elif "buildNumber" in thing or "sourceVersion" in thing:
            self._build(thing, where)
        else:
            self.counts["objects of other kinds"] += 1

    def _work_item(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a work item, an incident, or count it as excluded."""
        fields = thing["fields"]
        kind, state = str(fields.get("System.WorkItemType") or ""), str(fields.get("System.State") or "")
        if kind.casefold() in PARTS:
            self.counts["epics, features and tasks"] += 1
            return
        name = identifier(f"#{required(thing, 'id', where)}")
        created = seconds(fields.get("System.CreatedDate"), where)
        started = seconds(fields.get(f"{COMMON}.ActivatedDate"), where)
        closed_at = fields.get(f"{COMMON}.ClosedDate") or fields.get(f"{COMMON}.ResolvedDate")
        if not closed_at and BY_NAME.get(state.casefold()) == "done":
            closed_at = fields.get(f"{COMMON}.StateChangeDate")
        closed = seconds(closed_at, where) if BY_NAME.get(state.casefold()) != "new" else None
        updated = seconds(fields.get("System.ChangedDate"), where)
        tags = [tag.strip() for tag in str(fields.get("System.Tags") or "").split(";") if tag.strip()]
        if self.is_incident([kind, *tags]):
            grades = [text_in(fields, f"{COMMON}.Severity"), *tags]
            self.incidents.append(
                IncidentRecord(
                    id=name,
                    detected=created,
                    resolved=closed,
                    severity=severity(grades),
                    name=text_in(fields, "System.Title"),
                    of=named_in(tags, "service"),
                    updated=updated,
                )
            )
            return
        self.observes |= {"ticket.created", "ticket.closed"}
        ended = closed if closed is not None else seconds(fields.get(f"{COMMON}.StateChangeDate"), where) or updated
        withdrawn = self._withdraws(state, str(fields.get("System.Reason") or ""))
        self.items.append(
            WorkItemRecord(
                id=name,
                created=created,
                started=started,
                closed=None if withdrawn else closed,
                withdrawn=ended if withdrawn else None,
                updated=updated,
            )
        )

    def _withdraws(self, state: str, reason: str) -> bool:
        """Return whether a state or a reason means that an item was not delivered."""
        words = (state.casefold(), reason.casefold().removeprefix("removed from the backlog").strip())
        return any(
            word in REMOVED | WITHDRAWN or matches(word, self.chosen.withdrawn) for word in words
        ) or reason.casefold().startswith("removed")

    def _pull_request(self, thing: Mapping[str, Any], where: str) -> None:
        """Keep a pull request until all are read."""
        if self.is_excluded(text_in(thing, "createdBy", "uniqueName"), text_in(thing, "createdBy", "displayName")):
            return
        status, ended = str(thing.get("status")), seconds(thing.get("closedDate"), where)
        if self.chosen.begin != "opened" and thing.get("isDraft") is True and status == "active":
            self.counts["drafts of pull requests"] += 1
            return
        self.observes |= {"change.created", "change.merged"}
        repository = _repository_of(thing)
        commit = text_in(thing, "lastMergeCommit", "commitId") if status == "completed" else None
        references = thing.get("workItemRefs")
        listed = (
            [text_in(one, "id") for one in references if isinstance(one, Mapping)]
            if isinstance(references, list)
            else []
        )
        named = {*NAMED.findall(f"{thing.get('title') or ''}\n{thing.get('description') or ''}"), *filter(None, listed)}
        change = ChangeRecord(
            id=change_id(commit) if commit else identifier(f"{repository}!{required(thing, 'pullRequestId', where)}"),
            created=seconds(thing.get("creationDate"), where),
            merged=ended if status == "completed" else None,
            abandoned=ended if status == "abandoned" else None,
            commit=commit,
            items=tuple(sorted(f"#{number}" for number in named)),
            of=repository or None,
            hotfix=matches(_branch(text_in(thing, "sourceRefName")), self.chosen.hotfixes) or None,
        )
        self.requests[f"{repository}!{thing['pullRequestId']}"] = (_branch(text_in(thing, "targetRefName")), change)

    def _release(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a deployment of a release."""
        self._deployment(
            thing,
            where,
            environment=text_in(thing, "releaseEnvironment", "name"),
            succeeded=str(thing.get("deploymentStatus")) in {"succeeded", "partiallySucceeded"},
            at=thing.get("completedOn"),
            name=text_in(thing, "release", "name"),
            of=text_in(thing, "releaseDefinition", "name"),
            commit=_commit_of_release(thing),
        )

    def _environment(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a deployment record of a pipeline's environment."""
        self._deployment(
            thing,
            where,
            environment=text_in(thing, "environmentName") or text_in(thing, "stageName"),
            succeeded=str(thing.get("result")) in {"succeeded", "partiallySucceeded"},
            at=thing.get("finishTime"),
            name=text_in(thing, "owner", "name"),
            of=text_in(thing, "definition", "name"),
            commit=text_in(thing, "sourceVersion"),
        )

    def _deployment(
        self,
        thing: Mapping[str, Any],
        where: str,
        *,
        environment: str | None,
        succeeded: bool,
        at: object,
        name: str | None,
        of: str | None,
        commit: str | None,
    ) -> None:
        """Add a deployment to production, if it succeeded."""
        self.observes |= {"service.deployed"}
        if not self.reaches_users(environment):
            return
        finished = seconds(at, where)
        if not succeeded or finished is None:
            self.counts["deployments that did not succeed"] += 1
            return
        number = f"deployment {required(thing, 'id', where)}"
        self.deployments.append(
            DeploymentRecord(id=number, at=finished, commit=commit or number, name=name, of=of, environment=environment)
        )

    def _build(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a build, or a deployment if people say that its definition deploys."""
        name, number = text_in(thing, "definition", "name") or "", f"build {required(thing, 'id', where)}"
        outcome, finished = OUTCOMES.get(str(thing.get("result"))), seconds(thing.get("finishTime"), where)
        commit = text_in(thing, "sourceVersion")
        if matches(name, self.chosen.deploy_workflows):
            self.observes |= {"service.deployed"}
            if outcome == "success" and finished is not None:
                of = text_in(thing, "repository", "name")
                self.deployments.append(
                    DeploymentRecord(id=number, at=finished, commit=commit, of=of, environment=name)
                )
            else:
                self.counts["deployments that did not succeed"] += 1
            return
        started = seconds(thing.get("startTime"), where)
        self.runs.append(
            PipelineRunRecord(
                id=number, kind="build", started=started, finished=finished, outcome=outcome, commit=commit, name=name
            )
        )

    def finish(self) -> None:
        """Add changes to the usual branches, and note whether incidents are observed."""
        self.changes = self.keep_usual_branches(list(self.requests.values()), "pull requests to other branches")
        self.looked_for_incidents()


COMMON: Final = "Microsoft.VSTS.Common"
"""Beginning of the names of fields that all processes have."""


def _repository_of(thing: Mapping[str, Any]) -> str:
    project, name = text_in(thing, "repository", "project", "name"), text_in(thing, "repository", "name")
    return "/".join(part for part in (project, name) if part)


def _branch(reference: str | None) -> str | None:
    return reference.removeprefix("refs/heads/") if reference else None


def _commit_of_release(thing: Mapping[str, Any]) -> str | None:
    """Return the commit of a release's primary artifact, where the response holds its artifacts."""
    release = thing.get("release")
    artifacts = release.get("artifacts") if isinstance(release, Mapping) else None
    for artifact in artifacts if isinstance(artifacts, list) else []:
        if isinstance(artifact, Mapping) and (
            commit := text_in(artifact, "definitionReference", "sourceVersion", "id")
        ):
            return commit
    return None
