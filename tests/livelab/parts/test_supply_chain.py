"""A build that passed is attested from what the lab recorded of it, and judged from what the repository says."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from devopssim.livelab import LabError
from devopssim.livelab.engine import Engine, Images
from devopssim.livelab.parts import Repository, SupplyChain
from devopssim.livelab.workspace import PORTS, Workspace, now

IMAGES = Images(origin="hub", python="p", postgres="d", registry="r", prometheus="m", alertmanager="a", haproxy="h")
DIGESTS = {"old": "1" * 64, "new": "2" * 64}


class Production:
    """Production without an engine: it has what was deployed last."""

    def __init__(self) -> None:
        self.deployed = ""
        self.commit = ""

    def container(self, _service: str) -> Any:
        return SimpleNamespace(labels={"org.opencontainers.image.revision": self.commit}) if self.deployed else None

    def deploy(self, reference: str) -> None:
        self.deployed = reference


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SupplyChain:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setattr("devopssim.livelab.workspace.has_buildx", lambda _folder: True)
    engine = Engine(host="unix:///nowhere", version="27", found="nowhere")
    ports = {name: port for port, name in enumerate(PORTS, start=5000)}
    lab = Workspace(
        name="lab", identity="lab-1f40a9c3", folder=tmp_path, started=now(), engine=engine, images=IMAGES, ports=ports
    )
    repository = Repository(lab)
    repository.create()
    return SupplyChain(lab, repository, Production())  # type: ignore[arg-type]


def built(chain: SupplyChain, name: str, monkeypatch: pytest.MonkeyPatch, *, tests: str = "success") -> str:
    """Commit and push a change, record a run of the pipeline that passed, and return the commit."""
    (chain.repository.folder / "shop" / "version.py").write_text(f'VERSION = "{name}"\n')
    sha = chain.repository.commit(name)
    command = ["git", "push", "--quiet", "--no-verify", "origin", "main"]
    (chain.workspace.origin / "hooks" / "post-receive").unlink(missing_ok=True)
    subprocess.run(command, cwd=chain.repository.folder, check=True)
    number = len(chain.workspace.journal.facts("run")) + 1
    reports = chain.workspace.folder / "runs" / str(number) / "reports"
    reports.mkdir(parents=True)
    (reports / "sbom.json").write_text(json.dumps({"components": [{"name": "Flask", "version": "3.1"}]}))
    journal = chain.workspace.journal
    journal.write("step", run=number, step="test", sha=sha, state="started")
    journal.write("step", run=number, step="test", sha=sha, state="finished", outcome=tests)
    journal.write("run", run=number, sha=sha, event="push", outcome="success", failed_step="", seconds=1.0)
    monkeypatch.setattr(
        "devopssim.livelab.parts.registry.Registry.digest", lambda _self, _tag: f"sha256:{DIGESTS[name]}"
    )
    return sha


def test_the_honest_build_is_deployed_by_its_digest_and_each_tampering_is_refused(
    chain: SupplyChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(chain, "old", monkeypatch)
    older = chain.attest()
    commit = built(chain, "new", monkeypatch)
    honest = chain.attest()
    chain.deploy(honest)
    production: Any = chain.production
    production.commit = commit
    assert production.deployed == f"localhost:5000/shop@sha256:{DIGESTS['new']}"
    for kind, tampered in chain.tampered(honest, older).items():
        production.deployed = kind
        with pytest.raises(LabError, match=r"the policy refuses the release: .* Production stays as it is"):
            chain.deploy(tampered)
        assert production.deployed == kind
    assert chain.judgements()["allowed"].tolist() == [True] + [False] * 9
    assert chain.workspace.journal.facts("scan") == []
    assert next(fact["sha"] for fact in chain.workspace.journal.facts("judged")) == commit


def test_without_a_build_that_passed_there_is_nothing_to_attest(chain: SupplyChain) -> None:
    with pytest.raises(LabError, match="no build to attest; push a change that passes"):
        chain.attest()


def test_a_build_that_was_not_published_is_not_attested(chain: SupplyChain, monkeypatch: pytest.MonkeyPatch) -> None:
    built(chain, "old", monkeypatch)
    monkeypatch.setattr("devopssim.livelab.parts.registry.Registry.digest", lambda _self, _tag: None)
    with pytest.raises(LabError, match="was not published; choose a form of the pipeline that pushes"):
        chain.attest()
