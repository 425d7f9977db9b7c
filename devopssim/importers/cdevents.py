"""CDEvents of other tools (0.3 to 0.5) as a history: JSON lines or pages of CloudEvents, or of bare CDEvents.

Rules:

- A ticket is a work item; one closed as withdrawn or as a duplicate is withdrawn. A change is a change.
- `service.deployed` and `service.upgraded` in production (`environments`, else the words of the name) are deployments. They carry the changes that
  `artifact.packaged` events name for their artifact; without such events their changes are unknown.
- `service.rolledback` takes the present deployment of that service in that environment back.
- An incident is detected at its first `incident.detected` or `incident.reported`, and resolved at `incident.resolved`.
  CDEvents lack the moment of failure: times to detect have n = 0, times to recover are lower bounds. The artifact that the
  incident names caused it, else a deployment of the service that it names. An incident that is detected again after it was resolved is
  another one.
- An event that is delivered twice (same source and id) counts once. Kinds that the log lacks are excluded and counted.
"""

import base64
import binascii
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import COLUMNS, Row, from_rows, validate, with_attrs
from devopssim.history import (
    ChangeRecord,
    DeploymentRecord,
    History,
    IncidentRecord,
    PipelineRunRecord,
    WorkItemRecord,
    change_id,
)
from devopssim.importers.exported_files import objects_of, text_in
from devopssim.importers.normalisation import identifier
from devopssim.importers.record_reader import ReadingRules, RecordReader
from devopssim.importers.times import seconds
from devopssim.importers.translation import ATTRIBUTION_WINDOW, log_of

TYPE: Final = re.compile(r"dev\.cdevents\.([a-z]+)\.([a-z]+)(?:\.\d+\.\d+\.\d+(?:-draft)?)?")
"""Type of a CDEvent, whose groups are subject and predicate."""
VERSIONS: Final = re.compile(r"0\.[345](\.|$)")
"""Versions of the specification that are read."""
COMMIT: Final = re.compile(r"[0-9a-f]{40,64}")
OUTCOMES: Final = {"success": "success", "pass": "success", "failure": "failure", "fail": "failure", "error": "failure"}
"""Outcome of a run, by CDEvents' outcome; others leave it open."""


def read_cdevents(
    *exports: str | Path, environments: Sequence[str] = (), attribution_window: float = ATTRIBUTION_WINDOW
) -> pd.DataFrame:
    r"""Return the event log of CDEvents: restored if devopssim wrote them, else translated by this module's rules.

    Parameters
    ----------
    *exports : str or Path
        Files and folders of JSON.
    environments : Sequence of str, default ()
        Shell patterns of environments that serve users; by default the words of the name decide.
    attribution_window : float, default 24
        As of `log_of`.

    Returns
    -------
    DataFrame
        Event log.

    Raises
    ------
    InvalidInputError
        Where a file is unreadable, an object is not a CDEvent, or nothing in it becomes an event.

    References
    ----------
    CDEvents specification, Continuous Delivery Foundation: https://cdevents.dev

    Examples
    --------
    >>> import tempfile
    >>> from devopssim.exporters import to_cdevents
    >>> history = History(deployments={"7": DeploymentRecord(id="7", at=3600.0)})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     lines = [json.dumps(event) for event in to_cdevents(log_of(history))]
    ...     _ = Path(folder, "events.jsonl").write_text("\n".join(lines))
    ...     log = read_cdevents(folder)
    >>> list(log["kind"])
    ['service.deployed']

    """
    restored = restored_log(*exports)
    return (
        log_of(cdevents_history(*exports, environments=environments), attribution_window=attribution_window)
        if restored is None
        else restored
    )


def restored_log(*exports: str | Path) -> pd.DataFrame | None:
    """Return the log that devopssim exported to these files, or None unless it wrote all of their events.

    Parameters
    ----------
    *exports : str or Path
        Files and folders of JSON.

    Raises
    ------
    InvalidInputError
        Where a file is unreadable, or devopssim's own data in it are damaged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "other.json").write_text('[{"id": "1", "type": "dev.cdevents.change.created.0.3.0"}]')
    ...     restored_log(folder) is None
    True

    """
    objects = [thing for export in exports for _, thing in objects_of(export)]
    if not objects or any(own_data(thing) is None for thing in objects):
        return None
    return from_cdevents(objects)


def from_cdevents(events: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the valid event log that `devopssim.exporters.to_cdevents` made these events from.

    Parameters
    ----------
    events : Iterable of Mapping
        CloudEvents with devopssim's own data.

    Returns
    -------
    DataFrame
        Event log with its attrs, equal to the exported one.

    Raises
    ------
    InvalidInputError
        Where another tool wrote an event, or the data are damaged.

    Examples
    --------
    >>> from devopssim.exporters import to_cdevents
    >>> log = log_of(History(deployments={"7": DeploymentRecord(id="7", at=3600.0)}))
    >>> from_cdevents(to_cdevents(log)).equals(log)
    True

    """
    rows: list[Row] = []
    attrs: dict[str, Any] | None = None
    for event in events:
        own = own_data(event)
        if own is None:
            raise InvalidInputError(
                "another tool wrote these CDEvents; read them with devopssim.importers.read_cdevents."
            )
        if "log" in own:
            attrs = dict(own["log"])
        try:
            rows += [tuple(row.get(name) for name in COLUMNS) for row in own.get("rows", ())]
        except AttributeError as error:
            raise InvalidInputError(
                "the customData of an event is damaged; export the log again with devopssim."
            ) from error
    log = from_rows(rows)
    if attrs is not None:
        log = with_attrs(log, **{"horizon": None, **attrs})
    return validate(log)


def own_data(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return devopssim's own data in an event, or None where another tool wrote it.

    Examples
    --------
    >>> own_data({"data": {"customData": {"devopssim": {"rows": []}}}})
    {'rows': []}
    >>> own_data({"data": {}}) is None
    True

    """
    data = event.get("data", event)
    custom = data.get("customData") if isinstance(data, Mapping) else None
    own = custom.get("devopssim") if isinstance(custom, Mapping) else None
    return own if isinstance(own, Mapping) else None


def cdevents_history(*exports: str | Path, environments: Sequence[str] = ()) -> History:
    """Return the history of CDEvents of other tools, ready to be joined with others.

    Parameters
    ----------
    *exports : str or Path
        Files and folders of JSON.
    environments : Sequence of str, default ()
        Shell patterns of environments that serve users; by default the words of the name decide.

    Returns
    -------
    History
        Work items, changes, deployments, incidents and pipeline runs.

    Raises
    ------
    InvalidInputError
        Where a file is unreadable, or an object is not a CDEvent.

    Examples
    --------
    >>> import tempfile
    >>> context = {"specversion": "0.4.1", "id": "1", "source": "/git", "type": "dev.cdevents.change.merged.0.2.0"}
    >>> context["timestamp"] = "1970-01-01T01:00:00Z"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     event = {"context": context, "subject": {"id": "PR-7", "content": {}}}
    ...     _ = Path(folder, "event.json").write_text(json.dumps(event))
    ...     history = cdevents_history(folder)
    >>> history.changes["PR-7"].merged
    3600.0

    """
    return CDEventsReader(chosen=ReadingRules(environments=environments)).read_all(exports)


@dataclass(kw_only=True)
class CDEventsReader(RecordReader):
    """Reader of CDEvents of other tools; this module's docstring lists its rules."""

    tool: ClassVar[str] = "cdevents"
    rules: ClassVar[str] = (
        "tickets are work items; a service deployed to production is a deployment of the changes packaged into its artifact; "
        "incidents are detected at their first event"
    )
    seen: set[tuple[str, str]] = field(default_factory=set)
    """Source and id of each event read."""
    packaged: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Changes in each artifact."""

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Add the record of one event; exclude duplicates and other types, and count them."""
        event = _unwrapped(where, thing)
        context, subject = event.get("context"), event.get("subject")
        if not isinstance(context, Mapping) or not isinstance(subject, Mapping):
            raise InvalidInputError(
                f"{where}: expected a CDEvent with `context` and `subject`; at least one of them is missing."
            )
        name, key = text_in(context, "type") or "", (text_in(context, "source") or "", text_in(context, "id") or "")
        where = f"{where}: event {key[1] or name}"
        version = text_in(context, "specversion") or text_in(context, "version") or ""
        kind = TYPE.fullmatch(name)
        at = seconds(context.get("timestamp"), where)
        if kind is None or not VERSIONS.match(version):
            self.counts["events of other types or versions"] += 1
        elif key in self.seen:
            self.counts["events delivered twice"] += 1
        elif at is None or text_in(subject, "id") is None:
            raise InvalidInputError(f"{where}: `timestamp` or the `id` of the subject is missing; both are required.")
        else:
            self.seen.add(key)
            content = subject.get("content") if isinstance(subject.get("content"), Mapping) else {}
            self._take(kind[1], kind[2], _CDEvent(at=at, subject=str(subject["id"]), content=content or {}, key=key))

    def _take(self, subject: str, predicate: str, event: "_CDEvent") -> None:
        """Pass an event to the method of its subject; count it as excluded where that does not use it."""
        taker = getattr(self, f"_{subject}", None)
        if taker is None or not taker(predicate, event):
            self.counts[f"{subject}.{predicate}"] += 1

    def _ticket(self, predicate: str, event: "_CDEvent") -> bool:
        withdrawn = event.content.get("resolution") in {"withdrawn", "duplicate"}
        field_name = {"created": "created", "closed": "withdrawn" if withdrawn else "closed"}.get(predicate)
        if field_name:
            times: dict[str, Any] = {field_name: event.at}
            self.observes |= {"ticket.created", "ticket.closed"}
            self.items.append(WorkItemRecord(id=identifier(event.subject), **times))
        return field_name is not None

    def _change(self, predicate: str, event: "_CDEvent") -> bool:
        if predicate not in {"created", "merged", "abandoned"}:
            return False
        times: dict[str, Any] = {predicate: event.at}
        self.changes.append(ChangeRecord(id=_change_name(event.subject), commit=_commit(event.subject), **times))
        return True

    def _artifact(self, predicate: str, event: "_CDEvent") -> bool:
        change = text_in(event.content, "change", "id")
        if predicate == "packaged" and change:
            self.packaged[event.subject].append(change)
        return predicate == "packaged"

    def _build(self, predicate: str, event: "_CDEvent", kind: str = "build") -> bool:
        field_name = {"started": "started", "finished": "finished"}.get(predicate)
        if field_name:
            outcome = event.content.get("outcome") or event.content.get("status")
            times: dict[str, Any] = {field_name: event.at}
            self.runs.append(
                PipelineRunRecord(id=f"{kind} {event.subject}", kind=kind, outcome=OUTCOMES.get(str(outcome)), **times)
            )
        return field_name is not None

    def _testsuiterun(self, predicate: str, event: "_CDEvent") -> bool:
        return self._build(predicate, event, "testsuiterun")

    _testsuite = _testsuiterun

    def _service(self, predicate: str, event: "_CDEvent") -> bool:
        if predicate not in {"deployed", "upgraded", "rolledback"}:
            return False
        self.observes |= {"service.deployed"}
        environment = text_in(event.content, "environment", "id")
        if not self.reaches_users(environment):
            return True
        artifact = text_in(event.content, "artifactId")
        self.deployments.append(
            DeploymentRecord(
                id=" ".join(event.key),
                at=event.at,
                name=artifact,
                of=event.subject,
                environment=environment,
                back=predicate == "rolledback" or None,
            )
        )
        return True

    def _incident(self, predicate: str, event: "_CDEvent") -> bool:
        field_name = {"detected": "detected", "reported": "detected", "resolved": "resolved"}.get(predicate)
        if field_name:
            caused_by = text_in(event.content, "artifactId") if field_name == "detected" else None
            description = text_in(event.content, "description")
            times: dict[str, Any] = {field_name: event.at}
            self.observes |= {"service.failed", "incident.reported", "incident.resolved"}
            self.incidents.append(
                IncidentRecord(
                    id=identifier(event.subject),
                    name=description,
                    deployment=caused_by,
                    of=text_in(event.content, "service", "id"),
                    **times,
                )
            )
        return field_name is not None

    def finish(self) -> None:
        """Complete the deployments with the changes of their artifacts."""
        self.deployments = list(self._with_changes())

    def _with_changes(self) -> Iterator[DeploymentRecord]:
        for deployment in self.deployments:
            inside = self.packaged.get(deployment.name or "", [])
            commits = [sha for change in inside if (sha := _commit(change))]
            changes = tuple(sorted({_change_name(change) for change in inside}))
            commit = commits[0] if len(commits) == 1 else None
            yield replace(deployment, changes=changes, commit=commit)


@dataclass(frozen=True, kw_only=True)
class _CDEvent:
    """One event: its time in seconds since 1970, the id of its subject, its content, and its source and id."""

    at: float
    subject: str
    content: Mapping[str, Any]
    key: tuple[str, str]


def _unwrapped(where: str, thing: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the CDEvent inside a CloudEvent; a bare CDEvent is returned unchanged."""
    if "context" in thing:
        return thing
    data = thing.get("data")
    if data is None and isinstance(thing.get("data_base64"), str):
        try:
            data = base64.b64decode(str(thing["data_base64"]), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise InvalidInputError(
                f"{where}: data_base64 of event {thing.get('id')} is invalid; export the events again."
            ) from error
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise InvalidInputError(
                f"{where}: the data of event {thing.get('id')} is not valid JSON; export the events again."
            ) from error
    if not isinstance(data, Mapping):
        raise InvalidInputError(f"{where}: expected CloudEvents or CDEvents, got other objects; pass a file of events.")
    return data


def _commit(text: str) -> str | None:
    return text if COMMIT.fullmatch(text) else None


def _change_name(text: str) -> str:
    return change_id(text) if COMMIT.fullmatch(text) else identifier(text)
