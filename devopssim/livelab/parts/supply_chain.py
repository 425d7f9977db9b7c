"""The supply chain: the pipeline's build is attested, and a policy judges the attestation before a deployment."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from devopssim.files import write_text
from devopssim.livelab.engine import make_private_folder, write_secret
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.attestation import (
    TAMPERINGS,
    Attacker,
    Build,
    Document,
    Release,
    digest_of,
    signatures_of,
    signed,
    statement_of,
)
from devopssim.livelab.parts.production import ProductionEnvironment
from devopssim.livelab.parts.registry import Registry
from devopssim.livelab.parts.repository import Repository
from devopssim.livelab.parts.watcher import REVISION
from devopssim.livelab.workspace import Workspace

POLICY: Final = Path("security/release.rego")
"""File of the policy in the repository."""
APPROVED: Final = Path("security/libraries.json")
"""File of the approved libraries in the repository."""


@dataclass(frozen=True)
class SupplyChain:
    """Attestations of the pipeline's builds, and the policy that judges them.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    repository : Repository
        The student's repository, with the policy.
    production : ProductionEnvironment
        Where a release is deployed.

    Examples
    --------
    >>> release = lab.supply_chain.attest()  # doctest: +SKIP
    >>> lab.supply_chain.judge(release)  # doctest: +SKIP
    []
    """

    workspace: Workspace
    repository: Repository
    production: ProductionEnvironment

    @property
    def key(self) -> Ed25519PrivateKey:
        """Key with which the pipeline signs; created at first use, readable by this user only."""
        path = make_private_folder(self.workspace.folder / "secrets") / "signing-key"
        if not path.exists():
            raw = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
            write_secret(path, raw.hex())
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="utf-8")))

    def attest(self) -> Release:
        """Attest the newest build of the pipeline that passed, and return it with its SBOM.

        The attestation is kept in the lab's folder `attestations`, under the commit's hash.

        Raises
        ------
        LabError
            Where no run passed, or its image is not in the registry.
        """
        runs = [fact for fact in self.workspace.journal.facts("run") if fact["event"] == "push"]
        passed = [fact for fact in runs if fact["outcome"] == "success"]
        if not passed:
            message = "no build to attest; push a change that passes the pipeline first: `pipeline.push()`."
            raise LabError(message)
        run = passed[-1]
        digest = Registry(self.workspace).digest(run["sha"])
        if not digest:
            message = (
                "the newest build that passed was not published; choose a form of the pipeline that pushes, "
                'for example `pipeline.choose("delivery")`.'
            )
            raise LabError(message)
        sbom = _read(self.workspace.folder / "runs" / str(run["run"]) / "reports" / "sbom.json")
        tests = [fact["outcome"] for fact in self.workspace.journal.facts("step") if self._is_test(fact, run["run"])]
        build = Build(image=digest.removeprefix("sha256:"), commit=run["sha"], tests=(tests or ["failure"])[-1])
        release = Release(image=build.image, envelope=signed(statement_of(build, sbom), self.key), sbom=sbom)
        folder = make_private_folder(self.workspace.folder / "attestations")
        write_text(folder / f"{run['sha']}.json", json.dumps(release.envelope, indent=2) + "\n")
        return release

    def judge(self, release: Release) -> list[str]:
        """Return the policy's reasons against a release; empty means that it may be deployed. The log records it as `artifact.verified`.

        Parameters
        ----------
        release : Release
            What arrives at the gate.

        Raises
        ------
        LabError
            Where the policy is malformed.
        """
        began = time.monotonic()
        known = self._known(release)
        reasons = reasons_against(known, (self.repository.folder / POLICY).read_text(encoding="utf-8"))
        seconds = time.monotonic() - began
        sha = release.statement["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"]["gitCommit"]
        self.workspace.journal.write("judged", image=release.image, reasons=reasons, seconds=seconds, sha=sha)
        return reasons

    def deploy(self, release: Release) -> None:
        """Deploy a release by its digest, if the policy has nothing against it.

        Raises
        ------
        LabError
            Where the policy refuses; the message gives its reasons, and production stays as it is.
        """
        reasons = self.judge(release)
        if reasons:
            message = f"the policy refuses the release: {'; '.join(reasons)}. Production stays as it is."
            raise LabError(message)
        self.production.deploy(f"{self.workspace.image}@sha256:{release.image}")

    def tampered(self, release: Release, older: Release) -> dict[str, Release]:
        """Return a release as it arrives after each kind of tampering.

        Parameters
        ----------
        release : Release
            Honest release.
        older : Release
            Honest release that came before it, and is shown again.
        """
        attacker = Attacker(release=release, key=self.key, older=older)
        return {kind: tamper(attacker) for kind, tamper in TAMPERINGS.items()}

    def judgements(self) -> pd.DataFrame:
        """Return one row per judgement: image, allowed, reasons, seconds."""
        facts = self.workspace.journal.facts("judged")
        rows = [
            (fact["image"][:12], not fact["reasons"], "; ".join(fact["reasons"]), fact["seconds"]) for fact in facts
        ]
        return pd.DataFrame(rows, columns=["image", "allowed", "reasons", "seconds"])

    def _known(self, release: Release) -> Document:
        """Return what the gate knows of a release, as the policy's input."""
        web = self.production.container("web")
        return known_about(
            release,
            trusted=self.key.public_key(),
            approved=_read(self.repository.folder / APPROVED),
            main=self.repository.git("rev-list", "--reverse", "main", cwd=self.workspace.origin).split(),
            in_force=(web.labels if web else {}).get(REVISION, ""),
        )

    def _is_test(self, fact: dict[str, Any], run: int) -> bool:
        """Return whether a fact is the end of a run's tests."""
        return (fact["run"], fact["step"], fact["state"]) == (run, "test", "finished")


def known_about(
    release: Release, *, trusted: Ed25519PublicKey, approved: Sequence[str], main: Sequence[str], in_force: str
) -> Document:
    """Return what a gate knows of a release, as the policy's input.

    Parameters
    ----------
    release : Release
        What arrives at the gate.
    trusted : Ed25519PublicKey
        Key of the pipeline.
    approved : Sequence of str
        Approved libraries, in lower case.
    main : Sequence of str
        Commits of main, the oldest first.
    in_force : str
        Commit that users have now; empty before the first deployment.
    """
    return {
        "image": release.image,
        "signatures": signatures_of(release.envelope, trusted),
        "statement": release.statement,
        "sbom": {
            "sha256": digest_of(release.sbom),
            "libraries": sorted(_plain(part["name"]) for part in release.sbom.get("components", ())),
        },
        "approved": list(approved),
        "main": list(main),
        "in_force": in_force,
    }


def reasons_against(known: Document, policy: str) -> list[str]:
    r"""Return a Rego policy's reasons against a release (`data.release.deny`), sorted.

    Parameters
    ----------
    known : dict
        Input of the policy.
    policy : str
        Text of the policy.

    Raises
    ------
    LabError
        Where the policy is malformed, or gives no set of reasons.

    Examples
    --------
    >>> reasons_against({"tests": "failure"}, 'package release\nimport rego.v1\ndeny contains "red" if input.tests != "success"')
    ['red']
    """
    import regopy  # noqa: PLC0415 - its allocator ends a process whose memory is limited, as the grader's sandbox is

    interpreter = regopy.Interpreter()
    try:
        interpreter.add_module("release", policy)
        interpreter.set_input(known)
        answer = str(interpreter.query("data.release.deny"))
        deny = [] if answer == "undefined" else json.loads(answer)["expressions"]
    except (regopy.RegoError, ValueError, KeyError) as error:
        message = f"{POLICY} (what may be deployed) is malformed: {error}; `git diff` shows what changed."
        raise LabError(message) from error
    if not deny or not isinstance(deny[0], list):
        message = f"{POLICY} (what may be deployed) must define the set `deny` of the package `release`."
        raise LabError(message)
    return sorted(map(str, deny[0]))


def _plain(name: str) -> str:
    """Return a library's name as the package index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _read(path: Path) -> Any:
    """Return the JSON of a file; raise LabError where it is missing or malformed."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = (
            f"{path} is missing or malformed JSON; the scan of the pipeline and the repository's template have it."
        )
        raise LabError(message) from error
