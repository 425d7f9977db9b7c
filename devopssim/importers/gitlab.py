"""GitLab's REST answers on disk as facts: issues, merge requests, deployments, pipelines, incidents.

Files of one page or many, in one folder or several; what an object is, is told by its keys. Rules:

- An issue is a work item: requested when it was created, closed when it was closed. An issue of the type `incident`, or with
  a label of `incidents`, is an incident: known when it was created, resolved when it was closed.
- A merge request is a change: created when it was opened (its commits are older), merged or abandoned when GitLab says. Those
  to another branch than the usual one are left out. Together with git, its commits count.
- A deployment with the status `success` to an environment of `environments` counts when its job ended (else when it was last
  updated). It carries the merge requests that were merged until then (with git: what its commit reaches).
- A pipeline is a build, from its start to its end.

When work on an issue began is not told; the first merge request that says it closes it begins it.
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
ENDED: Final = {"success", "failed", "canceled"}


def gitlab_history(
    *exports: str | Path, environments: Sequence[str] = PRODUCTION, incidents: Sequence[str] = INCIDENTS
) -> History:
    """Return the facts of GitLab's answers, to be joined with others; arguments and errors as of `github_history`."""
    return GitLabReader(environments=environments, incident_labels=incidents).read_all(exports)


@dataclass(kw_only=True)
class GitLabReader(RecordReader):
    """Reads the answers of GitLab's REST API."""

    tool: ClassVar[str] = "gitlab"
    rules: ClassVar[str] = (
        "issues are work items, merge requests are changes, successful deployments to production count, incidents are known "
        "when they were opened"
    )
    merges: list[tuple[str | None, ChangeRecord]] = field(default_factory=list)
    """Merge requests, each with the branch that it goes to."""

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Take in one object, told by its keys."""
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
        name = identifier(text_in(thing, "references", "full") or f"#{required(thing, 'iid', where)}")
        opened, closed = seconds(thing.get("created_at"), where), seconds(thing.get("closed_at"), where)
        words = labels_of(thing)
        kind = thing.get("issue_type") or thing.get("type")
        if str(kind).casefold() == "incident" or self.is_incident(words):
            level = severity([text_in(thing, "severity"), *words])
            self.incidents.append(
                IncidentRecord(id=name, known=opened, resolved=closed, severity=level, name=text_in(thing, "title"))
            )
        else:
            self.items.append(WorkItemRecord(id=name, created=opened, closed=closed))

    def _merge_request(self, thing: Mapping[str, Any], where: str) -> None:
        full = text_in(thing, "references", "full") or f"!{required(thing, 'iid', where)}"
        merged, closed = seconds(thing.get("merged_at"), where), seconds(thing.get("closed_at"), where)
        commit = next(
            (sha for key in ("merge_commit_sha", "squash_commit_sha", "sha") if (sha := text_in(thing, key))), None
        )
        commit = commit if merged is not None else None
        place = full.partition("!")[0]
        change = ChangeRecord(
            id=change_id(commit) if commit else identifier(full),
            created=seconds(thing.get("created_at"), where),
            merged=merged,
            abandoned=closed if merged is None else None,
            commit=commit,
            items=closed_items(place, thing.get("title"), thing.get("description")),
        )
        self.merges.append((text_in(thing, "target_branch"), change))

    def _deployment(self, thing: Mapping[str, Any], where: str) -> None:
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
                    f"{where} is a deployment without a time; export the answers of the REST API as they are."
                )
            number = f"deployment {required(thing, 'id', where)}"
            commit = text_in(thing, "sha")
            self.deployments.append(DeploymentRecord(id=number, at=at, commit=commit, name=text_in(thing, "ref")))

    def _pipeline(self, thing: Mapping[str, Any], where: str) -> None:
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
        """Complete the changes."""
        self.changes = self.keep_usual_branch(self.merges, "merge requests to other branches")
