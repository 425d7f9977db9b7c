"""Messages as Alertmanager sends them to Slack and to a webhook, and what of them goes into the journal."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

from devopssim.livelab.history.journal import Journal
from devopssim.livelab.parts.on_call import OnCall, message_of

SLACK: Final = {
    "at": 10.0,
    "receiver": "chat",
    "body": {
        "channel": "#shop",
        "username": "Alertmanager",
        "attachments": [
            {
                "title": "FIRING InstanceDown",
                "text": "web:5000 does not answer; green:5000 does not answer; ",
                "fields": [
                    {"title": "firing", "value": "InstanceDown@web:5000 InstanceDown@green:5000 "},
                    {"title": "resolved"},
                ],
            }
        ],
    },
}
"""One message for two instances: they are grouped by the alert's name. Slack's format leaves an empty value out."""


def webhook(at: float, status: str, *alerts: tuple[str, str]) -> dict[str, Any]:
    listed = [
        {"status": state, "labels": {"alertname": name, "severity": "critical"}, "annotations": {"summary": "all down"}}
        for name, state in alerts
    ]
    body = {"status": status, "groupLabels": {"alertname": alerts[0][0]}, "alerts": listed}
    return {"at": at, "receiver": "pager", "body": body}


def noted(tmp_path: Path, *polls: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    journal = Journal(tmp_path / "journal.jsonl")
    people = OnCall(cast("Any", SimpleNamespace(journal=journal)), cast("Any", None))
    for entries in polls:
        people._note([message_of(entry) for entry in entries])
    return [(fact["fact"], fact["name"], fact["receiver"]) for fact in journal.facts()]


def test_slack_s_json_names_each_alert_of_the_group() -> None:
    message = message_of(SLACK)
    assert message.firing == (("InstanceDown", "web:5000"), ("InstanceDown", "green:5000"))
    assert message.resolved == ()
    assert message.text == "FIRING InstanceDown: web:5000 does not answer; green:5000 does not answer"


def test_the_pager_hears_of_what_fires_and_of_what_is_over_in_one_message() -> None:
    message = message_of(webhook(1.0, "firing", ("ShopDown", "firing"), ("HighErrorRate", "resolved")))
    assert message.firing == (("ShopDown", ""),)
    assert message.resolved == (("HighErrorRate", ""),)
    assert message.text == "FIRING ShopDown: all down; all down"


def test_each_message_goes_into_the_journal_once(tmp_path: Path) -> None:
    fires, over = webhook(1.0, "firing", ("ShopDown", "firing")), webhook(2.0, "resolved", ("ShopDown", "resolved"))
    assert noted(tmp_path, [fires], [fires], [fires, over]) == [
        ("notified", "ShopDown", "pager"),
        ("notified.cleared", "ShopDown", "pager"),
    ]
