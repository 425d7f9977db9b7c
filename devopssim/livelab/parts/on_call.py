"""People on call: Alertmanager decides who is told of which alert, and a local inbox stands for the team's chat and the pager.

An incident counts as detected when its message arrives, not when Prometheus knows of it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Final

import pandas as pd

from devopssim.livelab.engine import ask, wait_until
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.production import ProductionEnvironment
from devopssim.livelab.workspace import Workspace

POLL_INTERVAL: Final = 0.2
"""Seconds between two looks into the inbox."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message that reached a receiver.

    Parameters
    ----------
    at : float
        When it arrived, in seconds since 1970.
    receiver : {"chat", "pager"}
        Where it arrived.
    firing, resolved : tuple of (str, str)
        Name and instance of the alerts that it reports.
    text : str
        What people read.

    Examples
    --------
    >>> message_of({"at": 1.0, "receiver": "chat", "body": {"attachments": [{"title": "FIRING InstanceDown", "fields": [
    ...     {"title": "firing", "value": "InstanceDown@web:5000 "}, {"title": "resolved", "value": ""}]}]}}).firing
    (('InstanceDown', 'web:5000'),)
    """

    at: float
    receiver: str
    firing: tuple[tuple[str, str], ...]
    resolved: tuple[tuple[str, str], ...]
    text: str


def message_of(entry: dict[str, Any]) -> Message:
    """Return a message of the inbox: Slack's JSON in the chat, Alertmanager's own at the pager."""
    body = entry["body"]
    if "attachments" in body:
        attachment = body["attachments"][0]
        fields = {field["title"]: field.get("value", "").split() for field in attachment.get("fields", ())}
        named = {state: tuple(map(_pair, fields.get(state, ()))) for state in ("firing", "resolved")}
        text = f"{attachment.get('title', '')}: {attachment.get('text', '')}".strip(" :;")
    else:
        alerts = body["alerts"]
        pairs = [(it["status"], (it["labels"]["alertname"], it["labels"].get("instance", ""))) for it in alerts]
        named = {state: tuple(pair for now, pair in pairs if now == state) for state in ("firing", "resolved")}
        summaries = "; ".join(str(it["annotations"].get("summary", "")) for it in alerts)
        text = f"{body['status'].upper()} {body['groupLabels']['alertname']}: {summaries}"
    return Message(
        at=float(entry["at"]),
        receiver=entry["receiver"],
        firing=named["firing"],
        resolved=named["resolved"],
        text=text,
    )


class OnCall:
    """Alertmanager and the inbox of those who are on call.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    production : ProductionEnvironment
        What they are on call for; Prometheus watches it.

    Examples
    --------
    >>> lab.on_call.up()  # doctest: +SKIP
    >>> lab.on_call.wait_for_message("pager", "HighErrorRate")  # doctest: +SKIP
    >>> lab.on_call.messages()  # doctest: +SKIP
    """

    def __init__(self, workspace: Workspace, production: ProductionEnvironment) -> None:
        self.workspace = workspace
        self.production = production
        self._end = Event()
        self._thread: Thread | None = None
        self._read = 0
        """Messages that are in the journal."""

    def up(self) -> None:
        """Start Alertmanager and the inbox; from now on an incident is detected when a message arrives."""
        self.production.compose("up", "-d", "--no-deps", "inbox", "alertmanager")
        wait_until(lambda: ask(self._port, "/-/ready").status == 200, "Alertmanager to be ready")
        wait_until(lambda: ask(self._inbox, "/messages").status == 200, "the inbox to answer")
        if self._thread is None:
            self.workspace.journal.write("on_call")
            self._end.clear()
            self._thread = Thread(target=self._listen, name="inbox", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop reading the inbox; Alertmanager itself runs until the lab goes down."""
        self._end.set()
        if self._thread:
            self._thread.join()
            self._thread = None

    def messages(self) -> pd.DataFrame:
        """Return the messages in the order of arrival.

        Returns
        -------
        DataFrame
            One row per message: seconds (since the first one), receiver, status (firing or resolved), alerts, text.
        """
        rows = [
            (
                message.at,
                message.receiver,
                "firing" if message.firing else "resolved",
                ", ".join(sorted({" ".join(pair).strip() for pair in message.firing or message.resolved})),
                message.text,
            )
            for message in self._messages()
        ]
        table = pd.DataFrame(rows, columns=["seconds", "receiver", "status", "alerts", "text"])
        table["seconds"] -= table["seconds"].min() if len(table) else 0.0
        return table

    def wait_for_message(
        self, receiver: str, alert: str, *, status: str = "firing", after: int = 0, timeout: float = 60.0
    ) -> None:
        """Wait until a message arrives.

        Parameters
        ----------
        receiver : {"chat", "pager"}
            Where it arrives.
        alert : str
            Name of an alert in it.
        status : {"firing", "resolved"}, default "firing"
            What it says of the alert.
        after : int, default 0
            Number of earlier messages to ignore: `len(lab.on_call.messages())`.
        timeout : float, default 60
            Seconds.

        Raises
        ------
        LabError
            After the timeout.
        """
        wait_until(
            lambda: any(
                message.receiver == receiver and alert in {name for name, _ in getattr(message, status)}
                for message in self._messages()[after:]
            ),
            f"the {receiver} to hear that {alert} is {status}",
            timeout=timeout,
        )

    def silence(self, alert: str, *, seconds: float = 600.0, reason: str) -> str:
        """Mute an alert for a time, as before planned work, and return the silence's id.

        Parameters
        ----------
        alert : str
            Name of the alert.
        seconds : float, default 600
            Duration.
        reason : str
            Comment that others read.

        Raises
        ------
        LabError
            Where Alertmanager does not run or refuses.
        """
        now = dt.datetime.now(dt.UTC)
        matcher = {"name": "alertname", "value": alert, "isRegex": False, "isEqual": True}
        silence = {
            "matchers": [matcher],
            "startsAt": now.isoformat(),
            "endsAt": (now + dt.timedelta(seconds=seconds)).isoformat(),
            "createdBy": self.workspace.student or "student",
            "comment": reason,
        }
        return str(self._api("silences", post=silence)["silenceID"])

    def silences(self) -> pd.DataFrame:
        """Return the silences: alert, reason, by, state (pending, active or expired), since (datetime)."""
        rows = [
            (
                ", ".join(matcher["value"] for matcher in silence["matchers"] if matcher["name"] == "alertname"),
                silence["comment"],
                silence["createdBy"],
                silence["status"]["state"],
                pd.Timestamp(silence["startsAt"]),
            )
            for silence in self._api("silences")
        ]
        return pd.DataFrame(rows, columns=["alert", "reason", "by", "state", "since"])

    def told_since(self, moment: pd.Timestamp, *alerts: str) -> int:
        """Return how many messages of firing alerts reached people since a moment.

        Parameters
        ----------
        moment : Timestamp
            With its time zone, as in `silences()`.
        *alerts : str
            Names of the alerts that count; default: all.
        """
        since = moment.timestamp()
        return sum(
            message.at >= since and any(not alerts or name in alerts for name, _ in message.firing)
            for message in self._messages()
        )

    def alerts(self) -> pd.DataFrame:
        """Return the alerts as Alertmanager sees them now: name, instance, state (active or suppressed), by (silence, inhibition)."""
        rows = [
            (
                alert["labels"]["alertname"],
                alert["labels"].get("instance", ""),
                alert["status"]["state"],
                "silence" if alert["status"]["silencedBy"] else "inhibition" if alert["status"]["inhibitedBy"] else "",
            )
            for alert in self._api("alerts")
        ]
        return pd.DataFrame(rows, columns=["name", "instance", "state", "by"])

    @property
    def _port(self) -> int:
        return self.workspace.ports["alertmanager"]

    @property
    def _inbox(self) -> int:
        return self.workspace.ports["inbox"]

    def _messages(self) -> list[Message]:
        """Return all messages so far."""
        answer = ask(self._inbox, "/messages")
        if answer.status == 0:
            message = "nobody is on call; start Alertmanager with `on_call.up()`."
            raise LabError(message)
        return [message_of(entry) for entry in answer.json()]

    def _listen(self) -> None:
        """Record the messages until `stop`."""
        while not self._end.wait(POLL_INTERVAL):
            answer = ask(self._inbox, "/messages")
            if answer.status == 200:
                self._note([message_of(entry) for entry in answer.json()])

    def _note(self, messages: list[Message]) -> None:
        """Record what new messages report."""
        for message in messages[self._read :]:
            at = self.workspace.journal.clock.of(message.at)
            for fact, name, instance in _told(message):
                self.workspace.journal.write(fact, at=at, name=name, instance=instance, receiver=message.receiver)
        self._read = len(messages)

    def _api(self, path: str, *, post: object = None) -> Any:
        """Return an answer of Alertmanager's API."""
        answer = ask(self._port, f"/api/v2/{path}", post=post)
        if answer.status != 200:
            reason = "it does not run; start it with `on_call.up()`" if answer.status == 0 else answer.text.strip()
            message = f"Alertmanager gives no answer about {path}: {reason}."
            raise LabError(message)
        return answer.json()


def _told(message: Message) -> Iterator[tuple[str, str, str]]:
    """Yield fact, name and instance of each alert in a message."""
    for fact, pairs in (("notified", message.firing), ("notified.cleared", message.resolved)):
        for name, instance in pairs:
            yield fact, name, instance


def _pair(alert: str) -> tuple[str, str]:
    """Return name and instance of `NAME@INSTANCE`."""
    name, _, instance = alert.partition("@")
    return name, instance
