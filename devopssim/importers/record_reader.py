"""What readers of exports share: they collect records, count what they exclude, and return both as a history."""

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
    """Reader of one tool's exports: a subclass names the tool and its rules, and reads one object at a time.

    Parameters
    ----------
    environments : Sequence of str, default PRODUCTION
        Shell patterns of the environments that serve users.
    incident_labels : Sequence of str, default INCIDENTS
        Shell patterns of the labels that make an issue an incident.
    assisted_labels : Sequence of str, default ()
        Shell patterns of the labels that mark a change as written with AI assistance.

    Examples
    --------
    >>> class Readings(RecordReader):
    ...     tool, rules = "meter", "each reading is a deployment"
    ...
    ...     def read(self, where, thing):
    ...         self.deployments.append(DeploymentRecord(id=required(thing, "id", where), at=thing["at"]))
    >>> reader = Readings()
    >>> reader.read("a.json", {"id": 7, "at": 60.0})
    >>> reader.deployments[0].id
    '7'

    """

    tool: ClassVar[str]
    """Kind of source, in the provenance."""
    rules: ClassVar[str]
    """Rules of reading in one sentence, in the provenance."""
    environments: Sequence[str] = PRODUCTION
    """Shell patterns of the environments that serve users."""
    incident_labels: Sequence[str] = INCIDENTS
    """Shell patterns of the labels that make an issue an incident."""
    assisted_labels: Sequence[str] = ()
    """Shell patterns of the labels that mark a change as written with AI assistance."""
    items: list[WorkItemRecord] = field(default_factory=list)
    changes: list[ChangeRecord] = field(default_factory=list)
    deployments: list[DeploymentRecord] = field(default_factory=list)
    incidents: list[IncidentRecord] = field(default_factory=list)
    runs: list[PipelineRunRecord] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """How often an object was excluded, by reason."""

    @abstractmethod
    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Add the records of one object.

        Parameters
        ----------
        where : str
            File of the object, for error messages.
        thing : Mapping
            The object.

        Raises
        ------
        InvalidInputError
            Where the object lacks something that its records need.

        """

    def objects(self, exports: Sequence[str | Path]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the location of each object of these files and folders, and the object."""
        for export in exports:
            for path, thing in objects_of(export):
                yield str(path), thing

    def finish(self) -> None:  # noqa: B027 - most readers have nothing left to do
        """Complete the records after the last object."""

    def read_all(self, exports: Sequence[str | Path]) -> History:
        """Return the history of all objects of these files and folders.

        Parameters
        ----------
        exports : Sequence of str or Path
            Files and folders.

        Returns
        -------
        History
            Records by id, with provenance and counts.

        Raises
        ------
        InvalidInputError
            Where a file is unreadable or an object is incomplete.

        """
        for where, thing in self.objects(exports):
            self.read(where, thing)
        self.finish()
        name = ", ".join(Path(export).name for export in exports)
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

    def assisted(self, labels: Sequence[str]) -> bool | None:
        """Return True if one of a change's labels marks it as written with AI assistance; None without a mark."""
        return any(matches(label, self.assisted_labels) for label in labels) or None

    def reaches_users(self, environment: str | None) -> bool:
        """Return whether an environment serves users; count the deployment as excluded otherwise."""
        reached = matches(environment, self.environments)
        if not reached:
            self.counts["deployments to other environments"] += 1
        return reached

    def keep_usual_branch(self, requests: Sequence[tuple[str | None, ChangeRecord]], what: str) -> list[ChangeRecord]:
        """Return the changes to the usual branch: the target of most merged ones, the alphabetically first among equals.

        Parameters
        ----------
        requests : Sequence of (str or None, ChangeRecord)
            Target branch, where known, and change. Changes without a branch are kept.
        what : str
            Reason under which the others are counted.

        Returns
        -------
        list of ChangeRecord
            All changes where no branch is known.

        """
        merged = Counter(branch for branch, change in requests if branch and change.merged is not None)
        most = max(merged.values(), default=0)
        usual = min((branch for branch, many in merged.items() if many == most), default=None)
        usual_ones = [change for branch, change in requests if usual is None or branch in (None, usual)]
        self.counts[what] += len(requests) - len(usual_ones)
        return usual_ones


def required(thing: Mapping[str, Any], key: str, where: str) -> str:
    """Return the text below a key of an object of a REST API.

    Parameters
    ----------
    thing : Mapping
        The object.
    key : str
        Name of the field.
    where : str
        Location of the object, for the error message.

    Raises
    ------
    InvalidInputError
        Where the field is missing or empty.

    Examples
    --------
    >>> required({"number": 7}, "number", "issues.json")
    '7'

    """
    text = text_in(thing, key)
    if text is None:
        raise InvalidInputError(
            f"{where}: the field {key!r} is missing; export the responses of the REST API unchanged."
        )
    return text


def labels_of(thing: Mapping[str, Any]) -> list[str]:
    """Return the labels of an issue; the API gives texts, or objects with a name.

    Examples
    --------
    >>> labels_of({"labels": ["bug", {"name": "sev1"}, {"id": 3}]})
    ['bug', 'sev1']

    """
    given = thing.get("labels")
    labels = given if isinstance(given, list) else []
    return [name for label in labels if (name := label if isinstance(label, str) else text_in(label, "name"))]


def closed_items(repository: str, *texts: object) -> tuple[str, ...]:
    """Return the ids of the issues that a pull request closes according to its title and description.

    Parameters
    ----------
    repository : str
        Repository as `owner/name`; the prefix of the ids.
    *texts : object
        Title and description; None counts as empty.

    Returns
    -------
    tuple of str
        Sorted ids.

    Examples
    --------
    >>> closed_items("acme/shop", "A faster cart", "Closes #12, fixes #7")
    ('acme/shop#12', 'acme/shop#7')

    """
    text = "\n".join(str(text or "") for text in texts)
    return tuple(sorted({identifier(f"{repository}#{number}") for number in CLOSES.findall(text)}))
