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
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from devopssim.errors import InvalidInputError
from devopssim.history import (
    ChangeRecord,
    DeploymentRecord,
    History,
    IncidentRecord,
    PipelineRunRecord,
    WorkItemRecord,
    by_id,
    change_id,
    together,
)
from devopssim.importers.exported_files import objects_of, seconds, text_in
from devopssim.importers.git import CLOSES
from devopssim.importers.normalisation import INCIDENTS, PRODUCTION, identifier, matches, severity

RULES: Final = (
    "issues are work items, pull requests are changes, successful deployments to production count, labelled issues are "
    "incidents known when they were opened"
)
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
    reader = _Reader(environments=environments, labels=incidents)
    for export in exports:
        for path, thing in objects_of(export):
            reader.read(path, thing)
    return reader.history(", ".join(Path(each).name for each in exports))


@dataclass(kw_only=True)
class _Reader:
    environments: Sequence[str]
    labels: Sequence[str]
    items: list[WorkItemRecord] = field(default_factory=list)
    incidents: list[IncidentRecord] = field(default_factory=list)
    pulls: dict[str, tuple[str | None, ChangeRecord]] = field(default_factory=dict)
    """Each with the branch that it goes to."""
    deployments: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    statuses: dict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    runs: list[PipelineRunRecord] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def read(self, path: Path, thing: Mapping[str, Any]) -> None:
        """Take in one object, told by its keys."""
        where = f"{path}: {text_in(thing, 'html_url') or text_in(thing, 'url') or text_in(thing, 'id') or 'an object'}"
        if "deployment_url" in thing and "state" in thing:
            self._status(thing, where)
        elif "environment" in thing and "sha" in thing:
            self.deployments[_needed(thing, "id", where)] = thing
        elif "head_sha" in thing and ("run_number" in thing or "workflow_id" in thing):
            self._run(thing, where)
        elif "number" in thing and ("merged_at" in thing or "pull_request" in thing):
            self._pull(thing, where)
        elif "number" in thing and "created_at" in thing:
            self._issue(thing, where)
        else:
            self.counts["objects of other kinds"] += 1

    def _issue(self, thing: Mapping[str, Any], where: str) -> None:
        name = _place(thing) + "#" + _needed(thing, "number", where)
        opened, closed = seconds(thing.get("created_at"), where), seconds(thing.get("closed_at"), where)
        words = labels_of(thing)
        if any(matches(word, self.labels) for word in words):
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
        number = _needed(thing, "number", where)
        merged_at = thing.get("merged_at") or (thing.get("pull_request") or {}).get("merged_at")
        merged, closed = seconds(merged_at, where), seconds(thing.get("closed_at"), where)
        commit = text_in(thing, "merge_commit_sha") if merged is not None else None
        text = f"{thing.get('title') or ''}\n{thing.get('body') or ''}"
        place = _place(thing)
        change = ChangeRecord(
            id=identifier(f"{place}!{number}"),
            created=seconds(thing.get("created_at"), where),
            merged=merged,
            abandoned=closed if merged is None else None,
            commit=commit,
            items=tuple(sorted({identifier(f"{place}#{each}") for each in CLOSES.findall(text)})),
        )
        # listed twice: with the issues, which tell less, and with the pull requests
        branch, known = self.pulls.get(change.id, (None, change))
        self.pulls[change.id] = (branch or text_in(thing, "base", "ref"), together(known, change))

    def _status(self, thing: Mapping[str, Any], where: str) -> None:
        deployment = _needed(thing, "deployment_url", where).rstrip("/").rpartition("/")[2]
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
        number = f"run {_needed(thing, 'id', where)}"
        self.runs.append(
            PipelineRunRecord(
                id=number, kind=kind, started=started, finished=finished, outcome=outcome, commit=commit, name=name
            )
        )

    def history(self, name: str) -> History:
        """Put everything together."""
        changes, others = to_the_usual_branch(list(self.pulls.values()))
        self.counts["pull requests to other branches"] += others
        return History(
            told=(("github", name, RULES),),
            items=by_id(self.items),
            changes=by_id(replace(each, id=change_id(each.commit)) if each.commit else each for each in changes),
            deployments=by_id(self._reached()),
            incidents=by_id(self.incidents),
            runs=by_id(self.runs),
            counts={key: count for key, count in self.counts.items() if count},
        )

    def _reached(self) -> Iterable[DeploymentRecord]:
        """Yield the deployments that reached production."""
        for number, thing in self.deployments.items():
            if not matches(text_in(thing, "environment"), self.environments):
                self.counts["deployments to other environments"] += 1
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


def to_the_usual_branch(pulls: Sequence[tuple[str | None, ChangeRecord]]) -> tuple[list[ChangeRecord], int]:
    """Return the changes that go to the branch to which most of them were merged, and how many go elsewhere."""
    merged = Counter(branch for branch, change in pulls if branch and change.merged is not None)
    most = max(merged.values(), default=0)
    usual = min((branch for branch, many in merged.items() if many == most), default=None)
    kept = [change for branch, change in pulls if usual is None or branch in (None, usual)]
    return kept, len(pulls) - len(kept)


def kind_of_run(name: str) -> str | None:
    """Return what a pipeline of this name does: testsuiterun, build, or None where it deploys."""
    words = name.casefold()
    if any(word in words for word in ("deploy", "release", "publish")):
        return None
    return "testsuiterun" if any(word in words for word in ("test", "check", "lint")) else "build"


def labels_of(thing: Mapping[str, Any]) -> list[str]:
    """Return the labels of an issue: texts, or objects with a name."""
    given = thing.get("labels")
    found = given if isinstance(given, list) else []
    return [word for each in found if (word := each if isinstance(each, str) else text_in(each, "name"))]


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


def _needed(thing: Mapping[str, Any], key: str, where: str) -> str:
    found = text_in(thing, key)
    if found is None:
        raise InvalidInputError(f"{where} has no {key!r}; export the answers of the REST API as they are.")
    return found
