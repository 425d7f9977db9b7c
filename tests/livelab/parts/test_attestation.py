"""Nine kinds of tampering are refused by the shop's policy, each for its own reason; the honest release passes."""

from importlib import resources
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devopssim.livelab import LabError
from devopssim.livelab.parts.attestation import (
    TAMPERINGS,
    Attacker,
    Build,
    Release,
    signatures_of,
    signed,
    statement_of,
)
from devopssim.livelab.parts.supply_chain import known_about, reasons_against

POLICY: Final = (resources.files("devopssim.livelab.templates") / "shop" / "security" / "release.rego").read_text(
    "utf-8"
)
MAIN: Final = [letter * 40 for letter in "abc"]
SBOM: Final = {"components": [{"type": "library", "name": "Flask", "version": "3.1"}]}
KEY: Final = Ed25519PrivateKey.generate()
REASONS: Final = {
    "another image": "the statement is about another image",
    "edited statement": "the statement was changed after it was signed",
    "another key": "is not trusted",
    "built on a laptop": "not built by the pipeline",
    "commit not on main": "the commit is not on main",
    "tests failed": "the tests did not pass",
    "library slipped in": "the library flask-helper was not approved",
    "another SBOM": "the SBOM is not the signed one",
    "old release again": "older than the release in force",
}


def release_of(commit: str) -> Release:
    build = Build(image=commit[:8], commit=commit, tests="success")
    return Release(image=build.image, envelope=signed(statement_of(build, SBOM), KEY), sbom=SBOM)


def reasons(release: Release, *, in_force: str = MAIN[1], policy: str = POLICY) -> list[str]:
    known = known_about(release, trusted=KEY.public_key(), approved=["flask"], main=MAIN, in_force=in_force)
    return reasons_against(known, policy)


ATTACKER: Final = Attacker(release=release_of(MAIN[2]), key=KEY, older=release_of(MAIN[0]))


def test_there_are_nine_kinds() -> None:
    assert TAMPERINGS.keys() == REASONS.keys()
    assert len(TAMPERINGS) == 9


@pytest.mark.parametrize("kind", TAMPERINGS)
def test_each_kind_is_refused_for_its_reason_and_no_other(kind: str) -> None:
    found = reasons(TAMPERINGS[kind](ATTACKER))
    assert len(found) == 1, found
    assert REASONS[kind] in found[0]


@pytest.mark.parametrize("in_force", ["", MAIN[1], MAIN[2]], ids=["first", "newer", "again"])
def test_the_honest_release_passes_and_may_be_deployed_again(in_force: str) -> None:
    assert reasons(release_of(MAIN[2]), in_force=in_force) == []


def test_a_statement_that_says_nothing_is_refused_on_every_count() -> None:
    empty = Release(image="a", envelope=signed({}, KEY), sbom=SBOM)
    assert len(reasons(empty)) == 5


def test_a_release_without_a_signature_is_refused() -> None:
    honest = release_of(MAIN[2])
    bare = Release(image=honest.image, envelope={**honest.envelope, "signatures": []}, sbom=SBOM)
    assert reasons(bare) == ["no signature"]


def test_a_stolen_name_of_the_key_does_not_make_a_signature_valid() -> None:
    honest, forged = release_of(MAIN[2]), signed({"subject": []}, Ed25519PrivateKey.generate())
    forged["signatures"][0]["keyid"] = honest.envelope["signatures"][0]["keyid"]
    assert [(it["trusted"], it["valid"]) for it in signatures_of(forged, KEY.public_key())] == [(True, False)]


@pytest.mark.parametrize(
    ("policy", "message"),
    [("package release\ndeny contains", "is malformed"), ("package release", "must define the set `deny`")],
)
def test_a_policy_that_cannot_judge_is_an_error_and_lets_nothing_through(policy: str, message: str) -> None:
    with pytest.raises(LabError, match=message):
        reasons(release_of(MAIN[2]), policy=policy)
