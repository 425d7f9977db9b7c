"""Security in the lab: planted vulnerabilities, scans by the student's own gate, and the states of findings."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.files import write_text
from devopssim.livelab import templates
from devopssim.livelab.engine import CompletedCommand, ServiceAnswer, ask, run
from devopssim.livelab.history import Journal
from devopssim.livelab.parts.repository import Repository
from devopssim.livelab.workspace import PYTHON, Workspace

ACCEPTED: Final = Path("security/accepted.json")
"""File of dismissed findings in the repository."""
HOOK_UP: Final = "\nfrom shop.search import with_search  # noqa: E402\n\ncreate_app = with_search(create_app)\n"
"""Lines that connect the vulnerable feature to the shop."""
GATE: Final = "gate"
"""Scanner name of all scans of one run together; it covers what any of them covered."""
SOURCES: Final = ("*.py", "*.yml", "*.yaml", "Dockerfile", "requirements*.txt")
"""Patterns of files that count as source."""


@dataclass(frozen=True)
class SecurityGate:
    """The gate of the student's repository, `security/scan.py`, and its findings.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    repository : Repository
        The student's repository.

    Examples
    --------
    >>> lab.security.plant()  # doctest: +SKIP
    >>> lab.security.scan().ok  # doctest: +SKIP
    False
    >>> lab.security.findings()  # doctest: +SKIP
    """

    workspace: Workspace
    repository: Repository

    def plant(self) -> str:
        """Commit a feature with vulnerabilities, as a developer in a hurry would, and return the commit's hash."""
        folder = self.repository.folder
        templates.copy("weak", folder, {})
        package = folder / "shop" / "__init__.py"
        text = package.read_text(encoding="utf-8")
        if HOOK_UP not in text:
            write_text(package, text + HOOK_UP)
        self.repository.replace("Dockerfile", "USER 10001", "USER root")
        return self.repository.commit("Search for products, and a partner's interface")

    def mend(self) -> str:
        """Commit the feature again without its vulnerabilities, and return the commit's hash."""
        templates.copy("mended", self.repository.folder, {})
        self.repository.replace("Dockerfile", "USER root", "USER 10001")
        return self.repository.commit("Close what the scans found")

    def attack(self, command: str) -> ServiceAnswer:
        """Exploit the planted vulnerability: the service runs a shell command.

        The target is fixed: the lab's own container on 127.0.0.1.

        Parameters
        ----------
        command : str
            Shell command.

        Returns
        -------
        ServiceAnswer
            Answer with the command's output.
        """
        return ask(self.workspace.ports["web"], "/disk", query={"path": f"/; {command}"})

    def is_open_to_attack(self) -> bool:
        """Return whether production runs commands that a request contains."""
        return "devopssim was here" in self.attack("echo devopssim was here").text

    def scan(self, *options: str) -> CompletedCommand:
        """Run the gate by hand on the student's folder; exit status 1 means that a finding blocks.

        Parameters
        ----------
        *options : str
            `"--frozen"` looks the libraries of the newest image up in a frozen list of advisories, `"--advisories"` asks
            for them over the network.
        """
        image = {"IMAGE": self.workspace.image, "GITHUB_SHA": "latest"} if options else {}
        environment = {**self.workspace.environment(), **image}
        command = [PYTHON, "security/scan.py", *options]
        done = run(command, cwd=self.repository.folder, env=environment, check=False)
        record_scan(
            self.workspace,
            self.repository.folder / "reports",
            self.repository.folder,
            self.repository.head(),
            automated=False,
        )
        return done

    def findings(self) -> pd.DataFrame:
        """Return the findings so far.

        Returns
        -------
        DataFrame
            One row per finding: id, scanner, severity, state (open, fixed, dismissed), reason.
        """
        table = _states(self.workspace.journal)
        columns = ["id", "scanner", "severity", "state", "reason"]
        return pd.DataFrame([[finding[name] for name in columns] for finding in table.values()], columns=columns)

    def dismiss(self, finding: str, reason: str) -> None:
        """Dismiss an open finding as a false positive, in `security/accepted.json`, which the student commits.

        Parameters
        ----------
        finding : str
            Id of the finding.
        reason : str
            Justification that others can check.

        Raises
        ------
        InvalidInputError
            Where the finding is not open, or the reason is empty.
        """
        open_ids = [state["id"] for state in _states(self.workspace.journal).values() if state["state"] == "open"]
        if finding not in open_ids:
            message = f"finding={finding!r} is not open; the open findings are {', '.join(open_ids) or 'none'}."
            raise InvalidInputError(message)
        if not reason.strip():
            message = "reason='' (why the finding is a false positive) must state something that others can check."
            raise InvalidInputError(message)
        path = self.repository.folder / ACCEPTED
        accepted = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        write_text(path, json.dumps({**accepted, finding: reason}, indent=2) + "\n")

    def bill_of_materials(self) -> dict[str, str]:
        """Return the libraries of the product with their versions, from the newest scan.

        Raises
        ------
        InvalidInputError
            Before the first scan.
        """
        reports = [self.repository.folder / "reports" / "sbom.json"]
        reports += (self.workspace.folder / "runs").glob("*/reports/sbom.json")
        existing = sorted((path for path in reports if path.exists()), key=lambda path: path.stat().st_mtime)
        if not existing:
            message = "no bill of materials yet; a scan creates it: `security.scan()` or a push."
            raise InvalidInputError(message)
        parts = json.loads(existing[-1].read_text(encoding="utf-8")).get("components", ())
        return {part["name"]: part.get("version", "") for part in parts}


def record_scan(workspace: Workspace, reports: Path, source: Path, sha: str, *, automated: bool) -> None:
    """Record a scan: what it reported, what it no longer reports, and what was dismissed.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    reports : Path
        Folder with `findings.json`; without it the scan did not run, and nothing is recorded.
    source : Path
        Scanned folder.
    sha : str
        Hash of the scanned commit.
    automated : bool
        Whether the pipeline ran the scan.
    """
    try:
        result = json.loads((reports / "findings.json").read_text(encoding="utf-8"))
    except FileNotFoundError:  # the pipeline stopped before its scan
        return
    journal, at = workspace.journal, (reports / "findings.json").stat().st_mtime
    lines = _lines(source)
    covered = {scan["scanner"]: set(scan["files"]) for scan in result["scans"]}
    durations = {scan["scanner"]: scan["seconds"] for scan in result["scans"]}
    everything = {GATE: set().union(*covered.values())}
    for name, files in {**covered, **everything}.items():
        details = {
            "scanner": name,
            "covered": _share(lines, files),
            "seconds": durations.get(name, sum(durations.values())),
        }
        journal.write("scan", at=at, automated=_word(automated), sha=sha, **details)
    before = _states(journal)
    now = {finding["id"]: finding for finding in result["findings"]}
    for name in now.keys() - {finding["id"] for finding in before.values() if finding["state"] != "fixed"}:
        _report(journal, now[name], at, sha, again=sum(finding["id"] == name for finding in before.values()))
    for key, finding in before.items():
        if finding["state"] == "open" and finding["id"] not in now and finding["scanner"] in covered:
            journal.write("finding.fixed", at=at, finding=key, sha=sha)
    for key, finding in _states(journal).items():
        reason = now.get(finding["id"], {}).get("dismissed")
        if reason and finding["state"] == "open":
            journal.write("finding.dismissed", at=at, finding=key, reason=reason)


def _report(journal: Journal, finding: dict[str, Any], at: float, sha: str, *, again: int) -> None:
    """Record a new finding; a vulnerability that came back is a finding of its own."""
    key = finding["id"] + "@" * again  # a vulnerability that came back is a finding of its own
    details = {"scanner": finding["scanner"], "severity": finding["severity"], "rule": finding["rule"]}
    journal.write("finding.reported", at=at, finding=key, id=finding["id"], sha=sha, **details)


def _states(journal: Journal) -> dict[str, dict[str, Any]]:
    """Return each finding with its current state: open, fixed or dismissed."""
    table: dict[str, dict[str, Any]] = {}
    for fact in journal.facts("finding.reported", "finding.fixed", "finding.dismissed"):
        if fact["fact"] == "finding.reported":
            table[fact["finding"]] = {**fact, "state": "open", "reason": ""}
        else:
            state = fact["fact"].removeprefix("finding.")
            table[fact["finding"]] |= {"state": state, "reason": fact.get("reason", "")}
    return table


def _lines(folder: Path) -> dict[str, int]:
    """Return the number of lines of each source file that a scan can cover."""
    files = {path for pattern in SOURCES for path in folder.rglob(pattern) if "reports" not in path.parts}
    return {
        path.relative_to(folder).as_posix(): len(path.read_text(encoding="utf-8", errors="replace").splitlines())
        for path in files
    }


def _share(lines: dict[str, int], files: set[str]) -> str:
    """Return the share of the lines that are in some files, as text; empty without lines."""
    total = sum(lines.values())
    return f"{sum(lines.get(name, 0) for name in files) / total:.3f}" if total else ""


def _word(holds: bool) -> str:  # noqa: FBT001 - private
    return "yes" if holds else "no"
