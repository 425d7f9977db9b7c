"""What CDEvents 0.5.0 demands of the events that devopssim writes, as JSON Schema.

Written for these tests from the published schemas of the specification (cdevents/spec, folder schemas, 0.5.0), of which it
states the same for these events: the fields that are there and that must be. Two differences, both named: links are left out,
as none are written; and testsuiterun.finished demands `specversion` like all others, where the published one demands a
`version` that it also forbids.
"""

from typing import Any, Final

TEXT: Final = {"type": "string", "minLength": 1}
ANY_TEXT: Final = {"type": "string"}
REFERENCE: Final = {"type": "string", "minLength": 1, "format": "uri-reference"}


def thing(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    """Return the schema of an object with these fields and no others."""
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


PLACE: Final = thing(("id",), id=TEXT, source=REFERENCE)
TICKET: Final = {
    "summary": ANY_TEXT,
    "ticketType": ANY_TEXT,
    "group": ANY_TEXT,
    "creator": TEXT,
    "assignees": {"type": "array", "items": ANY_TEXT},
    "priority": ANY_TEXT,
    "labels": {"type": "array", "items": ANY_TEXT},
    "milestone": ANY_TEXT,
    "uri": REFERENCE,
}
INCIDENT: Final = {"description": ANY_TEXT, "environment": PLACE, "service": PLACE, "artifactId": TEXT}
SUITE: Final = thing(("id",), id=TEXT, version=ANY_TEXT, name=ANY_TEXT, uri={"type": "string", "format": "uri"})
CHANGE: Final = thing((), repository=PLACE)
SHIPPED: Final = thing(("environment", "artifactId"), environment=PLACE, artifactId=TEXT)

CONTENTS: Final = {
    "ticket.created.0.2.0": thing(("summary", "creator", "uri"), **TICKET),
    "ticket.closed.0.2.0": thing(("uri", "resolution"), **TICKET, resolution=TEXT, updatedBy=ANY_TEXT),
    "change.created.0.4.0": thing((), description=TEXT, repository=PLACE),
    "change.merged.0.3.0": CHANGE,
    "change.abandoned.0.3.0": CHANGE,
    "build.started.0.3.0": thing(),
    "build.finished.0.3.0": thing((), artifactId=TEXT),
    "testsuiterun.started.0.3.0": thing(
        ("environment",), environment=PLACE, testSuite=SUITE, trigger=thing((), type=ANY_TEXT, uri=ANY_TEXT)
    ),
    "testsuiterun.finished.0.3.0": thing(
        ("outcome", "environment"),
        environment=PLACE,
        testSuite=SUITE,
        outcome={"enum": ["success", "failure", "cancel", "error"]},
        severity={"enum": ["low", "medium", "high", "critical"]},
        reason=ANY_TEXT,
    ),
    "artifact.published.0.3.0": thing((), user=TEXT, sbom=thing(("uri",), uri=REFERENCE)),
    "service.deployed.0.3.0": SHIPPED,
    "service.rolledback.0.3.0": SHIPPED,
    "incident.detected.0.3.0": thing(("environment",), **INCIDENT),
    "incident.reported.0.3.0": thing(
        ("environment", "ticketURI"), **INCIDENT, ticketURI={"type": "string", "format": "uri", "minLength": 1}
    ),
    "incident.resolved.0.3.0": thing(("environment",), **INCIDENT),
}
ANYTHING: Final = {"type": "object"}


def cdevent(name: str) -> dict[str, Any]:
    """Return the schema of a CDEvent of this type; of a custom type (`dev.cdeventsx.…`) its content is free."""
    known = name.removeprefix("dev.cdevents.")
    content = CONTENTS[known] if known != name else ANYTHING
    context = thing(
        ("specversion", "id", "source", "type", "timestamp"),
        specversion=TEXT,
        id=TEXT,
        source=REFERENCE,
        type={"const": name},
        timestamp={"type": "string", "format": "date-time"},
        schemaUri={"type": "string", "minLength": 1, "format": "uri"},
        chainId=TEXT,
    )
    subject = thing(("id", "content"), id=TEXT, source=REFERENCE, content=content)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **thing(
            ("context", "subject"),
            context=context,
            subject=subject,
            customData={"type": "object"},
            customDataContentType=ANY_TEXT,
        ),
    }


CLOUDEVENT: Final = {
    "type": "object",
    "required": ["specversion", "id", "source", "type"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": TEXT,
        "source": REFERENCE,
        "type": TEXT,
        "subject": TEXT,
        "time": {"type": "string", "format": "date-time"},
        "datacontenttype": TEXT,
    },
}
"""CloudEvents 1.0, its required attributes and the optional ones that are written."""
