"""An event log as CDEvents 0.5 in CloudEvents 1.0 (https://cdevents.dev), one JSON object per line.

Kinds that CDEvents has become its events, so that other tools can read them; the rest become custom events
(`dev.cdeventsx.devopssim-stage.started.0.1.0`), as do ends of test runs without an outcome, which CDEvents demands.
The rows of one deployment are one event. `customData` holds the original rows, from which
`devopssim.importers.from_cdevents` restores the log bit for bit.

Source of types and fields: the specification's schemas, 0.5.0. That of testsuiterun.finished demands a field `version` which
it also forbids; it is written with `specversion`, as all others.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pandas as pd

from devopssim.events import COLUMNS, IDS, decode_detail, validate
from devopssim.files import whole_file

SPECIFICATION: Final = "0.5.0"
TYPES: Final = {
    "ticket.created": "0.2.0",
    "ticket.closed": "0.2.0",
    "change.created": "0.4.0",
    "change.merged": "0.3.0",
    "change.abandoned": "0.3.0",
    "build.started": "0.3.0",
    "build.finished": "0.3.0",
    "testsuiterun.started": "0.3.0",
    "testsuiterun.finished": "0.3.0",
    "artifact.published": "0.3.0",
    "service.deployed": "0.3.0",
    "service.rolledback": "0.3.0",
    "incident.detected": "0.3.0",
    "incident.reported": "0.3.0",
    "incident.resolved": "0.3.0",
}
"""The kinds that CDEvents has, with the versions that its 0.5 gives them."""
CUSTOM: Final = "0.1.0"
ABOUT: Final = "dev.cdeventsx.devopssim-log.described.0.1.0"
START: Final = "2000-01-01T00:00:00+00:00"
"""The time of hour 0 for a log without a `start` (a simulated one)."""
OUTCOMES: Final = ("success", "failure", "cancel", "error")

Event = dict[str, Any]


def to_cdevents(
    log: pd.DataFrame, *, source: str = "/devopssim", environment: str = "production", service: str = "service"
) -> Iterator[Event]:
    """Yield a log as CloudEvents whose data are CDEvents, in the order of the log.

    The first event describes the log; the rows of one deployment are one event.

    Parameters
    ----------
    log : DataFrame
        Event log of one replication.
    source : str, default "/devopssim"
        URI reference of the sender.
    environment, service : str, default "production" and "service"
        Names of the environment and of the deployed service.

    Yields
    ------
    dict
        A CloudEvent, ready for JSON.

    Raises
    ------
    BrokenContractError
        If the table breaks the contract of an event log.

    References
    ----------
    CDEvents 0.5, https://cdevents.dev; CloudEvents 1.0, https://cloudevents.io

    Examples
    --------
    >>> from devopssim.events import event, from_rows
    >>> [item["type"] for item in to_cdevents(from_rows([event(0, "ticket.created", item="W1")]))]
    ['dev.cdeventsx.devopssim-log.described.0.1.0', 'dev.cdevents.ticket.created.0.2.0']
    """
    validate(log)
    start = datetime.fromisoformat(log.attrs.get("start") or START)
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    sender = _Sender(source=source, environment=environment, service=service, start=start)
    attrs = {str(key): value for key, value in log.attrs.items()}
    yield sender.event(0, ABOUT, hours=0.0, subject="log", content={}, own={"log": attrs})
    table = log.astype(dict.fromkeys(COLUMNS[1:], object)).where(log.notna(), None)
    rows = enumerate(table.itertuples(index=False, name=None))
    for number, (_, group) in enumerate(itertools.groupby(rows, key=_together), start=1):
        yield sender.of(number, [row for _, row in group])


def write_cdevents(log: pd.DataFrame, path: str | Path, **options: str) -> int:
    """Write a log as CDEvents, one JSON object per line; the file appears whole or stays absent.

    Parameters
    ----------
    log : DataFrame
        Event log of one replication.
    path : str or Path
        File to write.
    **options : str
        Options of `to_cdevents`.

    Returns
    -------
    int
        Number of events written.

    Raises
    ------
    BrokenContractError
        If the table breaks the contract of an event log.
    InvalidInputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from devopssim.events import event, from_rows
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_cdevents(from_rows([event(0, "ticket.created", item="W1")]), f"{folder}/events.jsonl")
    2
    """
    count = 0
    with whole_file(path) as part, part.open("w", encoding="utf-8") as stream:
        for item in to_cdevents(log, **options):
            stream.write(json.dumps(item, ensure_ascii=False, allow_nan=False) + "\n")
            count += 1
    return count


def _together(numbered: tuple[int, tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return the key of the event that a row belongs to; the rows of one deployment share it."""
    number, row = numbered
    values = dict(zip(COLUMNS, row, strict=True))
    if values["kind"] == "service.deployed":
        return ("service.deployed", values["time"], values["deployment"])
    return (number,)


class _Sender:
    """The sender of the events: its URI reference, environment, service and the time of hour 0."""

    def __init__(self, *, source: str, environment: str, service: str, start: datetime) -> None:
        self.source = source
        self.environment = {"id": environment}
        self.service = service
        self.start = start

    def of(self, number: int, rows: list[tuple[Any, ...]]) -> Event:
        """Return the event of these rows."""
        first = dict(zip(COLUMNS, rows[0], strict=True))
        kind, detail = str(first["kind"]), decode_detail(first["detail"])
        is_standard = kind in TYPES and (kind != "testsuiterun.finished" or detail.get("outcome") in OUTCOMES)
        name = f"dev.cdevents.{kind}.{TYPES[kind]}" if is_standard else f"dev.cdeventsx.devopssim-{kind}.{CUSTOM}"
        subject = next((str(first[column]) for column in IDS if first[column] is not None), f"{kind}-{number}")
        content: dict[str, Any] = {}
        if is_standard:
            predicate = kind.partition(".")[0]
            subject = self._subject(predicate, first, subject, number)
            content = CONTENTS[predicate](self, kind, first, detail)
        own = [{name: value for name, value in zip(COLUMNS, row, strict=True) if value is not None} for row in rows]
        hours = float(first["time"])
        return self.event(number, name, hours=hours, subject=subject, content=content, own={"rows": own})

    def event(
        self,
        number: int,
        name: str,
        *,
        hours: float,
        subject: str,
        content: Mapping[str, Any],
        own: Mapping[str, Any],
    ) -> Event:
        """Return a CloudEvent around a CDEvent."""
        moment = (self.start + timedelta(hours=hours)).astimezone(UTC)
        time = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
        context = {
            "specversion": SPECIFICATION,
            "id": str(number),
            "source": self.source,
            "type": name,
            "timestamp": time,
        }
        data = {
            "context": context,
            "subject": {"id": subject, "source": self.source, "content": dict(content)},
            "customData": {"devopssim": dict(own)},
            "customDataContentType": "application/json",
        }
        return {
            "specversion": "1.0",
            "id": str(number),
            "source": self.source,
            "type": name,
            "subject": subject,
            "time": time,
            "datacontenttype": "application/json",
            "data": data,
        }

    def _subject(self, predicate: str, row: Mapping[str, Any], subject: str, number: int) -> str:
        if predicate == "service":
            return self.service
        if predicate == "artifact":
            return self.artifact(row["change"] or str(number))
        return f"{predicate}-{subject}" if predicate in {"build", "testsuiterun"} else subject

    def artifact(self, version: str) -> str:
        """Return the package URL of a version of the service."""
        return f"pkg:generic/{quote(self.service, safe='')}@{quote(version, safe='')}"

    def ticket(self, kind: str, row: Mapping[str, Any], _: Mapping[str, str]) -> dict[str, Any]:
        """Return the content of a work item's event."""
        address = f"/items/{quote(str(row['item']), safe='')}"
        if kind == "ticket.closed":
            return {"uri": address, "resolution": "completed"}
        return {"summary": str(row["item"]), "creator": "unknown", "uri": address}

    def empty(self, *_: object) -> dict[str, Any]:
        """Return empty content."""
        return {}

    def change(self, *_: object) -> dict[str, Any]:
        """Return the content of a change's event: its repository."""
        return {"repository": {"id": self.service}}

    def suite_run(self, kind: str, _: Mapping[str, Any], detail: Mapping[str, str]) -> dict[str, Any]:
        """Return the content of a test run's event: its environment and, at its end, its outcome."""
        ended = {"outcome": detail["outcome"]} if kind == "testsuiterun.finished" else {}
        return {"environment": self.environment, **ended}

    def deployment(self, _: str, row: Mapping[str, Any], __: Mapping[str, str]) -> dict[str, Any]:
        """Return the content of a deployment's event: its environment and artifact."""
        return {"environment": self.environment, "artifactId": self.artifact(str(row["deployment"]))}

    def incident(self, kind: str, row: Mapping[str, Any], _: Mapping[str, str]) -> dict[str, Any]:
        """Return the content of an incident's event: its environment, service and ticket."""
        ticket = f"urn:devopssim:incident:{quote(str(row['incident']), safe='')}"
        reported = {"ticketURI": ticket} if kind == "incident.reported" else {}
        return {"environment": self.environment, "service": {"id": self.service}, **reported}


CONTENTS: Final[Mapping[str, Callable[..., dict[str, Any]]]] = {
    "ticket": _Sender.ticket,
    "change": _Sender.change,
    "build": _Sender.empty,
    "testsuiterun": _Sender.suite_run,
    "artifact": _Sender.empty,
    "service": _Sender.deployment,
    "incident": _Sender.incident,
}
