"""The gate's frozen list of advisories: it compares versions as numbers, and finds only what is older than the repair."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from devopssim.livelab import templates


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    templates.copy("shop", tmp_path, {"base_image": "python", "lab": "lab"})
    return tmp_path


def frozen(shop: Path, *libraries: str) -> set[str]:
    """Return the advisories that a scan finds for libraries."""
    (shop / "requirements.txt").write_text("".join(f"{library}\n" for library in libraries))
    environment = {"PATH": "/nonexistent"}  # no other scanner
    command = [sys.executable, "security/scan.py", "--frozen"]
    subprocess.run(command, cwd=shop, env=environment, check=False, capture_output=True)
    findings = json.loads((shop / "reports" / "findings.json").read_text())["findings"]
    return {finding["rule"] for finding in findings if finding["scanner"] == "frozen"}


def test_an_older_version_is_found_and_the_repaired_one_is_not(shop: Path) -> None:
    assert frozen(shop, "Flask==2.2.2", "gunicorn==20.1.0", "Jinja2==3.1.6") == {"CVE-2023-30861", "CVE-2024-1135"}
    assert frozen(shop, "Flask==2.10.0", "gunicorn==22.0.0", "Jinja2==3.1.3") == set()


def test_libraries_without_a_version_are_left_out(shop: Path) -> None:
    assert frozen(shop, "flask>=2.2", "gunicorn") == set()
