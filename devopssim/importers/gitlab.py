"""Stored responses of GitLab's REST API as a history: issues, merge requests, deployments, pipelines, incidents.

Files may hold one page or many, in one folder or several; the keys of an object show its kind. Rules:

- An issue is a work item: requested when it was created, closed when it was closed. An issue of the type `incident`, or with
  a label of `incidents`, is an incident: detected when it was created, resolved when it was closed.
- A merge request is a change: created when it was opened (its commits are older), merged or abandoned as GitLab states.
  Merge requests to other branches than the usual one are excluded. Joined with git, its commits count instead.
  One with a label of `assisted_labels` is marked as assisted, and with git each of its commits.
- A deployment with the status `success` to an environment of `environments` counts when its job ended (else when it was last
  updated). It carries the merge requests merged until then (with git: what its commit reaches).
- A pipeline is a build, from its start to its end.

GitLab lacks the start of work on an issue; the first merge request that closes the issue starts it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
)
from devopssim.importers.exported_files import seconds, text_in
from devopssim.importers.normalisation import INCIDENTS, PRODUCTION, identifier, severity
from devopssim.importers.record_reader import RecordReader, closed_items, labels_of, required

OUTCOMES: Final = {"success": "success", "failed": "failure"}
"""Outcome of a pipeline, by GitLab's status; other statuses leave it open."""
ENDED: Final = {"success", "failed", "canceled"}
"""Statuses of pipelines that ended."""


def gitlab_history(
    *exports: str | Path,
    environments: Sequence[str] = PRODUCTION,
    incidents: Sequence[str] = INCIDENTS,
    assisted_labels: Sequence[str] = (),
) -> History:
    """Return the history of GitLab's responses, ready to be joined with others.

    Parameters
    ----------
    *exports : str or Path
        Files and folders with responses of the REST API.
    environments : Sequence of str, default PRODUCTION
        Shell patterns of environments that serve users.
    incidents : Sequence of str, default INCIDENTS
        Shell patterns of labels that make an issue an incident.
    assisted_labels : Sequence of str, default ()
        Shell patterns of labels that mark a merge request as written with AI assistance.

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
    reader = GitLabReader(environments=environments, incident_labels=incidents, assisted_labels=assisted_labels)
    return reader.read_all(exports)


@dataclass(kw_only=True)
class GitLabReader(RecordReader):
    """Reader of GitLab's REST responses; this module's docstring lists its rules."""

    tool: ClassVar[str] = "gitlab"
    rules: ClassVar[str] = (
        "issues are work items, merge requests are changes, successful deployments to production count, incidents are "
        "detected when they were opened"
    )
    merges: list[tuple[str | None, ChangeRecord]] = field(default_factory=list)
    """Target branch and change of each merge request."""

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Add the records of one object; its keys show its kind."""
        where = f"{where}: {text_in(thing, 'web_url') or text_in(thing, 'id') or 'an object'}"
        if "source_branch" in thing and "target_branch" in thing:
            self._merge_request(thing, where)
        elif isinstance(thing.get("environment"), Mapping) and "sha" in thing:
            self._deployment(thing, where)
        elif "sha" in thing and "ref" in thing and "status" in thing:
            self._pipeline(thing, where)
        elif "iid" in thing and "created_at" in thing:
            self._issue(thing, where)
        else:
            self.counts["objects of other kinds"] += 1

    def _issue(self, thing: Mapping[str, Any], where: str) -> None:
        """Add an issue as a work item or an incident."""
        name = identifier(text_in(thing, "references", "full") or f"#{required(thing, 'iid', where)}")
        opened, closed = seconds(thing.get("created_at"), where), seconds(thing.get("closed_at"), where)
        labels = labels_of(thing)
        kind = thing.get("issue_type") or thing.get("type")
        if str(kind).casefold() == "incident" or self.is_incident(labels):
            level = severity([text_in(thing, "severity"), *labels])
            self.incidents.append(
                IncidentRecord(id=name, detected=opened, resolved=closed, severity=level, name=text_in(thing, "title"))
            )
        else:
            self.items.append(WorkItemRecord(id=name, created=opened, closed=closed))

    def _merge_request(self, thing: Mapping[str, Any], where: str) -> None:
        """Keep a merge request until all are read."""
        full = text_in(thing, "references", "full") or f"!{required(thing, 'iid', where)}"
        merged, closed = seconds(thing.get("merged_at"), where), seconds(thing.get("closed_at"), where)
        commit = next(
            (sha for key in ("merge_commit_sha", "squash_commit_sha", "sha") if (sha := text_in(thing, key))), None
        )
        commit = commit if merged is not None else None
        repository = full.partition("!")[0]
        change = ChangeRecord(
            id=change_id(commit) if commit else identifier(full),
            created=seconds(thing.get("created_at"), where),
            merged=merged,
            abandoned=closed if merged is None else None,
            commit=commit,
            items=closed_items(repository, thing.get("title"), thing.get("description")),
            assisted=self.assisted(labels_of(thing)),
        )
        self.merges.append((text_in(thing, "target_branch"), change))

    def _deployment(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a successful deployment to production."""
        if not self.reaches_users(text_in(thing, "environment", "name")):
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
            commit = text_in(thing, "sha")
            self.deployments.append(DeploymentRecord(id=number, at=at, commit=commit, name=text_in(thing, "ref")))

    def _pipeline(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a pipeline as a build."""
        status = str(thing["status"])
        ended = thing.get("finished_at") or thing.get("updated_at")
        run = PipelineRunRecord(
            id=f"pipeline {required(thing, 'id', where)}",
            kind="build",
            started=seconds(thing.get("started_at") or thing.get("created_at"), where),
            finished=seconds(ended, where) if status in ENDED else None,
            outcome=OUTCOMES.get(status),
            commit=text_in(thing, "sha"),
            name=text_in(thing, "name"),
        )
        self.runs.append(run)

    def finish(self) -> None:
        """Add changes to the usual branch."""
        self.changes = self.keep_usual_branch(self.merges, "merge requests to other branches")
