"""Stored responses of Bitbucket Cloud's REST API as a history: issues, pull requests, deployments, pipelines.

Files may hold one page or many (`{"values": […]}`), in one folder or several; the keys of an object show its kind. Rules, each of which
can be argued about:

- An issue is a work item: requested when it was created, closed at its last update in the state *resolved* or *closed*, because Bitbucket
  keeps no other time (an upper bound). In the state *invalid*, *duplicate* or *wontfix* it is withdrawn. One of a kind or component of
  `incidents` is an incident.
- A pull request is a change: created when it was opened, merged or declined at `closed_on`, else at its last update. Each repository has a
  usual branch; pull requests to others are excluded. Joined with git, its commits count instead.
- A deployment that completed successfully counts, if its environment is production: `environments` decides, else the environment's type,
  else its name. It carries the pull requests of its repository merged until its commit.
- A pipeline is a build.
"""

from collections.abc import Mapping
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
from devopssim.importers.exported_files import text_in
from devopssim.importers.normalisation import identifier, matches, severity
from devopssim.importers.record_reader import ReadingRules, RecordReader, closed_items, required
from devopssim.importers.times import seconds

WITHDRAWN: Final = {"invalid", "duplicate", "wontfix"}
"""States of issues that were not delivered."""
CLOSED: Final = {"resolved", "closed"}
OUTCOMES: Final = {"SUCCESSFUL": "success", "FAILED": "failure", "ERROR": "failure"}
"""Outcome of a pipeline, by Bitbucket's result; other results leave it open."""


def bitbucket_history(*exports: str | Path, **chosen: Any) -> History:
    """Return the history of Bitbucket's responses, ready to be joined with others.

    Parameters
    ----------
    *exports : str or Path
        Files and folders with responses of the REST API.
    **chosen
        Fields of `ReadingRules`.

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
    Bitbucket Cloud REST API 2.0, issues, pull requests, deployments, pipelines: https://developer.atlassian.com/cloud/bitbucket/rest

    Examples
    --------
    >>> import tempfile
    >>> issue = '{"type": "issue", "id": 7, "state": "new", "created_on": "2026-03-01T09:00:00Z", "kind": "bug"}'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "issues.json").write_text('{"pagelen": 1, "values": [' + issue + "]}")
    ...     history = bitbucket_history(folder)
    >>> list(history.items)
    ['#7']

    """
    return BitbucketReader(chosen=ReadingRules(**chosen)).read_all(exports)


@dataclass(kw_only=True)
class BitbucketReader(RecordReader):
    """Reader of Bitbucket's responses; this module's docstring lists its rules."""

    tool: ClassVar[str] = "bitbucket"
    rules: ClassVar[str] = (
        "issues are work items, pull requests are changes, successful deployments to production count"
    )
    requests: dict[str, tuple[str | None, ChangeRecord]] = field(default_factory=dict)
    """Target branch and change of each pull request, by the change's id."""

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Add the records of one object; its keys show its kind."""
        where = f"{where}: {text_in(thing, 'links', 'html', 'href') or text_in(thing, 'id') or text_in(thing, 'uuid') or 'an object'}"
        if isinstance(thing.get("source"), Mapping) and isinstance(thing.get("destination"), Mapping):
            self._pull_request(thing, where)
        elif isinstance(thing.get("environment"), Mapping) and isinstance(thing.get("state"), Mapping):
            self._deployment(thing, where)
        elif "build_number" in thing:
            self._pipeline(thing, where)
        elif "kind" in thing and "created_on" in thing:
            self._issue(thing, where)
        else:
            self.counts["objects of other kinds"] += 1

    def _issue(self, thing: Mapping[str, Any], where: str) -> None:
        """Add an issue as a work item or an incident."""
        repository = text_in(thing, "repository", "full_name") or ""
        name = identifier(f"{repository}#{required(thing, 'id', where)}")
        created, updated = seconds(thing.get("created_on"), where), seconds(thing.get("updated_on"), where)
        state, kinds = str(thing.get("state")), [str(thing["kind"]), text_in(thing, "component", "name") or ""]
        if self.is_incident([kind for kind in kinds if kind]):
            grade = severity([text_in(thing, "priority")])
            resolved = updated if state in CLOSED else None
            title = text_in(thing, "title")
            self.incidents.append(
                IncidentRecord(
                    id=name, detected=created, resolved=resolved, severity=grade, name=title, updated=updated
                )
            )
            return
        self.observes |= {"ticket.created", "ticket.closed"}
        closed, withdrawn = (updated if state in states else None for states in (CLOSED, WITHDRAWN))
        self.items.append(WorkItemRecord(id=name, created=created, closed=closed, withdrawn=withdrawn, updated=updated))

    def _pull_request(self, thing: Mapping[str, Any], where: str) -> None:
        """Keep a pull request until all are read."""
        if self.is_excluded(text_in(thing, "author", "nickname"), text_in(thing, "author", "display_name")):
            return
        state, updated = str(thing.get("state")), seconds(thing.get("updated_on"), where)
        if self.chosen.begin != "opened" and thing.get("draft") is True and state == "OPEN":
            self.counts["drafts of pull requests"] += 1
            return
        self.observes |= {"change.created", "change.merged"}
        ended = seconds(thing.get("closed_on"), where) or updated
        repository = text_in(thing, "destination", "repository", "full_name") or ""
        commit = text_in(thing, "merge_commit", "hash") if state == "MERGED" else None
        change = ChangeRecord(
            id=identifier(f"{repository}!{required(thing, 'id', where)}"),
            created=seconds(thing.get("created_on"), where),
            merged=ended if state == "MERGED" else None,
            abandoned=ended if state in {"DECLINED", "SUPERSEDED"} else None,
            commit=commit,
            items=closed_items(repository, thing.get("title"), thing.get("description")),
            of=repository or None,
            hotfix=matches(text_in(thing, "source", "branch", "name"), self.chosen.hotfixes) or None,
            updated=updated,
        )
        _, earlier = self.requests.get(change.id, (None, change))
        branch = text_in(thing, "destination", "branch", "name")
        self.requests[change.id] = (branch, merge_records(earlier, change))

    def _deployment(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a completed deployment to production."""
        self.observes |= {"service.deployed"}
        environment = text_in(thing, "environment", "name")
        kind = text_in(thing, "environment", "environment_type", "name")
        if not self.reaches_users(environment, stated=None if kind is None else kind.casefold() == "production"):
            return
        at = seconds(thing["state"].get("completed_on") or thing.get("last_update_time"), where)
        if text_in(thing, "state", "status", "name") != "SUCCESSFUL" or at is None:
            self.counts["deployments that did not succeed"] += 1
            return
        release = thing.get("release") if isinstance(thing.get("release"), Mapping) else thing
        self.deployments.append(
            DeploymentRecord(
                id=f"deployment {text_in(thing, 'uuid') or required(thing, 'number', where)}",
                at=at,
                commit=text_in(release or {}, "commit", "hash") or text_in(thing, "deployable", "commit", "hash"),
                name=text_in(release or {}, "name"),
                of=text_in(thing, "repository", "full_name"),
                environment=environment,
            )
        )

    def _pipeline(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a pipeline as a build."""
        self.runs.append(
            PipelineRunRecord(
                id=f"pipeline {required(thing, 'build_number', where)}",
                kind="build",
                started=seconds(thing.get("created_on"), where),
                finished=seconds(thing.get("completed_on"), where),
                outcome=OUTCOMES.get(text_in(thing, "state", "result", "name") or ""),
                commit=text_in(thing, "target", "commit", "hash"),
                name=text_in(thing, "target", "ref_name"),
            )
        )

    def finish(self) -> None:
        """Add changes to the usual branches, with their names in the log; abbreviated commits of deployments are completed."""
        kept = self.keep_usual_branches(list(self.requests.values()), "pull requests to other branches")
        self.changes = [replace(change, id=change_id(change.commit)) if change.commit else change for change in kept]
        self.looked_for_incidents()
