"""What readers of exports share: they collect records, count what they leave out, and make a history of both."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from devopssim.errors import InvalidInputError
from devopssim.history import (
    ChangeRecord,
    DeploymentRecord,
    History,
    IncidentRecord,
    PipelineRunRecord,
    WorkItemRecord,
    by_id,
)
from devopssim.importers.exported_files import objects_of, text_in
from devopssim.importers.git import CLOSES
from devopssim.importers.normalisation import INCIDENTS, PRODUCTION, identifier, matches


@dataclass(kw_only=True)
class RecordReader(ABC):
    """Reads objects of one tool's exports; a subclass names the tool and its rules, and takes in one object."""

    tool: ClassVar[str]
    rules: ClassVar[str]
    environments: Sequence[str] = PRODUCTION
    """Shell patterns of the environments that users meet."""
    incident_labels: Sequence[str] = INCIDENTS
    """Shell patterns of the labels that make an issue an incident."""
    items: list[WorkItemRecord] = field(default_factory=list)
    changes: list[ChangeRecord] = field(default_factory=list)
    deployments: list[DeploymentRecord] = field(default_factory=list)
    incidents: list[IncidentRecord] = field(default_factory=list)
    runs: list[PipelineRunRecord] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @abstractmethod
    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Take in one object; `where` is its file, for error messages."""

    def objects(self, exports: Sequence[str | Path]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield where each object of these files and folders stands, and the object."""
        for export in exports:
            for path, thing in objects_of(export):
                yield str(path), thing

    def finish(self) -> None:  # noqa: B027 - most readers have nothing left to do
        """Complete the records once every object is read."""

    def read_all(self, exports: Sequence[str | Path]) -> History:
        """Return the history of all objects of these files and folders."""
        for where, thing in self.objects(exports):
            self.read(where, thing)
        self.finish()
        name = ", ".join(Path(each).name for each in exports)
        return History(
            provenance=((self.tool, name, self.rules),),
            items=by_id(self.items),
            changes=by_id(self.changes),
            deployments=by_id(self.deployments),
            incidents=by_id(self.incidents),
            runs=by_id(self.runs),
            counts={key: count for key, count in self.counts.items() if count},
        )

    def is_incident(self, labels: Sequence[str]) -> bool:
        """Return whether one of an issue's labels makes it an incident."""
        return any(matches(label, self.incident_labels) for label in labels)

    def reaches_users(self, environment: str | None) -> bool:
        """Return whether users meet an environment; count the deployment as left out where they do not."""
        reached = matches(environment, self.environments)
        if not reached:
            self.counts["deployments to other environments"] += 1
        return reached

    def keep_usual_branch(self, requests: Sequence[tuple[str | None, ChangeRecord]], what: str) -> list[ChangeRecord]:
        """Return the changes that go to the branch to which most of them were merged; count the others as `what`."""
        merged = Counter(branch for branch, change in requests if branch and change.merged is not None)
        most = max(merged.values(), default=0)
        usual = min((branch for branch, many in merged.items() if many == most), default=None)
        kept = [change for branch, change in requests if usual is None or branch in (None, usual)]
        self.counts[what] += len(requests) - len(kept)
        return kept


def required(thing: Mapping[str, Any], key: str, where: str) -> str:
    """Return the text below a key; raise InvalidInputError where an object of a REST API lacks it."""
    text = text_in(thing, key)
    if text is None:
        raise InvalidInputError(f"{where} has no {key!r}; export the answers of the REST API as they are.")
    return text


def labels_of(thing: Mapping[str, Any]) -> list[str]:
    """Return the labels of an issue: texts, or objects with a name."""
    given = thing.get("labels")
    labels = given if isinstance(given, list) else []
    return [word for each in labels if (word := each if isinstance(each, str) else text_in(each, "name"))]


def closed_items(repository: str, *texts: object) -> tuple[str, ...]:
    """Return the issues of a repository that the title and description of a pull request say it closes."""
    text = "\n".join(str(text or "") for text in texts)
    return tuple(sorted({identifier(f"{repository}#{number}") for number in CLOSES.findall(text)}))
