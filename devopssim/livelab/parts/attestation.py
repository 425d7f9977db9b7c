"""Statements about a release, as in-toto and SLSA write them, signed in a DSSE envelope; and how they are tampered with."""

import base64
import copy
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PAYLOAD: Final = "application/vnd.in-toto+json"
"""Type of the payload of an envelope."""
PIPELINE: Final = "https://shop.example/pipeline"
"""Id of the builder that the policy trusts."""

Document = dict[str, Any]
"""JSON object."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """What is known of a build when it ends.

    Parameters
    ----------
    image : str
        SHA-256 digest of the image, without `sha256:`.
    commit : str
        Hash of the commit.
    tests : {"success", "failure"}
        How the tests ended.
    builder : str
        Id of who built.
    """

    image: str
    commit: str
    tests: str
    builder: str = PIPELINE


@dataclass(frozen=True, kw_only=True)
class Release:
    """What arrives at the gate: an image, an envelope and an SBOM, each of which may have been tampered with.

    Parameters
    ----------
    image : str
        SHA-256 digest of the image that would run, without `sha256:`.
    envelope : dict
        DSSE envelope.
    sbom : dict
        CycloneDX document.
    """

    image: str
    envelope: Document
    sbom: Document

    @property
    def statement(self) -> Document:
        """Statement of the envelope."""
        statement: Document = json.loads(base64.b64decode(self.envelope["payload"]))
        return statement


def statement_of(build: Build, sbom: Document) -> Document:
    """Return the in-toto statement of a build, with SLSA's provenance as its predicate.

    Parameters
    ----------
    build : Build
        The build.
    sbom : dict
        CycloneDX document of the image.

    References
    ----------
    in-toto, *Statement v1*; SLSA, *Provenance v1*.

    Examples
    --------
    >>> statement = statement_of(Build(image="a1", commit="c0ffee", tests="success"), {"components": []})
    >>> statement["subject"], statement["predicate"]["runDetails"]["builder"]["id"]
    ([{'name': 'shop', 'digest': {'sha256': 'a1'}}], 'https://shop.example/pipeline')
    """
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "shop", "digest": {"sha256": build.image}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://shop.example/pipeline/v1",
                "internalParameters": {"tests": build.tests},
                "resolvedDependencies": [{"uri": "git+shop", "digest": {"gitCommit": build.commit}}],
            },
            "runDetails": {
                "builder": {"id": build.builder},
                "byproducts": [{"name": "sbom.json", "digest": {"sha256": digest_of(sbom)}}],
            },
        },
    }


def signed(statement: Document, key: Ed25519PrivateKey) -> Document:
    """Return a statement in a DSSE envelope.

    Examples
    --------
    >>> envelope = signed({"subject": []}, Ed25519PrivateKey.generate())
    >>> envelope["payloadType"], len(envelope["signatures"])
    ('application/vnd.in-toto+json', 1)
    """
    payload = json.dumps(statement, sort_keys=True).encode()
    signature = {"keyid": key_id(key.public_key()), "sig": _text(key.sign(_encoded(payload)))}
    return {"payloadType": PAYLOAD, "payload": _text(payload), "signatures": [signature]}


def signatures_of(envelope: Document, trusted: Ed25519PublicKey) -> list[Document]:
    """Return the key of each signature, whether it is the trusted one, and whether the signature fits the payload.

    Examples
    --------
    >>> key = Ed25519PrivateKey.generate()
    >>> [(found["trusted"], found["valid"]) for found in signatures_of(signed({}, key), key.public_key())]
    [(True, True)]
    """
    payload = _encoded(base64.b64decode(envelope["payload"]))
    found = []
    for signature in envelope["signatures"]:
        is_trusted = signature["keyid"] == key_id(trusted)
        try:
            trusted.verify(base64.b64decode(signature["sig"]), payload)
            valid = True
        except InvalidSignature:
            valid = False
        found.append({"keyid": signature["keyid"][:8], "trusted": is_trusted, "valid": valid})
    return found


def digest_of(document: Document) -> str:
    """Return the SHA-256 digest of a document.

    Examples
    --------
    >>> digest_of({})[:8]
    '44136fa3'
    """
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def key_id(key: Ed25519PublicKey) -> str:
    """Return the id of a key: the SHA-256 digest of its raw bytes."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _encoded(payload: bytes) -> bytes:
    """Return what DSSE signs: type and payload, each with its length."""
    return b" ".join([b"DSSEv1", b"%d" % len(PAYLOAD), PAYLOAD.encode(), b"%d" % len(payload), payload])


@dataclass(frozen=True, kw_only=True)
class Attacker:
    """What somebody who tampers with a release has: a release, the pipeline's key in those kinds that abuse it, and an older release.

    Parameters
    ----------
    release : Release
        Honest release.
    key : Ed25519PrivateKey
        The pipeline's key: a fooled or misused pipeline signs with it what it should not.
    older : Release
        Honest release that came before.
    """

    release: Release
    key: Ed25519PrivateKey
    older: Release

    def resigned(self, change: Callable[[Document], object], *, sbom: Document | None = None) -> Release:
        """Return the release with a changed statement that the pipeline's key signed."""
        statement = copy.deepcopy(self.release.statement)
        change(statement)
        envelope = signed(statement, self.key)
        return replace(self.release, envelope=envelope, sbom=self.release.sbom if sbom is None else sbom)

    def edited(self) -> Release:
        """Return the release with a statement that was changed after it was signed."""
        statement = copy.deepcopy(self.release.statement)
        statement["predicate"]["buildDefinition"]["resolvedDependencies"][0]["uri"] = "git+elsewhere"
        payload = _text(json.dumps(statement, sort_keys=True).encode())
        return replace(self.release, envelope={**self.release.envelope, "payload": payload})

    def slipped_in(self) -> Release:
        """Return the release with a library more in its SBOM, which the pipeline signed."""
        sbom = {**self.release.sbom, "components": [*self.release.sbom["components"], EXTRA]}
        byproduct = {"name": "sbom.json", "digest": {"sha256": digest_of(sbom)}}
        return self.resigned(lambda it: it["predicate"]["runDetails"].update(byproducts=[byproduct]), sbom=sbom)


def _set(*path: str | int, value: object) -> Callable[[Document], None]:
    """Return a function that sets a value inside a document."""

    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


EXTRA: Final = {"type": "library", "name": "flask-helper", "version": "0.0.1"}
"""Library that nobody approved."""
BUILD: Final = ("predicate", "buildDefinition")
"""Path of what went into a build."""
TAMPERINGS: Final[Mapping[str, Callable[[Attacker], Release]]] = {
    "another image": lambda by: replace(by.release, image=hashlib.sha256(b"another image").hexdigest()),
    "edited statement": lambda by: by.edited(),
    "another key": lambda by: replace(by.release, envelope=signed(by.release.statement, Ed25519PrivateKey.generate())),
    "built on a laptop": lambda by: by.resigned(
        _set("predicate", "runDetails", "builder", "id", value="https://shop.example/laptop")
    ),
    "commit not on main": lambda by: by.resigned(
        _set(*BUILD, "resolvedDependencies", 0, "digest", "gitCommit", value="0" * 40)
    ),
    "tests failed": lambda by: by.resigned(_set(*BUILD, "internalParameters", "tests", value="failure")),
    "library slipped in": lambda by: by.slipped_in(),
    "another SBOM": lambda by: replace(by.release, sbom={**by.release.sbom, "components": []}),
    "old release again": lambda by: by.older,
}
"""Kinds of tampering: what arrives at the gate, by name."""
