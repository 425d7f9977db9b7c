"""Stored responses of GitHub's REST API as a history: issues, pull requests, deployments and their statuses, workflow runs.

Files may hold one page or many, pages of pages (`gh api --paginate --slurp`), or the payloads of webhooks, in one folder or several; the
keys of an object show its kind, so file names are free. Addresses of GitHub Enterprise are read like those of github.com.
Rules, each of which can be argued about:

- An issue is a work item: requested when it was opened, closed when it was closed. One closed as not planned, or as a
  duplicate, is withdrawn. GitHub lacks the start of work; the first pull request that closes the issue starts it. Of two snapshots of one
  object, the one with the later `updated_at` counts, so a reopened issue is open.
- An issue with a label of `incidents` is an incident: detected when it was opened, resolved when it was closed. It belongs to the service
  that a label `service:NAME` names, else to its repository if that has deployments. Without an incident among the issues, and
  without `incidents`, failures are not observed.
- A pull request is a change: created when it was opened, or as `begin` says when it was first ready for review or approved (its commits
  are older, so lead times are lower bounds), merged or abandoned as GitHub states. Each repository has a usual branch, also a renamed one; pull requests to
  other branches are excluded. Joined with git, its commits count instead. One with a label of `assisted_labels` is marked as
  assisted, and with git each of its commits. One that reverts another, or comes from a hotfix branch, is evidence of a failed deployment.
- A deployment to production counts at its first status `success`; one whose only outcome is `inactive` was active, and without an
  outcome counts too: both at its creation. A failed one never reached users. What is production, `environments` decides, else GitHub's
  `production_environment` and `transient_environment`, else the words of the name. It carries the pull requests of its repository
  merged until its commit (with git: what its commit reaches). Deploying a commit that ran before the present one in the same environment is
  a rollback.
- A workflow run is a test run if its name contains test, check or lint, otherwise a build; one that deploys is excluded, or with
  `deploy_workflows` a deployment when it succeeds.
"""

import re
from collections import Counter, defaultdict
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
from devopssim.importers.exported_files import text_in
from devopssim.importers.normalisation import counted, identifier, is_author, matches, severity
from devopssim.importers.record_reader import ReadingRules, RecordReader, closed_items, labels_of, required
from devopssim.importers.times import seconds

WITHDRAWN: Final = {"not_planned", "duplicate"}
"""Reasons of closing that withdraw an issue."""
REPOSITORY: Final = re.compile(r"https?://[^/]+/(?:api/v\d+/)?(?:repos/)?([^/]+/[^/]+)")
"""Address of an object, whose group is `owner/name`."""
REVERTS: Final = re.compile(r"^Reverts\s+([\w.-]+/[\w.-]+)?#(\d+)", re.MULTILINE)
"""Line that GitHub writes into the description of a revert, whose groups are repository and number."""
PAYLOADS: Final = ("deployment", "deployment_status", "pull_request", "issue", "workflow_run")
"""Objects in the payload of a webhook."""
OUTCOMES: Final = {"success": "success", "failure": "failure", "timed_out": "failure", "startup_failure": "failure"}
"""Outcome of a pipeline run, by GitHub's conclusion; other conclusions leave it open."""


def github_history(*exports: str | Path, **chosen: Any) -> History:
    """Return the history of GitHub's responses, ready to be joined with others.

    Parameters
    ----------
    *exports : str or Path
        Files and folders with responses of the REST API.
    **chosen
        Fields of `ReadingRules`: `environments`, `incidents`, `assisted_labels`, `exclude_authors`, `deploy_workflows`, `hotfixes`, `begin`.

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
    return GitHubReader(chosen=ReadingRules(**chosen)).read_all(exports)


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
    """Deployments as GitHub describes them, by repository and number; their statuses may come in a later file."""
    statuses: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    """Time and state of each status, by the deployment's repository and number."""
    runs_that_deploy: Counter[str] = field(default_factory=Counter)
    """Successful runs of workflows whose name means deployment, by name."""

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Add the records of one object; its keys show its kind."""
        for part in _unwrapped(thing):
            self._read_one(where, part)

    def _read_one(self, where: str, thing: Mapping[str, Any]) -> None:
        where = f"{where}: {text_in(thing, 'html_url') or text_in(thing, 'url') or text_in(thing, 'id') or 'an object'}"
        if "deployment_url" in thing and "state" in thing:
            self._status(thing, where)
        elif "environment" in thing and "sha" in thing:
            self.observes |= {"service.deployed"}
            self.raw_deployments[f"{_repository_of(thing)} {required(thing, 'id', where)}"] = thing
        elif "head_sha" in thing and ("run_number" in thing or "workflow_id" in thing):
            self._run(thing, where)
        elif thing.get("event") == "ready_for_review" and isinstance(thing.get("issue"), Mapping):
            name = f"{_repository_of(thing['issue'])}!{required(thing['issue'], 'number', where)}"
            self.met(identifier(name), "ready", seconds(thing.get("created_at"), where))
        elif "submitted_at" in thing and "state" in thing:
            self._review(thing, where)
        elif "number" in thing and ("merged_at" in thing or "pull_request" in thing):
            self._pull(thing, where)
        elif "number" in thing and "created_at" in thing:
            self._issue(thing, where)
        else:
            self.counts["objects of other kinds"] += 1

    def _issue(self, thing: Mapping[str, Any], where: str) -> None:
        """Add an issue as a work item or an incident."""
        repository = _repository_of(thing)
        name = repository + "#" + required(thing, "number", where)
        opened, closed = seconds(thing.get("created_at"), where), seconds(thing.get("closed_at"), where)
        closed = None if thing.get("state") == "open" else closed
        updated = seconds(thing.get("updated_at"), where)
        labels = labels_of(thing)
        if self.is_incident(labels):
            self.incidents.append(
                IncidentRecord(
                    id=name,
                    detected=opened,
                    resolved=closed,
                    severity=severity(labels),
                    name=text_in(thing, "title"),
                    deployment=named_in(labels, "caused-by"),
                    of=named_in(labels, "service") or repository or None,
                    updated=updated,
                )
            )
            return
        self.observes |= {"ticket.created", "ticket.closed"}
        withdrawn = closed if thing.get("state_reason") in WITHDRAWN else None
        done = None if withdrawn else closed
        self.items.append(
            WorkItemRecord(id=identifier(name), created=opened, closed=done, withdrawn=withdrawn, updated=updated)
        )

    def _pull(self, thing: Mapping[str, Any], where: str) -> None:
        """Keep a pull request until all are read."""
        number = required(thing, "number", where)
        if self.is_excluded(text_in(thing, "user", "login"), text_in(thing, "user", "type")):
            return
        nested = thing.get("pull_request")
        merged_at = thing.get("merged_at") or (nested.get("merged_at") if isinstance(nested, dict) else None)
        merged, closed = seconds(merged_at, where), seconds(thing.get("closed_at"), where)
        if self.chosen.begin != "opened" and thing.get("draft") is True and closed is None:
            self.counts["drafts of pull requests"] += 1
            return
        self.observes |= {"change.created", "change.merged"}
        repository = _repository_of(thing)
        body = str(thing.get("body") or "")
        change = ChangeRecord(
            id=identifier(f"{repository}!{number}"),
            created=seconds(thing.get("created_at"), where),
            merged=merged,
            abandoned=closed if merged is None else None,
            commit=text_in(thing, "merge_commit_sha") if merged is not None else None,
            items=closed_items(repository, thing.get("title"), thing.get("body")),
            assisted=self.assisted(labels_of(thing)),
            of=repository or None,
            reverts=tuple(sorted(identifier(f"{of or repository}!{number}") for of, number in REVERTS.findall(body))),
            hotfix=matches(text_in(thing, "head", "ref"), self.chosen.hotfixes) or None,
            updated=seconds(thing.get("updated_at"), where),
        )
        # GitHub lists it twice: with the issues, where fields are missing, and with the pull requests
        branch, earlier = self.pulls.get(change.id, (None, change))
        self.pulls[change.id] = (branch or text_in(thing, "base", "ref"), merge_records(earlier, change))

    def _review(self, thing: Mapping[str, Any], where: str) -> None:
        """Keep the time at which a review approved a pull request."""
        if str(thing["state"]).casefold() == "approved" and not is_author(
            text_in(thing, "user", "login"), self.chosen.exclude_authors
        ):
            address = text_in(thing, "pull_request_url") or required(thing, "html_url", where).partition("#")[0]
            name = f"{_repository_in(address)}!{address.rstrip('/').rpartition('/')[2]}"
            self.met(identifier(name), "approved", seconds(thing["submitted_at"], where))

    def _status(self, thing: Mapping[str, Any], where: str) -> None:
        """Keep a deployment's status until all are read."""
        address = required(thing, "deployment_url", where)
        deployment = f"{_repository_in(address)} {address.rstrip('/').rpartition('/')[2]}"
        at = seconds(thing.get("created_at"), where)
        if at is not None:
            self.statuses[deployment].append((at, str(thing["state"])))

    def _run(self, thing: Mapping[str, Any], where: str) -> None:
        """Add a workflow run: a build, a run of the tests, or a deployment if people say that it deploys."""
        name = text_in(thing, "name") or ""
        finished = seconds(thing.get("updated_at"), where) if thing.get("conclusion") else None
        outcome = OUTCOMES.get(str(thing.get("conclusion")))
        commit = text_in(thing, "head_sha")
        number = f"run {required(thing, 'id', where)}"
        kind = kind_of_run(name)
        if matches(name, self.chosen.deploy_workflows):
            self.observes |= {"service.deployed"}
            if outcome == "success" and finished is not None:
                of, branch = _repository_of(thing) or None, text_in(thing, "head_branch")
                self.deployments.append(
                    DeploymentRecord(id=number, at=finished, commit=commit, name=branch, of=of, environment=name)
                )
            else:
                self.counts["deployments that did not succeed"] += 1
            return
        if kind is None:
            self.counts["workflow runs that deploy"] += 1
            self.runs_that_deploy[name] += outcome == "success"
            return
        started = seconds(thing.get("run_started_at") or thing.get("created_at"), where)
        self.runs.append(
            PipelineRunRecord(
                id=number, kind=kind, started=started, finished=finished, outcome=outcome, commit=commit, name=name
            )
        )

    def finish(self) -> None:
        """Add changes to the usual branches, and deployments that reached production."""
        kept = self.keep_usual_branches(list(self.pulls.values()), "pull requests to other branches")
        names = {change.id: change_id(change.commit) if change.commit else change.id for change in kept}
        reverting = {change.id for change in kept if change.reverts}
        self.changes = [
            replace(
                change,
                id=names[change.id],
                created=self.begun(change),
                reverts=tuple(names.get(other, other) for other in change.reverts if other not in reverting),
            )
            for change in kept
        ]
        by_workflow = len(self.deployments)
        self.deployments += list(self._reached())
        deployed = {deployment.of for deployment in self.deployments}
        self.incidents = [
            replace(incident, of=None)
            if incident.of == incident.id.rpartition("#")[0] and incident.of not in deployed
            else incident
            for incident in self.incidents
        ]
        if not by_workflow and not self.deployments and self.runs_that_deploy.total():
            name, count = self.runs_that_deploy.most_common(1)[0]
            self.remarks.append(
                f"{counted(count, 'successful run')} of the workflow {name!r} may be deployments; count them with --deploy-workflow {name!r}"
            )
        self.looked_for_incidents()

    def _reached(self) -> Iterable[DeploymentRecord]:
        """Yield the deployments that reached production."""
        for key, thing in self.raw_deployments.items():
            environment, repository = text_in(thing, "environment"), _repository_of(thing)
            if not self.reaches_users(environment, stated=_stated_production(thing)):
                continue
            statuses = sorted(self.statuses.get(key, self.statuses.get(f" {key.rpartition(' ')[2]}", [])))
            good = [at for at, state in statuses if state == "success"]
            states = {state for _, state in statuses}
            if statuses and not good and (states & {"failure", "error"} or "inactive" not in states):
                self.counts["deployments that did not succeed"] += 1
                continue
            at = good[0] if good else seconds(thing.get("created_at"), f"deployment {key}")
            if at is None:
                self.counts["deployments without a time"] += 1
                continue
            yield DeploymentRecord(
                id=f"deployment {key.strip()}",
                at=at,
                commit=text_in(thing, "sha"),
                name=text_in(thing, "ref"),
                of=repository or None,
                environment=environment,
            )


def _unwrapped(thing: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the objects in the payload of a webhook, or of an event of the API; return any other object as it is."""
    payload = thing.get("payload")
    thing = payload if isinstance(payload, Mapping) else thing
    if "action" not in thing and not isinstance(thing.get("repository"), Mapping):
        return [thing]
    if isinstance(review := thing.get("review"), Mapping):
        return [review]
    found = [part for name in PAYLOADS if isinstance(part := thing.get(name), Mapping)]
    return found if found and "sha" not in thing else [thing]


def _stated_production(thing: Mapping[str, Any]) -> bool | None:
    """Return whether GitHub states that an environment is production; None where its default leaves that open."""
    flag = thing.get("production_environment")
    if flag is True or thing.get("transient_environment") is True:
        return flag is True
    # GitHub sets the flag for the name "production" alone, so only there False was chosen
    return False if flag is False and str(thing.get("environment")).casefold() == "production" else None


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


def named_in(labels: Sequence[str], key: str) -> str | None:
    """Return what a label `KEY:NAME` names, or None.

    Examples
    --------
    >>> named_in(["sev1", "service: cart"], "service")
    'cart'

    """
    named = (label.partition(":") for label in labels)
    return next((name.strip() for word, _, name in named if word.casefold() == key and name.strip()), None)


def _repository_of(thing: Mapping[str, Any]) -> str:
    """Return the repository of an object as `owner/name`; empty where its addresses lack it."""
    found = (_repository_in(text_in(thing, key) or "") for key in ("html_url", "repository_url", "url"))
    return next((repository for repository in found if repository), "")


def _repository_in(address: str) -> str:
    """Return the repository in an address as `owner/name`, or an empty text."""
    found = REPOSITORY.match(address)
    return found[1] if found else ""
