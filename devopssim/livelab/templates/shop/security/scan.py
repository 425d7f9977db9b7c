"""The security gate: runs the scanners, writes what they found to `reports/`, and exits with status 1 if an open finding blocks.

    python security/scan.py
    python security/scan.py --frozen        # looks the libraries up in security/advisories.json as well, without a network
    python security/scan.py --advisories    # asks, over the network, for known vulnerabilities of the libraries as well

A finding is let through only if it is fixed, or dismissed in `security/accepted.json` with a reason.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

REPORTS = Path(os.environ.get("REPORTS", "reports"))
LIBRARIES = REPORTS / "libraries.txt"
ACCEPTED = Path("security/accepted.json")
ADVISORIES = Path("security/advisories.json")
BLOCKING = ("medium", "high", "critical")
SOURCES = ("shop",)
WORKFLOWS = (".github", "pipelines")


def main() -> int:
    """Scan, report, decide."""
    REPORTS.mkdir(exist_ok=True)
    ran, found = [], []
    bill_of_materials()
    for name, scanner in SCANNERS.items():
        if name in ON_REQUEST and f"--{name}" not in sys.argv:
            continue
        if name != "frozen" and not shutil.which(PROGRAMS.get(name, name)):
            print(f"{name}: not installed, left out")
            continue
        began = time.perf_counter()
        findings, scanned = scanner()
        found += findings
        scanned = sorted(path.as_posix() for path in scanned)
        ran.append({"scanner": name, "files": scanned, "seconds": round(time.perf_counter() - began, 2)})
    findings = numbered(found)
    accepted = json.loads(ACCEPTED.read_text()) if ACCEPTED.exists() else {}
    for finding in findings:
        finding["dismissed"] = accepted.get(finding["id"])
    (REPORTS / "findings.json").write_text(json.dumps({"scans": ran, "findings": findings}, indent=2))
    return decide(findings)


def decide(findings) -> int:
    """Print what was found and return 1 if a finding blocks."""
    blocking = [it for it in findings if it["severity"] in BLOCKING and not it["dismissed"]]
    for it in sorted(findings, key=lambda it: (it not in blocking, it["id"])):
        state = "dismissed: " + it["dismissed"] if it["dismissed"] else ("BLOCKS" if it in blocking else "allowed")
        print(f"{it['severity']:8} {it['id']} (line {it['line']}): {it['text']} [{state}]")
    print(f"{len(findings)} findings, {len(blocking)} of them block.")
    return 1 if blocking else 0


def bandit():
    """Search Python code for vulnerabilities."""
    found = report("bandit", ["bandit", "--quiet", "--recursive", *SOURCES, "--format", "json", "--exit-zero"])
    return [
        finding(
            "bandit", it["test_id"], it["issue_severity"].lower(), it["filename"], it["line_number"], it["issue_text"]
        )
        for it in found["results"]
    ], files(*SOURCES, ending=".py")


def secrets():
    """Look for passwords and keys that were committed."""
    found = report("secrets", ["detect-secrets", "scan", "--all-files", *SOURCES, "Dockerfile"])
    return [
        finding("secrets", it["type"], "high", it["filename"], it["line_number"], "a secret in the source")
        for them in found["results"].values()
        for it in them
    ], [*files(*SOURCES), Path("Dockerfile")]


def hadolint():
    """Look for mistakes in the Dockerfile."""
    severity = {"error": "high", "warning": "medium", "info": "low", "style": "low"}
    found = report("hadolint", ["hadolint", "--no-fail", "--format", "json", "Dockerfile"])
    return [
        finding("hadolint", it["code"], severity[it["level"]], it["file"], it["line"], it["message"]) for it in found
    ], [Path("Dockerfile")]


def zizmor():
    """Search the workflows for vulnerabilities."""
    folders = [name for name in WORKFLOWS if Path(name).exists()]
    workflows = [path for path in files(*folders) if path.suffix in {".yml", ".yaml"}]
    found = report(
        "zizmor", ["zizmor", "--offline", "--no-exit-codes", "--quiet", "--format", "json", *map(str, workflows)]
    )
    return [
        finding("zizmor", it["ident"], SEVERITIES[it["determinations"]["severity"].lower()], path_of(it), 0, it["desc"])
        for it in found
    ], workflows


def semgrep():
    """Look for what our own rules forbid."""
    rules = "security/rules.yml"
    command = [
        "semgrep",
        "scan",
        "--metrics=off",
        "--disable-version-check",
        "--quiet",
        "--json",
        "--config",
        rules,
        *SOURCES,
    ]
    severity = {"ERROR": "high", "WARNING": "medium", "INFO": "low"}
    found = report("semgrep", command)
    return [
        finding(
            "semgrep",
            it["check_id"].rpartition(".")[2],
            severity[it["extra"]["severity"]],
            it["path"],
            it["start"]["line"],
            it["extra"]["message"],
        )
        for it in found["results"]
    ], files(*SOURCES, ending=".py")


def advisories():
    """Ask for known vulnerabilities of the libraries, as far as a public list of them can be reached."""
    command = ["pip-audit", "--requirement", str(LIBRARIES), "--no-deps", "--disable-pip", "--format", "json"]
    found = report("advisories", [*command, "--progress-spinner", "off", "--timeout", "10"])
    return [
        finding(
            "advisories", vulnerability["id"], "high", it["name"], 0, f"{it['name']} {it['version']} has a known vulnerability"
        )
        for it in found["dependencies"]
        for vulnerability in it.get("vulns", ())
    ], [LIBRARIES]


def frozen():
    """Look the libraries up in a list of advisories that was frozen: it needs no network, and knows nothing newer."""
    lines = [line.partition("==") for line in LIBRARIES.read_text().splitlines() if "==" in line]
    used = {name.lower(): version for name, _, version in lines}
    return [
        finding("frozen", it["id"], it["severity"], it["library"], 0, f"{it['library']} {used[it['library']]}: {it['text']}")
        for it in json.loads(ADVISORIES.read_text())
        if it["library"] in used and numbers(used[it["library"]]) < numbers(it["fixed"])
    ], [LIBRARIES]


def numbers(version: str) -> list[int]:
    """Return the numbers of a version, so that 2.10 comes after 2.9."""
    return [int(part) for part in re.findall(r"\d+", version)]


def bill_of_materials() -> None:
    """Write down what the product is made of, for the day when one of its parts turns out to be vulnerable."""
    image = f"{os.environ.get('IMAGE', '')}:{os.environ.get('GITHUB_SHA', '')}"
    freeze = ["docker", "run", "--rm", image, "python", "-m", "pip", "freeze"]
    built = subprocess.run(freeze, capture_output=True, text=True) if len(image) > 1 else None
    LIBRARIES.write_text(built.stdout if built and built.returncode == 0 else Path("requirements.txt").read_text())
    if shutil.which("cyclonedx-py"):
        command = ["cyclonedx-py", "requirements", "--output-file", str(REPORTS / "sbom.json"), str(LIBRARIES)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def report(name: str, command: list[str]):
    """Run a scanner and return its report, read from JSON."""
    done = subprocess.run(command, capture_output=True, text=True)
    (REPORTS / f"{name}.json").write_text(done.stdout)
    if not done.stdout.strip():
        sys.exit(f"{command[0]} printed only errors: {done.stderr.strip()}")
    return json.loads(done.stdout)


def finding(scanner: str, rule: str, severity: str, file: str, line: int, text: str) -> dict:
    """One finding; its id stays the same when lines move."""
    rule = rule.replace(" ", "-")
    path = Path(file).as_posix().removeprefix("./")
    return {
        "id": f"{scanner}:{rule}:{path}",
        "scanner": scanner,
        "rule": rule,
        "severity": severity,
        "line": line,
        "text": text,
    }


def numbered(findings: list[dict]) -> list[dict]:
    """Distinguish several findings of one rule in one file."""
    seen: dict[str, int] = {}
    for it in findings:
        seen[it["id"]] = seen.get(it["id"], 0) + 1
        if seen[it["id"]] > 1:
            it["id"] += f"#{seen[it['id']]}"
    return findings


def files(*folders: str, ending: str = "") -> list[Path]:
    """The files below these folders."""
    found = [path for folder in folders for path in sorted(Path(folder).rglob(f"*{ending}")) if path.is_file()]
    return [path for path in found if "__pycache__" not in path.parts]


def path_of(report: dict) -> str:
    """Return the path of the file that a report of zizmor is about."""
    return report["locations"][0]["symbolic"]["key"]["Local"]["given_path"]


SCANNERS = {
    "bandit": bandit,
    "secrets": secrets,
    "hadolint": hadolint,
    "zizmor": zizmor,
    "semgrep": semgrep,
    "frozen": frozen,
    "advisories": advisories,
}
ON_REQUEST = ("frozen", "advisories")
PROGRAMS = {"secrets": "detect-secrets", "advisories": "pip-audit"}
SEVERITIES = {"informational": "low", "low": "low", "medium": "medium", "high": "high", "unknown": "medium"}

if __name__ == "__main__":
    sys.exit(main())
