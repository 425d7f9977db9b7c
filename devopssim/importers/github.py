"""GitHub's REST answers on disk as facts: issues, pull requests, deployments and their statuses, workflow runs.

Files of one page or many, in one folder or several; what an object is, is told by its keys, so the names of files do not
matter. Rules, each of which can be argued about:

- An issue is a work item: requested when it was opened, closed when it was closed. One closed as not planned, or as a
  duplicate, is withdrawn. When work on it began is not told; the first pull request that says it closes it begins it.
- An issue with a label of `incidents` is an incident: known when it was opened, resolved when it was closed.
- A pull request is a change: created when it was opened (its commits are older, so lead times are lower bounds), merged or
  abandoned when GitHub says. Those to another branch than the usual one are left out. Together with git, its commits count.
- A deployment to an environment of `environments` counts when its first status `success` came; without any status, when it
  was made. One that failed never reached users. It carries the pull requests that were merged until then (with git: what its
  commit reaches). A commit that ran before the present one is put back: a rollback.
- A workflow run is a run of the tests if its name says test or check, a build otherwise; one that deploys is neither.
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
PLACE: Final = re.compile(r"https?://[^/]+/(?:repos/)?([^/]+/[^/]+)")
OUTCOMES: Final = {"success": "success", "failure": "failure", "timed_out": "failure", "startup_failure": "failure"}


def github_history(
    *exports: str | Path, environments: Sequence[str] = PRODUCTION, incidents: Sequence[str] = INCIDENTS
) -> History:
    """Return the facts of GitHub's answers, to be joined with others.

    `exports` are files or folders, `environments` and `incidents` shell patterns of environments that users meet, and of
    labels that make an issue an incident. Raises InvalidInputError, in one line, for a file that cannot be read.
    """
    return GitHubReader(environments=environments, incident_labels=incidents).read_all(exports)


@dataclass(kw_only=True)
class GitHubReader(RecordReader):
    """Reads the answers of GitHub's REST API."""

    tool: ClassVar[str] = "github"
    rules: ClassVar[str] = (
        "issues are work items, pull requests are changes, successful deployments to production count, labelled issues are "
        "incidents known when they were opened"
    )
    pulls: dict[str, tuple[str | None, ChangeRecord]] = field(default_factory=dict)
    """Each with the branch that it goes to."""
    told_deployments: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    statuses: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Take in one object, told by its keys."""
        where = f"{where}: {text_in(thing, 'html_url') or text_in(thing, 'url') or text_in(thing, 'id') or 'an object'}"
        if "deployment_url" in thing and "state" in thing:
            self._status(thing, where)
        elif "environment" in thing and "sha" in thing:
            self.told_deployments[required(thing, "id", where)] = thing
        elif "head_sha" in thing and ("run_number" in thing or "workflow_id" in thing):
            self._run(thing, where)
        elif "number" in thing and ("merged_at" in thing or "pull_request" in thing):
            self._pull(thing, where)
        elif "number" in thing and "created_at" in thing:
            self._issue(thing, where)
        else:
            self.counts["objects of other kinds"] += 1

    def _issue(self, thing: Mapping[str, Any], where: str) -> None:
        name = _place(thing) + "#" + required(thing, "number", where)
        opened, closed = seconds(thing.get("created_at"), where), seconds(thing.get("closed_at"), where)
        words = labels_of(thing)
        if self.is_incident(words):
            title = text_in(thing, "title")
            self.incidents.append(
                IncidentRecord(
                    id=name,
                    known=opened,
                    resolved=closed,
                    severity=severity(words),
                    name=title,
                    deployment=_blamed(words),
                )
            )
            return
        lost = closed if thing.get("state_reason") in WITHDRAWN else None
        done = None if lost else closed
        self.items.append(WorkItemRecord(id=identifier(name), created=opened, closed=done, withdrawn=lost))

    def _pull(self, thing: Mapping[str, Any], where: str) -> None:
        number = required(thing, "number", where)
        merged_at = thing.get("merged_at") or (thing.get("pull_request") or {}).get("merged_at")
        merged, closed = seconds(merged_at, where), seconds(thing.get("closed_at"), where)
        commit = text_in(thing, "merge_commit_sha") if merged is not None else None
        place = _place(thing)
        change = ChangeRecord(
            id=identifier(f"{place}!{number}"),
            created=seconds(thing.get("created_at"), where),
            merged=merged,
            abandoned=closed if merged is None else None,
            commit=commit,
            items=closed_items(place, thing.get("title"), thing.get("body")),
        )
        # listed twice: with the issues, which tell less, and with the pull requests
        branch, earlier = self.pulls.get(change.id, (None, change))
        self.pulls[change.id] = (branch or text_in(thing, "base", "ref"), merge_records(earlier, change))

    def _status(self, thing: Mapping[str, Any], where: str) -> None:
        deployment = required(thing, "deployment_url", where).rstrip("/").rpartition("/")[2]
        at = seconds(thing.get("created_at"), where)
        if at is not None:
            self.statuses[deployment].append((at, str(thing["state"])))

    def _run(self, thing: Mapping[str, Any], where: str) -> None:
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
        """Complete changes and deployments."""
        changes = self.keep_usual_branch(list(self.pulls.values()), "pull requests to other branches")
        self.changes = [replace(each, id=change_id(each.commit)) if each.commit else each for each in changes]
        self.deployments = list(self._reached())

    def _reached(self) -> Iterable[DeploymentRecord]:
        """Yield the deployments that reached production."""
        for number, thing in self.told_deployments.items():
            if not self.reaches_users(text_in(thing, "environment")):
                continue
            told = sorted(self.statuses.get(number, []))
            good = [at for at, state in told if state == "success"]
            if told and not good:
                self.counts["deployments that did not succeed"] += 1
                continue
            at = good[0] if good else seconds(thing.get("created_at"), f"deployment {number}")
            if at is None:
                self.counts["deployments without a time"] += 1
                continue
            commit = text_in(thing, "sha")
            yield DeploymentRecord(
                id=f"deployment {number}", at=at, commit=commit, name=text_in(thing, "ref"), of=_place(thing) or None
            )


def kind_of_run(name: str) -> str | None:
    """Return what a pipeline of this name does: testsuiterun, build, or None where it deploys."""
    words = name.casefold()
    if any(word in words for word in ("deploy", "release", "publish")):
        return None
    return "testsuiterun" if any(word in words for word in ("test", "check", "lint")) else "build"


def _blamed(words: Sequence[str]) -> str | None:
    """Return the deployment that a label `caused-by:NAME` names."""
    return next((word.partition(":")[2].strip() for word in words if word.casefold().startswith("caused-by:")), None)


def _place(thing: Mapping[str, Any]) -> str:
    """Return the repository that an object belongs to, as `owner/name`; empty where it does not say."""
    for key in ("html_url", "repository_url", "url"):
        found = PLACE.match(text_in(thing, key) or "")
        if found:
            return found[1]
    return ""
