"""What readers of exports share: they collect records, count what they exclude, and return both as a history."""

from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from devopssim.errors import InvalidInputError
from devopssim.history import (
    ChangeRecord,
    DeploymentRecord,
    History,
    IncidentRecord,
    PipelineRunRecord,
    WorkItemRecord,
    by_id,
    separate_outages,
)
from devopssim.importers.exported_files import objects_of, text_in
from devopssim.importers.git import CLOSES
from devopssim.importers.git_rules import HOTFIXES
from devopssim.importers.normalisation import counted, identifier, is_author, is_incident_label, is_production, matches


@dataclass(frozen=True, kw_only=True)
class ReadingRules:
    """What people chose about the reading of exports.

    Parameters
    ----------
    environments : Sequence of str, default ()
        Shell patterns of the environments that serve users; by default what the tool states, else the words of the name.
    incidents : Sequence of str, default ()
        Shell patterns of the labels or types that make an issue an incident; by default incident, outage, sev1 and the like.
    assisted_labels : Sequence of str, default ()
        Shell patterns of the labels that mark a change as written with AI assistance.
    exclude_authors : Sequence of str, default ()
        Shell patterns of authors whose changes are left out.
    deploy_workflows : Sequence of str, default ()
        Shell patterns of workflows, pipelines or jobs whose successful runs are deployments.
    hotfixes : Sequence of str, default HOTFIXES
        Shell patterns of branches that are hotfixes.
    begin : {"opened", "ready", "approved"}, default "opened"
        When a change begins: when it was opened, was first ready for review, or was first approved. Drafts are left out unless
        they count from their opening.
    withdrawn : Sequence of str, default ()
        Shell patterns of resolutions or states, beside the usual ones, that mean that an item was not delivered.

    Examples
    --------
    >>> ReadingRules(environments=("prod-*",)).environments
    ('prod-*',)

    """

    environments: Sequence[str] = ()
    incidents: Sequence[str] = ()
    assisted_labels: Sequence[str] = ()
    exclude_authors: Sequence[str] = ()
    deploy_workflows: Sequence[str] = ()
    hotfixes: Sequence[str] = HOTFIXES
    begin: Literal["opened", "ready", "approved"] = "opened"
    withdrawn: Sequence[str] = ()


@dataclass(kw_only=True)
class RecordReader(ABC):
    """Reader of one tool's exports: a subclass names the tool and its rules, and reads one object at a time.

    Parameters
    ----------
    chosen : ReadingRules
        What people chose: environments, incidents, authors, workflows that deploy.

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
    chosen: ReadingRules = field(default_factory=ReadingRules)
    """What people chose."""
    items: list[WorkItemRecord] = field(default_factory=list)
    changes: list[ChangeRecord] = field(default_factory=list)
    deployments: list[DeploymentRecord] = field(default_factory=list)
    incidents: list[IncidentRecord] = field(default_factory=list)
    runs: list[PipelineRunRecord] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """How often an object was excluded, by reason."""
    observes: set[str] = field(default_factory=set)
    """What the export records, even if none of it happened."""
    environments_seen: Counter[tuple[str, bool]] = field(default_factory=Counter)
    """How many deployments each environment had, by its name and whether it counts as production."""
    incident_kinds: Counter[str] = field(default_factory=Counter)
    """How many issues each label or type made incidents."""
    remarks: list[str] = field(default_factory=list)
    moments: dict[tuple[str, str], float] = field(default_factory=dict)
    """When each change was first `ready` or `approved`, by its name in the tool and the word."""

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
            incidents=by_id(separate_outages(self.incidents)),
            runs=by_id(self.runs),
            counts={key: count for key, count in self.counts.items() if count},
            observes=frozenset(self.observes),
            remarks=(*self.remarks, *self._seen()),
        )

    def is_incident(self, labels: Sequence[str]) -> bool:
        """Return whether one of an issue's labels, or its type, makes it an incident; count what did."""
        named = [label for label in labels if is_incident_label(label, self.chosen.incidents)]
        self.incident_kinds.update(named[:1])
        return bool(named)

    def looked_for_incidents(self) -> None:
        """Note that the export holds issues: incidents are observed if it has some, or if the rules state what marks them."""
        if self.chosen.incidents or self.incidents:
            self.observes |= {"service.failed", "incident.reported", "incident.resolved"}
        elif self.items:
            self.remarks.append(
                f"no incident among {counted(len(self.items), 'issue')}, so failures are not observed; if a label or a type marks incidents, "
                "and there were none, state it with --incidents PATTERN"
            )

    def assisted(self, labels: Sequence[str]) -> bool | None:
        """Return True if one of a change's labels marks it as written with AI assistance; None without a mark."""
        return any(matches(label, self.chosen.assisted_labels) for label in labels) or None

    def met(self, change: str, moment: str, at: float | None) -> None:
        """Keep the time at which a change was first `ready` or `approved`."""
        if at is not None:
            self.moments[change, moment] = min(at, self.moments.get((change, moment), at))

    def begun(self, change: ChangeRecord, name: str | None = None) -> float | None:
        """Return when a change begins by the moment that people chose; one that never met it begins when it was opened."""
        if self.chosen.begin == "opened":
            return change.created
        at = self.moments.get((name or change.id, self.chosen.begin))
        self.counts[f"changes without a moment at which they were {self.chosen.begin}: they begin when opened"] += (
            at is None
        )
        return change.created if at is None else at

    def is_excluded(self, *authors: str | None) -> bool:
        """Return whether people chose to leave out the changes of an author; count the change if so."""
        excluded = any(is_author(author, self.chosen.exclude_authors) for author in authors)
        self.counts["changes of excluded authors"] += excluded
        return excluded

    def reaches_users(self, environment: str | None, *, stated: bool | None = None) -> bool:
        """Return whether an environment serves users; count the deployment as excluded otherwise.

        Patterns that people chose decide first, then what the tool states, then the words of the name.
        """
        patterns = self.chosen.environments
        reached = is_production(environment, patterns) if patterns or stated is None else stated
        self.environments_seen[environment or "(none)", reached] += 1
        if not reached:
            self.counts["deployments to other environments"] += 1
        return reached

    def keep_usual_branches(self, requests: Sequence[tuple[str | None, ChangeRecord]], what: str) -> list[ChangeRecord]:
        """Return the changes to the usual branch of each repository.

        It is the target of most merged changes, the alphabetically first among equals. A branch with one of the usual names that was
        merged to only before or only after it is the same branch under another name: it was renamed.

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
        times: dict[str | None, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for branch, change in requests:
            if branch and change.merged is not None:
                times[change.of][branch].append(change.merged)
        usual = {repository: _usual_branches(branches) for repository, branches in times.items()}
        for repository, names in sorted(usual.items(), key=str):
            if len(names) > 1:
                self.remarks.append(
                    f"{repository or 'the repository'}: the main branch was renamed: {', '.join(sorted(names))}"
                )
        kept = [change for branch, change in requests if branch is None or branch in usual.get(change.of, {branch})]
        self.counts[what] += len(requests) - len(kept)
        return kept

    def _seen(self) -> Iterator[str]:
        """Yield what people should know of the environments and of the kinds of incidents."""
        if self.environments_seen:
            shown = {
                reached: ", ".join(
                    f"{name} ({count})"
                    for (name, counts), count in self.environments_seen.most_common()
                    if counts == reached
                )
                for reached in (True, False)
            }
            yield f"production environments: {shown[True] or 'none'}; others: {shown[False] or 'none'}; choose with --environment PATTERN"
        if self.incident_kinds:
            kinds = ", ".join(f"{kind} ({count})" for kind, count in self.incident_kinds.most_common())
            yield f"incidents are the issues of these kinds: {kinds}; choose with --incidents PATTERN"


MAIN_BRANCHES: Final = {"main", "master", "trunk", "develop", "development", "default", "mainline"}
"""Usual names of a main branch."""


def _usual_branches(merged: Mapping[str, Sequence[float]]) -> set[str]:
    """Return the branch with the most merges, and the names that it had before or has now."""
    most = max(len(times) for times in merged.values())
    usual = min(branch for branch, times in merged.items() if len(times) == most)
    names = {usual}
    for branch in MAIN_BRANCHES & set(merged) - {usual}:
        apart = max(merged[branch]) <= min(merged[usual]) or min(merged[branch]) >= max(merged[usual])
        if apart and usual in MAIN_BRANCHES:
            names.add(branch)
    return names


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
