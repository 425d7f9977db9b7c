"""Stored responses of GitHub's REST API as a history: issues, pull requests, deployments and their statuses, workflow runs.

Files may hold one page or many, in one folder or several; the keys of an object show its kind, so file names are free.
Rules, each of which can be argued about:

- An issue is a work item: requested when it was opened, closed when it was closed. One closed as not planned, or as a
  duplicate, is withdrawn. GitHub lacks the start of work; the first pull request that closes the issue starts it.
- An issue with a label of `incidents` is an incident: detected when it was opened, resolved when it was closed.
- A pull request is a change: created when it was opened (its commits are older, so lead times are lower bounds), merged or
  abandoned as GitHub states. Pull requests to other branches than the usual one are excluded. Joined with git, its commits
  count instead. One with a label of `assisted_labels` is marked as assisted, and with git each of its commits.
- A deployment to an environment of `environments` counts at its first status `success`; without any status, at its
  creation. A failed one never reached users. It carries the pull requests merged until then (with git: what its commit
  reaches). Deploying a commit that ran before the present one is a rollback.
- A workflow run is a test run if its name contains test, check or lint, otherwise a build; one that deploys is excluded.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    merge_records,
)
from devopssim.importers.exported_files import seconds, text_in
from devopssim.importers.normalisation import INCIDENTS, PRODUCTION, identifier, severity
from devopssim.importers.record_reader import RecordReader, closed_items, labels_of, required

WITHDRAWN: Final = {"not_planned", "duplicate"}
"""Reasons of closing that withdraw an issue."""
REPOSITORY: Final = re.compile(r"https?://[^/]+/(?:repos/)?([^/]+/[^/]+)")
"""Address of an object, whose group is `owner/name`."""
OUTCOMES: Final = {"success": "success", "failure": "failure", "timed_out": "failure", "startup_failure": "failure"}
"""Outcome of a pipeline run, by GitHub's conclusion; other conclusions leave it open."""


def github_history(
    *exports: str | Path,
    environments: Sequence[str] = PRODUCTION,
    incidents: Sequence[str] = INCIDENTS,
    assisted_labels: Sequence[str] = (),
) -> History:
    """Return the history of GitHub's responses, ready to be joined with others.

    Parameters
    ----------
    *exports : str or Path
        Files and folders with responses of the REST API.
    environments : Sequence of str, default PRODUCTION
        Shell patterns of environments that serve users.
    incidents : Sequence of str, default INCIDENTS
        Shell patterns of labels that make an issue an incident.
    assisted_labels : Sequence of str, default ()
        Shell patterns of labels that mark a pull request as written with AI assistance.

    Returns
    -------
    History
        Work items, changes, deployments, incidents and pipeline runs.

    Raises
    ------
    InvalidInputError
        Where a file is unreadable or an object is incomplete.

    References
    ----------
    GitHub REST API, endpoints for issues, pulls, deployments and workflow runs: https://docs.github.com/rest

    Examples
    --------
    >>> import tempfile
    >>> issue = '{"number": 7, "created_at": "2026-03-01T09:00:00Z", "html_url": "https://github.com/acme/shop/issues/7"}'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "issues.json").write_text(f"[{issue}]")
    ...     history = github_history(folder)
    >>> list(history.items)
    ['acme/shop#7']

    """
    reader = GitHubReader(environments=environments, incident_labels=incidents, assisted_labels=assisted_labels)
    return reader.read_all(exports)


@dataclass(kw_only=True)
class GitHubReader(RecordReader):
    """Reader of GitHub's REST responses; this module's docstring lists its rules."""

    tool: ClassVar[str] = "github"
    rules: ClassVar[str] = (
        "issues are work items, pull requests are changes, successful deployments to production count, labelled issues are "
        "incidents detected when they were opened"
    )
    pulls: dict[str, tuple[str | None, ChangeRecord]] = field(default_factory=dict)
    """Target branch and change of each pull request, by the change's id."""
    raw_deployments: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Deployments as GitHub describes them, by number; their statuses may come in a later file."""
    statuses: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    """Time and state of each status, by the deployment's number."""

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Add the records of one object; its keys show its kind."""
        where = f"{where}: {text_in(thing, 'html_url') or text_in(thing, 'url') or text_in(thing, 'id') or 'an object'}"
        if "deployment_url" in thing and "state" in thing:
            self._status(thing, where)
        elif "environment" in thing and "sha" in thing:
            self.raw_deployments[required(thing, "id", where)] = thing
        elif "head_sha" in thing and ("run_number" in thing or "workflow_id" in thing):
            self._run(thing, where)
        elif "number" in thing and ("merged_at" in thing or "pull_request" in thing):
            self._pull(thing, where)
        elif "number" in thing and "created_at" in thing:
            self._issue(thing, where)
        else:
            self.counts["objects of other kinds"] += 1

    def _issue(self, thing: Mapping[str, Any], where: str) -> None:
        """Add an issue as a work item or an incident."""
        name = _repository_of(thing) + "#" + required(thing, "number", where)
        opened, closed = seconds(thing.get("created_at"), where), seconds(thing.get("closed_at"), where)
        labels = labels_of(thing)
        if self.is_incident(labels):
            title = text_in(thing, "title")
            self.incidents.append(
                IncidentRecord(
                    id=name,
                    detected=opened,
                    resolved=closed,
                    severity=severity(labels),
                    name=title,
                    deployment=_attributed(labels),
                )
            )
            return
        withdrawn = closed if thing.get("state_reason") in WITHDRAWN else None
        done = None if withdrawn else closed
        self.items.append(WorkItemRecord(id=identifier(name), created=opened, closed=done, withdrawn=withdrawn))

    def _pull(self, thing: Mapping[str, Any], where: str) -> None:
        """Keep a pull request until all are read."""
        number = required(thing, "number", where)
        nested = thing.get("pull_request")
        merged_at = thing.get("merged_at") or (nested.get("merged_at") if isinstance(nested, dict) else None)
        merged, closed = seconds(merged_at, where), seconds(thing.get("closed_at"), where)
        commit = text_in(thing, "merge_commit_sha") if merged is not None else None
        repository = _repository_of(thing)
        change = ChangeRecord(
            id=identifier(f"{repository}!{number}"),
            created=seconds(thing.get("created_at"), where),
            merged=merged,
            abandoned=closed if merged is None else None,
            commit=commit,
            items=closed_items(repository, thing.get("title"), thing.get("body")),
            assisted=self.assisted(labels_of(thing)),
        )
        # GitHub lists it twice: with the issues, where fields are missing, and with the pull requests
        branch, earlier = self.pulls.get(change.id, (None, change))
        self.pulls[change.id] = (branch or text_in(thing, "base", "ref"), merge_records(earlier, change))

    def _status(self, thing: Mapping[str, Any], where: str) -> None:
        """Keep a deployment's status until all are read."""
        deployment = required(thing, "deployment_url", where).rstrip("/").rpartition("/")[2]
        at = seconds(thing.get("created_at"), where)
        if at is not None:
            self.statuses[deployment].append((at, str(thing["state"])))

    def _run(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a workflow run, unless it deploys."""
        name = text_in(thing, "name") or ""
        finished = seconds(thing.get("updated_at"), where) if thing.get("conclusion") else None
        kind = kind_of_run(name)
        if kind is None:
            self.counts["workflow runs that deploy"] += 1
            return
        started = seconds(thing.get("run_started_at") or thing.get("created_at"), where)
        outcome = OUTCOMES.get(str(thing.get("conclusion")))
        commit = text_in(thing, "head_sha")
        number = f"run {required(thing, 'id', where)}"
        self.runs.append(
            PipelineRunRecord(
                id=number, kind=kind, started=started, finished=finished, outcome=outcome, commit=commit, name=name
            )
        )

    def finish(self) -> None:
        """Add changes to the usual branch, and deployments that reached production."""
        changes = self.keep_usual_branch(list(self.pulls.values()), "pull requests to other branches")
        self.changes = [replace(change, id=change_id(change.commit)) if change.commit else change for change in changes]
        self.deployments = list(self._reached())

    def _reached(self) -> Iterable[DeploymentRecord]:
        """Yield the deployments that reached production."""
        for number, thing in self.raw_deployments.items():
            if not self.reaches_users(text_in(thing, "environment")):
                continue
            statuses = sorted(self.statuses.get(number, []))
            good = [at for at, state in statuses if state == "success"]
            if statuses and not good:
                self.counts["deployments that did not succeed"] += 1
                continue
            at = good[0] if good else seconds(thing.get("created_at"), f"deployment {number}")
            if at is None:
                self.counts["deployments without a time"] += 1
                continue
            commit = text_in(thing, "sha")
            yield DeploymentRecord(
                id=f"deployment {number}",
                at=at,
                commit=commit,
                name=text_in(thing, "ref"),
                of=_repository_of(thing) or None,
            )


def kind_of_run(name: str) -> str | None:
    """Return what a pipeline of this name does.

    Parameters
    ----------
    name : str
        Name of the workflow.

    Returns
    -------
    {"testsuiterun", "build"} or None
        None for one that deploys.

    Examples
    --------
    >>> kind_of_run("Unit tests"), kind_of_run("Package"), kind_of_run("Deploy to production")
    ('testsuiterun', 'build', None)

    """
    lower = name.casefold()
    if any(word in lower for word in ("deploy", "release", "publish")):
        return None
    return "testsuiterun" if any(word in lower for word in ("test", "check", "lint")) else "build"


def _attributed(labels: Sequence[str]) -> str | None:
    """Return the deployment that a label `caused-by:NAME` names, or None."""
    return next(
        (label.partition(":")[2].strip() for label in labels if label.casefold().startswith("caused-by:")), None
    )


def _repository_of(thing: Mapping[str, Any]) -> str:
    """Return the repository of an object as `owner/name`; empty where its addresses lack it."""
    for key in ("html_url", "repository_url", "url"):
        address = REPOSITORY.match(text_in(thing, key) or "")
        if address:
            return address[1]
    return ""
