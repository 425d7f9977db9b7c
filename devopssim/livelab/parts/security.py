"""Security in the lab: planted weaknesses, the scans of the student's own gate, and what became of each finding."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.files import write_text
from devopssim.livelab import templates
from devopssim.livelab.engine import CompletedCommand, ServiceAnswer, ask
from devopssim.livelab.history import Journal
from devopssim.livelab.parts.repository import Repository
from devopssim.livelab.workspace import PYTHON, Workspace

ACCEPTED: Final = Path("security/accepted.json")
HOOK_UP: Final = "\nfrom shop.search import with_search  # noqa: E402\n\ncreate_app = with_search(create_app)\n"
GATE: Final = "gate"
"""The name under which all scans of one run together are recorded: what any of them looked at."""
SOURCES: Final = ("*.py", "*.yml", "*.yaml", "Dockerfile", "requirements*.txt")


@dataclass(frozen=True)
class SecurityGate:
    """The gate of the student's repository, `security/scan.py`, and its findings."""

    workspace: Workspace
    repository: Repository

    def plant(self) -> str:
        """Commit a feature with weaknesses in it, as somebody in a hurry would, and return the commit's hash."""
        folder = self.repository.folder
        templates.copy("weak", folder, {})
        package = folder / "shop" / "__init__.py"
        text = package.read_text(encoding="utf-8")
        if HOOK_UP not in text:
            write_text(package, text + HOOK_UP)
        self.repository.replace("Dockerfile", "USER 10001", "USER root")
        return self.repository.commit("Search for products, and a partner's interface")

    def mend(self) -> str:
        """Commit the feature again, without its weaknesses, and return the commit's hash."""
        templates.copy("mended", self.repository.folder, {})
        self.repository.replace("Dockerfile", "USER root", "USER 10001")
        return self.repository.commit("Close what the scans found")

    def attack(self, words: str) -> ServiceAnswer:
        """Use the planted weakness against the lab's own shop: have the service run these words in a shell.

        Only the lab's own container on 127.0.0.1 can be meant.
        """
        return ask(self.workspace.ports["web"], "/disk", query={"path": f"/; {words}"})

    def is_open_to_attack(self) -> bool:
        """Whether production runs whatever words are sent to it."""
        return "devopssim was here" in self.attack("echo devopssim was here").text

    def scan(self) -> CompletedCommand:
        """Run the gate by hand on what is in the student's folder; its exit status is 1 where a finding blocks."""
        done = self.workspace.run([PYTHON, "security/scan.py"], cwd=self.repository.folder, check=False)
        record_scan(
            self.workspace,
            self.repository.folder / "reports",
            self.repository.folder,
            self.repository.head(),
            automated=False,
        )
        return done

    def findings(self) -> pd.DataFrame:
        """Return the findings so far, one row each: id, scanner, severity, state (open, fixed, dismissed), reason."""
        table = _states(self.workspace.journal)
        columns = ["id", "scanner", "severity", "state", "reason"]
        return pd.DataFrame([[it[name] for name in columns] for it in table.values()], columns=columns)

    def dismiss(self, finding: str, reason: str) -> None:
        """Judge an open finding to be none: into `security/accepted.json`, to be committed, with a reason that others can check.

        Raises InvalidInputError for a finding that is not open, or no reason.
        """
        known = [it["id"] for it in _states(self.workspace.journal).values() if it["state"] == "open"]
        if finding not in known:
            message = f"finding={finding!r} is not open; open are {', '.join(known) or 'none'}."
            raise InvalidInputError(message)
        if not reason.strip():
            message = "reason='' (why the finding is none) must say something that others can check."
            raise InvalidInputError(message)
        path = self.repository.folder / ACCEPTED
        accepted = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        write_text(path, json.dumps({**accepted, finding: reason}, indent=2) + "\n")

    def bill_of_materials(self) -> dict[str, str]:
        """Return what the product is made of, from the newest scan: each library with its version."""
        reports = [self.repository.folder / "reports" / "sbom.json"]
        reports += (self.workspace.folder / "runs").glob("*/reports/sbom.json")
        there = sorted((path for path in reports if path.exists()), key=lambda path: path.stat().st_mtime)
        if not there:
            message = "there is no bill of materials yet; it comes with a scan: `security.scan()` or a push."
            raise InvalidInputError(message)
        parts = json.loads(there[-1].read_text(encoding="utf-8")).get("components", ())
        return {part["name"]: part.get("version", "") for part in parts}


def record_scan(workspace: Workspace, reports: Path, source: Path, sha: str, *, automated: bool) -> None:
    """Write into the journal what a scan reported, what is gone since the one before, and what was dismissed."""
    try:
        found = json.loads((reports / "findings.json").read_text(encoding="utf-8"))
    except FileNotFoundError:  # the pipeline stopped before its scan
        return
    journal, at = workspace.journal, (reports / "findings.json").stat().st_mtime
    lines = _lines(source)
    looked_at = {scan["scanner"]: set(scan["files"]) for scan in found["scans"]}
    took = {scan["scanner"]: scan["seconds"] for scan in found["scans"]}
    everything = {GATE: set().union(*looked_at.values())}
    for name, files in {**looked_at, **everything}.items():
        known = {"scanner": name, "covered": _share(lines, files), "seconds": took.get(name, sum(took.values()))}
        journal.write("scan", at=at, automated=_word(automated), sha=sha, **known)
    before = _states(journal)
    now = {it["id"]: it for it in found["findings"]}
    for name in now.keys() - {it["id"] for it in before.values() if it["state"] != "fixed"}:
        _report(journal, now[name], at, sha, again=sum(it["id"] == name for it in before.values()))
    for key, it in before.items():
        if it["state"] == "open" and it["id"] not in now and it["scanner"] in looked_at:
            journal.write("finding.fixed", at=at, finding=key, sha=sha)
    for key, it in _states(journal).items():
        reason = now.get(it["id"], {}).get("dismissed")
        if reason and it["state"] == "open":
            journal.write("finding.dismissed", at=at, finding=key, reason=reason)


def _report(journal: Journal, it: dict[str, Any], at: float, sha: str, *, again: int) -> None:
    key = it["id"] + "@" * again  # a weakness that came back is a finding of its own
    known = {"scanner": it["scanner"], "severity": it["severity"], "rule": it["rule"]}
    journal.write("finding.reported", at=at, finding=key, id=it["id"], sha=sha, **known)


def _states(journal: Journal) -> dict[str, dict[str, Any]]:
    """Return each finding with its state now: open, fixed or dismissed."""
    table: dict[str, dict[str, Any]] = {}
    for fact in journal.facts("finding.reported", "finding.fixed", "finding.dismissed"):
        if fact["fact"] == "finding.reported":
            table[fact["finding"]] = {**fact, "state": "open", "reason": ""}
        else:
            state = fact["fact"].removeprefix("finding.")
            table[fact["finding"]] |= {"state": state, "reason": fact.get("reason", "")}
    return table


def _lines(folder: Path) -> dict[str, int]:
    """Return how many lines each file of source has that a scan could look at."""
    files = {path for pattern in SOURCES for path in folder.rglob(pattern) if "reports" not in path.parts}
    return {
        path.relative_to(folder).as_posix(): len(path.read_text(encoding="utf-8", errors="replace").splitlines())
        for path in files
    }


def _share(lines: dict[str, int], files: set[str]) -> str:
    """Return the share of the lines that stand in these files."""
    total = sum(lines.values())
    return f"{sum(lines.get(name, 0) for name in files) / total:.3f}" if total else ""


def _word(holds: bool) -> str:  # noqa: FBT001 - private
    return "yes" if holds else "no"
