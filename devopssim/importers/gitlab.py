"""Stored responses of GitLab's REST API as a history: issues, merge requests, deployments, pipelines, incidents.

Files may hold one page or many, or the payloads of webhooks, in one folder or several; the keys of an object show its kind. Rules:

- An issue is a work item: requested when it was created, closed when it was closed. An issue of the type `incident`, or with
  a label of `incidents`, is an incident: detected when it was created, resolved when it was closed. An issue that was moved to another
  project is left out, because it counts there; a duplicate is withdrawn.
- A merge request is a change: created when it was opened, or as `begin` says when notes first mark it as ready or approved (its commits
  are older), merged or abandoned as GitLab states.
  Merge requests to other branches than the usual one of their project are excluded. Joined with git, its commits count instead.
  One with a label of `assisted_labels` is marked as assisted, and with git each of its commits.
- A deployment with the status `success` to production counts when its job ended (else when it was last updated). What is production,
  `environments` decides, else the environment's tier, else the words of its name. It carries the merge requests merged until then (with git: what its commit reaches).
- A pipeline is a build, from its start to its end. With `deploy_workflows`, pipelines and jobs of these names are deployments when
  they succeed.

GitLab lacks the start of work on an issue; the first merge request that closes the issue starts it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Final

from devopssim.errors import InvalidInputError
from devopssim.history import (
    ChangeRecord,
    DeploymentRecord,
    History,
    IncidentRecord,
    PipelineRunRecord,
    WorkItemRecord,
    change_id,
    merge_records,
)
from devopssim.importers.exported_files import text_in
from devopssim.importers.github import named_in
from devopssim.importers.normalisation import identifier, is_author, matches, severity
from devopssim.importers.record_reader import ReadingRules, RecordReader, closed_items, labels_of, required
from devopssim.importers.times import seconds

OUTCOMES: Final = {"success": "success", "failed": "failure"}
"""Outcome of a pipeline, by GitLab's status; other statuses leave it open."""
WITHDRAWN: Final = {"duplicate", "wontfix", "won't fix", "won't do", "invalid", "not planned"}
"""Labels of issues that were not delivered, in lower case."""
REVERTS: Final = re.compile(r"[Rr]everts merge request ([\w./-]+)?!(\d+)")
"""Sentence that GitLab writes into the description of a revert, whose groups are project and number."""
SIGNS: Final = {"ready": "**ready**", "approved": "approved this merge request"}
"""What GitLab writes into the note of a moment, by the moment."""
MARKS: Final = {"merge_request": "!", "issue": "#"}
"""Mark between project and number, by the kind of a webhook's object."""
PROJECT: Final = re.compile(r"https?://[^/]+/(.+?)/-/")
"""Address of an object, whose group is the project."""
ENDED: Final = {"success", "failed", "canceled"}
"""Statuses of pipelines that ended."""


def gitlab_history(*exports: str | Path, **chosen: Any) -> History:
    """Return the history of GitLab's responses, ready to be joined with others.

    Parameters
    ----------
    *exports : str or Path
        Files and folders with responses of the REST API.
    **chosen
        Fields of `ReadingRules`: `environments`, `incidents`, `assisted_labels`, `exclude_authors`, `deploy_workflows`, `hotfixes`, `begin`.

    Returns
    -------
    History
        Work items, changes, deployments, incidents and pipelines.

    Raises
    ------
    InvalidInputError
        Where a file is unreadable or an object is incomplete.

    References
    ----------
    GitLab REST API, resources issues, merge requests, deployments and pipelines: https://docs.gitlab.com/api/rest/

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "issues.json").write_text('[{"iid": 3, "created_at": "2026-03-01T09:00:00Z"}]')
    ...     history = gitlab_history(folder)
    >>> list(history.items)
    ['#3']

    """
    return GitLabReader(chosen=ReadingRules(**chosen)).read_all(exports)


@dataclass(kw_only=True)
class GitLabReader(RecordReader):
    """Reader of GitLab's REST responses; this module's docstring lists its rules."""

    tool: ClassVar[str] = "gitlab"
    rules: ClassVar[str] = (
        "issues are work items, merge requests are changes, successful deployments to production count, incidents are "
        "detected when they were opened"
    )
    merges: dict[str, tuple[str | None, ChangeRecord]] = field(default_factory=dict)
    """Target branch and change of each merge request, by its reference."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Project and number of each merge request, as notes name it, by its reference."""

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Add the records of one object; its keys show its kind."""
        thing = _unwrapped(thing)
        where = f"{where}: {text_in(thing, 'web_url') or text_in(thing, 'id') or 'an object'}"
        if "source_branch" in thing and "target_branch" in thing:
            self._merge_request(thing, where)
        elif isinstance(thing.get("environment"), Mapping) and "sha" in thing:
            self._deployment(thing, where)
        elif isinstance(thing.get("commit"), Mapping) and "stage" in thing and "status" in thing:
            self._job(thing, where)
        elif "sha" in thing and "ref" in thing and "status" in thing:
            self._pipeline(thing, where)
        elif thing.get("noteable_type") == "MergeRequest":
            self._note(thing, where)
        elif "iid" in thing and "created_at" in thing:
            self._issue(thing, where)
        else:
            self.counts["objects of other kinds"] += 1

    def _issue(self, thing: Mapping[str, Any], where: str) -> None:
        """Add an issue as a work item or an incident."""
        name = identifier(text_in(thing, "references", "full") or f"#{required(thing, 'iid', where)}")
        opened, closed = seconds(thing.get("created_at"), where), seconds(thing.get("closed_at"), where)
        closed = None if thing.get("state") == "opened" else closed
        updated = seconds(thing.get("updated_at"), where)
        labels = labels_of(thing)
        kind = str(thing.get("issue_type") or thing.get("type") or "")
        if self.is_incident([*([kind.casefold()] if kind.casefold() == "incident" else []), *labels]):
            level = severity([text_in(thing, "severity"), *labels])
            self.incidents.append(
                IncidentRecord(
                    id=name,
                    detected=opened,
                    resolved=closed,
                    severity=level,
                    name=text_in(thing, "title"),
                    deployment=named_in(labels, "caused-by"),
                    of=named_in(labels, "service") or name.partition("#")[0] or None,
                    updated=updated,
                )
            )
            return
        self.observes |= {"ticket.created", "ticket.closed"}
        if thing.get("moved_to_id"):
            self.counts["issues that were moved to another project"] += 1
            return
        links = thing.get("_links")
        duplicate = isinstance(links, Mapping) and bool(links.get("closed_as_duplicate_of"))
        withdrawn = closed if duplicate or any(label.casefold() in WITHDRAWN for label in labels) else None
        self.items.append(
            WorkItemRecord(
                id=name, created=opened, closed=None if withdrawn else closed, withdrawn=withdrawn, updated=updated
            )
        )

    def _merge_request(self, thing: Mapping[str, Any], where: str) -> None:
        """Keep a merge request until all are read."""
        full = text_in(thing, "references", "full") or f"!{required(thing, 'iid', where)}"
        merged, closed = seconds(thing.get("merged_at"), where), seconds(thing.get("closed_at"), where)
        commit = next(
            (sha for key in ("merge_commit_sha", "squash_commit_sha", "sha") if (sha := text_in(thing, key))), None
        )
        if self.is_excluded(text_in(thing, "author", "username"), text_in(thing, "author", "name")):
            return
        if (
            self.chosen.begin != "opened"
            and (thing.get("draft") or thing.get("work_in_progress"))
            and thing.get("state") == "opened"
        ):
            self.counts["drafts of merge requests"] += 1
            return
        updated = seconds(thing.get("updated_at"), where)
        if thing.get("state") == "merged" and merged is None:
            merged = closed or updated
            self.counts["merge requests merged without a time: their last update counts"] += 1
        self.observes |= {"change.created", "change.merged"}
        commit = commit if merged is not None else None
        repository = full.partition("!")[0]
        reverted = REVERTS.findall(str(thing.get("description") or ""))
        change = ChangeRecord(
            id=identifier(full),
            created=seconds(thing.get("created_at"), where),
            merged=merged,
            abandoned=closed if merged is None and thing.get("state") != "opened" else None,
            commit=commit,
            items=closed_items(repository, thing.get("title"), thing.get("description")),
            assisted=self.assisted(labels_of(thing)),
            of=repository or None,
            reverts=tuple(sorted(identifier(f"{of or repository}!{number}") for of, number in reverted)),
            hotfix=matches(text_in(thing, "source_branch"), self.chosen.hotfixes) or None,
            updated=updated,
        )
        project = text_in(thing, "project_id") or text_in(thing, "target_project_id") or ""
        self.numbers[change.id] = f"{project}!{full.rpartition('!')[2]}"
        branch, earlier = self.merges.get(change.id, (None, change))
        self.merges[change.id] = (branch or text_in(thing, "target_branch"), merge_records(earlier, change))

    def _note(self, thing: Mapping[str, Any], where: str) -> None:
        """Keep the time at which a merge request was marked as ready, or was approved; other notes are skipped."""
        moment = next((word for word, sign in SIGNS.items() if sign in str(thing.get("body"))), None)
        if (
            thing.get("system") is True
            and moment
            and not is_author(text_in(thing, "author", "username"), self.chosen.exclude_authors)
        ):
            number = f"{text_in(thing, 'project_id') or ''}!{required(thing, 'noteable_iid', where)}"
            self.met(number, moment, seconds(thing.get("created_at"), where))

    def _deployment(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a successful deployment to production."""
        self.observes |= {"service.deployed"}
        environment, tier = text_in(thing, "environment", "name"), text_in(thing, "environment", "tier")
        stated = None if tier in (None, "other") else tier == "production"
        if not self.reaches_users(environment, stated=stated):
            return
        if thing.get("status") != "success":
            self.counts["deployments that did not succeed"] += 1
        else:
            job = thing.get("deployable") if isinstance(thing.get("deployable"), Mapping) else {}
            ended = (job or {}).get("finished_at") or thing.get("updated_at") or thing.get("created_at")
            at = seconds(ended, where)
            if at is None:
                raise InvalidInputError(
                    f"{where}: the time of the deployment is missing; export the responses of the REST API unchanged."
                )
            number = f"deployment {required(thing, 'id', where)}"
            self.deployments.append(
                DeploymentRecord(
                    id=number,
                    at=at,
                    commit=text_in(thing, "sha"),
                    name=text_in(thing, "ref"),
                    of=project_of(thing),
                    environment=environment,
                )
            )

    def _job(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a job as a deployment, if people say that it deploys."""
        name = text_in(thing, "name") or ""
        if not matches(name, self.chosen.deploy_workflows):
            self.counts["jobs of pipelines"] += 1
            return
        self._deploying_run(thing, where, f"job {required(thing, 'id', where)}", name, text_in(thing, "commit", "id"))

    def _deploying_run(self, thing: Mapping[str, Any], where: str, number: str, name: str, commit: str | None) -> None:
        """Add a successful job or pipeline as a deployment."""
        self.observes |= {"service.deployed"}
        at = seconds(thing.get("finished_at") or thing.get("updated_at"), where)
        if thing.get("status") != "success" or at is None:
            self.counts["deployments that did not succeed"] += 1
            return
        self.deployments.append(
            DeploymentRecord(
                id=number, at=at, commit=commit, name=text_in(thing, "ref"), of=project_of(thing), environment=name
            )
        )

    def _pipeline(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a pipeline as a build, or as a deployment if people say that it deploys."""
        status = str(thing["status"])
        name = text_in(thing, "name")
        if matches(name, self.chosen.deploy_workflows):
            self._deploying_run(
                thing, where, f"pipeline {required(thing, 'id', where)}", name or "", text_in(thing, "sha")
            )
            return
        ended = thing.get("finished_at") or thing.get("updated_at")
        run = PipelineRunRecord(
            id=f"pipeline {required(thing, 'id', where)}",
            kind="build",
            started=seconds(thing.get("started_at") or thing.get("created_at"), where),
            finished=seconds(ended, where) if status in ENDED else None,
            outcome=OUTCOMES.get(status),
            commit=text_in(thing, "sha"),
            name=name,
        )
        self.runs.append(run)

    def finish(self) -> None:
        """Add changes to the usual branches, with their names in the log."""
        kept = self.keep_usual_branches(list(self.merges.values()), "merge requests to other branches")
        names = {change.id: change_id(change.commit) if change.commit else change.id for change in kept}
        reverting = {change.id for change in kept if change.reverts}
        self.changes = [
            replace(
                change,
                id=names[change.id],
                created=self.begun(change, self.numbers[change.id]),
                reverts=tuple(names.get(other, other) for other in change.reverts if other not in reverting),
            )
            for change in kept
        ]
        deployed = {deployment.of for deployment in self.deployments}
        self.incidents = [
            replace(incident, of=None)
            if incident.of == incident.id.partition("#")[0] and incident.of not in deployed
            else incident
            for incident in self.incidents
        ]
        self.looked_for_incidents()


def _unwrapped(thing: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the object in the payload of a webhook, in the form of the REST API; return any other object as it is."""
    kind, project = thing.get("object_kind"), thing.get("project")
    if kind is None or not isinstance(project, Mapping):
        return thing
    place = text_in(project, "path_with_namespace") or ""
    if kind == "deployment":
        commit = (text_in(thing, "commit_url") or "").rpartition("/")[2]
        return {
            "id": thing.get("deployment_id"),
            "status": thing.get("status"),
            "sha": commit,
            "ref": thing.get("ref"),
            "environment": {"name": thing.get("environment"), "tier": thing.get("environment_tier")},
            "updated_at": thing.get("status_changed_at"),
            "web_url": f"{text_in(project, 'web_url') or ''}/-/deployments",
        }
    attributes = thing.get("object_attributes")
    if kind not in MARKS or not isinstance(attributes, Mapping):
        return thing
    labels = [text_in(label, "title") for label in thing.get("labels") or [] if isinstance(label, Mapping)]
    full = f"{place}{MARKS[str(kind)]}{attributes.get('iid')}"
    return {**attributes, "labels": [label for label in labels if label], "references": {"full": full}}


def project_of(thing: Mapping[str, Any]) -> str | None:
    """Return the project of an object as `group/name`, by an address in it; None without one.

    Examples
    --------
    >>> project_of({"web_url": "https://gitlab.example.org/acme/shop/-/pipelines/7"})
    'acme/shop'

    """
    job = thing.get("deployable")
    addresses = (text_in(thing, "web_url"), text_in(job, "web_url") if isinstance(job, Mapping) else None)
    found = (PROJECT.match(address) for address in addresses if address)
    return next((address[1] for address in found if address), None)
