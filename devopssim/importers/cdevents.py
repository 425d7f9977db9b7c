"""CDEvents of other tools (0.3 to 0.5) as facts: JSON lines or pages of CloudEvents, or of bare CDEvents.

Rules:

- A ticket is a work item; one closed as withdrawn or as a duplicate is withdrawn. A change is a change.
- `service.deployed` and `service.upgraded` in an environment of `environments` are deployments. They carry the changes that
  `artifact.packaged` events name for their artefact; without such events it is not known what they carry.
- `service.rolledback` takes the present deployment of that service back.
- An incident is known from its first `incident.detected` or `incident.reported`, and over with `incident.resolved`. When it
  began is not told: times to detect say n = 0, times to recover are lower bounds. The artefact that it names caused it.
- An event that is delivered twice (same source and id) counts once. Kinds that the log has no word for are left out, counted.
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
from devopssim.importers.exported_files import objects_of, seconds, text_in
from devopssim.importers.normalisation import PRODUCTION, identifier
from devopssim.importers.record_reader import RecordReader
from devopssim.importers.translation import BLAMED_FOR, log_of

TYPE: Final = re.compile(r"dev\.cdevents\.([a-z]+)\.([a-z]+)(?:\.\d+\.\d+\.\d+(?:-draft)?)?")
VERSIONS: Final = re.compile(r"0\.[345](\.|$)")
COMMIT: Final = re.compile(r"[0-9a-f]{40,64}")
OUTCOMES: Final = {"success": "success", "pass": "success", "failure": "failure", "fail": "failure", "error": "failure"}


def read_cdevents(
    *exports: str | Path, environments: Sequence[str] = PRODUCTION, blamed_for: float = BLAMED_FOR
) -> pd.DataFrame:
    """Return the event log of CDEvents: restored, if devopssim wrote them, else by this module's rules.

    `exports` are files or folders, `environments` shell patterns of those that users meet, `blamed_for` as of `log_of`. Raises
    InvalidInputError, in one line, for what cannot be read.
    """
    restored = restored_log(*exports)
    return (
        log_of(cdevents_history(*exports, environments=environments), blamed_for=blamed_for)
        if restored is None
        else restored
    )


def restored_log(*exports: str | Path) -> pd.DataFrame | None:
    """Return the log that devopssim exported to these files, or None if it did not write all of their events."""
    found = [thing for export in exports for _, thing in objects_of(export)]
    if not found or any(own_data(each) is None for each in found):
        return None
    return from_cdevents(found)


def from_cdevents(events: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the valid event log that `devopssim.exporters.to_cdevents` made these events from. Raises InvalidInputError for others."""
    rows: list[Row] = []
    attrs: dict[str, Any] | None = None
    for each in events:
        own = own_data(each)
        if own is None:
            raise InvalidInputError(
                "these CDEvents were not written by devopssim; read them with devopssim.importers.read_cdevents."
            )
        if "log" in own:
            attrs = dict(own["log"])
        try:
            rows += [tuple(row.get(name) for name in COLUMNS) for row in own.get("rows", ())]
        except AttributeError as error:
            raise InvalidInputError("customData of an event of devopssim is damaged; export the log again.") from error
    log = from_rows(rows)
    if attrs is not None:
        log = with_attrs(log, **{"horizon": None, **attrs})
    return validate(log)


def own_data(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what devopssim wrote into an event, or None if it did not write it."""
    data = event.get("data", event)
    custom = data.get("customData") if isinstance(data, Mapping) else None
    own = custom.get("devopssim") if isinstance(custom, Mapping) else None
    return own if isinstance(own, Mapping) else None


def cdevents_history(*exports: str | Path, environments: Sequence[str] = PRODUCTION) -> History:
    """Return the facts of CDEvents, to be joined with others; arguments and errors as of `read_cdevents`."""
    return CDEventsReader(environments=environments).read_all(exports)


@dataclass(kw_only=True)
class CDEventsReader(RecordReader):
    """Reads CDEvents of other tools."""

    tool: ClassVar[str] = "cdevents"
    rules: ClassVar[str] = (
        "tickets are work items; a service that is deployed to production is a deployment of the changes that were packaged into "
        "its artefact; incidents are known with their first event"
    )
    seen: set[tuple[str, str]] = field(default_factory=set)
    packaged: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Artefact: the changes in it."""

    def read(self, where: str, thing: Mapping[str, Any]) -> None:
        """Take in one event."""
        event = _unwrapped(where, thing)
        context, subject = event.get("context"), event.get("subject")
        if not isinstance(context, Mapping) or not isinstance(subject, Mapping):
            raise InvalidInputError(f"{where}: an event has no context or no subject, so it is no CDEvent.")
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
            raise InvalidInputError(f"{where} has no timestamp, or its subject no id.")
        else:
            self.seen.add(key)
            content = subject.get("content") if isinstance(subject.get("content"), Mapping) else {}
            self._take(kind[1], kind[2], _Told(at=at, subject=str(subject["id"]), content=content or {}, key=key))

    def _take(self, subject: str, predicate: str, told: "_Told") -> None:
        taker = getattr(self, f"_{subject}", None)
        if taker is None or not taker(predicate, told):
            self.counts[f"{subject}.{predicate}"] += 1

    def _ticket(self, predicate: str, told: "_Told") -> bool:
        lost = told.content.get("resolution") in {"withdrawn", "duplicate"}
        word = {"created": "created", "closed": "withdrawn" if lost else "closed"}.get(predicate)
        if word:
            times: dict[str, Any] = {word: told.at}
            self.items.append(WorkItemRecord(id=identifier(told.subject), **times))
        return word is not None

    def _change(self, predicate: str, told: "_Told") -> bool:
        if predicate not in {"created", "merged", "abandoned"}:
            return False
        times: dict[str, Any] = {predicate: told.at}
        self.changes.append(ChangeRecord(id=_change_name(told.subject), commit=_commit(told.subject), **times))
        return True

    def _artifact(self, predicate: str, told: "_Told") -> bool:
        change = text_in(told.content, "change", "id")
        if predicate == "packaged" and change:
            self.packaged[told.subject].append(change)
        return predicate == "packaged"

    def _build(self, predicate: str, told: "_Told", kind: str = "build") -> bool:
        word = {"started": "started", "finished": "finished"}.get(predicate)
        if word:
            said = told.content.get("outcome") or told.content.get("status")
            times: dict[str, Any] = {word: told.at}
            self.runs.append(
                PipelineRunRecord(id=f"{kind} {told.subject}", kind=kind, outcome=OUTCOMES.get(str(said)), **times)
            )
        return word is not None

    def _testsuiterun(self, predicate: str, told: "_Told") -> bool:
        return self._build(predicate, told, "testsuiterun")

    _testsuite = _testsuiterun

    def _service(self, predicate: str, told: "_Told") -> bool:
        if predicate not in {"deployed", "upgraded", "rolledback"}:
            return False
        if not self.reaches_users(text_in(told.content, "environment", "id")):
            return True
        artefact = text_in(told.content, "artifactId")
        self.deployments.append(
            DeploymentRecord(
                id=" ".join(told.key),
                at=told.at,
                name=artefact,
                of=told.subject,
                back=predicate == "rolledback" or None,
            )
        )
        return True

    def _incident(self, predicate: str, told: "_Told") -> bool:
        word = {"detected": "known", "reported": "known", "resolved": "resolved"}.get(predicate)
        if word:
            caused_by = text_in(told.content, "artifactId") if word == "known" else None
            said = text_in(told.content, "description")
            times: dict[str, Any] = {word: told.at}
            self.incidents.append(IncidentRecord(id=identifier(told.subject), name=said, deployment=caused_by, **times))
        return word is not None

    def finish(self) -> None:
        """Complete the deployments."""
        self.deployments = list(self._with_changes())

    def _with_changes(self) -> Iterator[DeploymentRecord]:
        for each in self.deployments:
            inside = self.packaged.get(each.name or "", [])
            commits = [sha for change in inside if (sha := _commit(change))]
            changes = tuple(sorted({_change_name(change) for change in inside}))
            commit = commits[0] if len(commits) == 1 else None
            yield replace(each, changes=changes, commit=commit)


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What one event tells."""

    at: float
    subject: str
    content: Mapping[str, Any]
    key: tuple[str, str]


def _unwrapped(where: str, thing: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the CDEvent inside a CloudEvent; a bare one is returned as it is."""
    if "context" in thing:
        return thing
    data = thing.get("data")
    if data is None and isinstance(thing.get("data_base64"), str):
        try:
            data = base64.b64decode(str(thing["data_base64"]), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise InvalidInputError(f"{where}: data_base64 of event {thing.get('id')} is damaged.") from error
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise InvalidInputError(f"{where}: the data of event {thing.get('id')} is no JSON.") from error
    if not isinstance(data, Mapping):
        raise InvalidInputError(f"{where}: holds objects that are neither CloudEvents nor CDEvents.")
    return data


def _commit(text: str) -> str | None:
    return text if COMMIT.fullmatch(text) else None


def _change_name(text: str) -> str:
    return change_id(text) if COMMIT.fullmatch(text) else identifier(text)
