"""The needs in pyproject.toml, the locks, the conda environment and the wheel tell the same story."""

import ast
import importlib.metadata
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from devopssim.simulation import LIBRARY

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS: Final[dict[str, list[str]]] = PROJECT["project"]["optional-dependencies"]
CONTENTS: Final = {
    "run": [],
    "notebook": ["notebook", "livelab", "grading"],
    "dev": ["notebook", "livelab", "grading", "cluster", "docs", "dev"],
}
"""Which extras each lock holds, beside the package's own needs and the build backend."""

PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS: Final = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
MACHINES: Final = [
    {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": platform,
        "platform_system": system,
        "os_name": name,
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    for python in PYTHONS
    for platform, system, name in SYSTEMS
]

PIN: Final = re.compile(r"^(?P<pin>[^\s#-][^\\]*?) \\$", re.MULTILINE)
IMPORTED_AS: Final = {"ipython": "IPython", "pyyaml": "yaml", "pandas-stubs": "pandas", "cyclonedx-bom": "cyclonedx_py"}


def needs_of(lock: str) -> list[Requirement]:
    """Return what pyproject.toml says that a lock must hold."""
    needs = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    return [Requirement(need) for need in needs + [need for extra in CONTENTS[lock] for need in EXTRAS[extra]]]


def pins_of(lock: str, machine: dict[str, str] | None = None) -> dict[str, Version]:
    """Return the versions that a lock gives, for one machine, or for any (the first one of a name)."""
    pins: dict[str, Version] = {}
    for match in PIN.finditer((ROOT / "requirements" / f"{lock}.txt").read_text()):
        pin = Requirement(match["pin"])
        if machine is None or pin.marker is None or pin.marker.evaluate(machine):
            (only,) = pin.specifier
            assert only.operator == "=="
            pins.setdefault(canonicalize_name(pin.name), Version(only.version))
    return pins


@pytest.mark.parametrize("lock", CONTENTS)
@pytest.mark.parametrize(
    "machine", MACHINES, ids=lambda machine: f"{machine['python_version']}-{machine['sys_platform']}"
)
def test_a_lock_gives_every_need_a_version_that_it_allows(lock: str, machine: dict[str, str]) -> None:
    pins = pins_of(lock, machine)
    unmet = [str(need) for need in needs_of(lock) if pins.get(canonicalize_name(need.name)) not in _Allowed(need)]
    assert not unmet, f"requirements/{lock}.txt is older than pyproject.toml: run `make lock`"


@pytest.mark.parametrize("lock", CONTENTS)
def test_every_pin_of_a_lock_has_a_hash(lock: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / "requirements" / f"{lock}.txt").read_text(), flags=re.MULTILINE)[1:]
    assert len(entries) >= len(needs_of(lock))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", CONTENTS)
def test_a_lock_says_nothing_of_where_the_packages_come_from(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    assert re.findall(r"://|--(?:extra-)?index|--find-links|--trusted-host|file:", text) == []


@pytest.mark.parametrize(("smaller", "larger"), [("run", "notebook"), ("notebook", "dev")])
def test_a_larger_lock_changes_no_version_of_a_smaller_one(smaller: str, larger: str) -> None:
    for machine in MACHINES:
        assert pins_of(smaller, machine).items() <= pins_of(larger, machine).items()


def test_the_conda_environment_is_what_a_student_needs() -> None:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (from_pip,) = (entry["pip"] for entry in listed if isinstance(entry, dict))
    from_conda = [entry for entry in listed if isinstance(entry, str)]
    student = [need for extra in CONTENTS["notebook"] for need in EXTRAS[extra]]
    python = f"python{PROJECT['project']['requires-python']}"
    assert sorted(from_conda + from_pip) == sorted(
        [*PROJECT["project"]["dependencies"], *student, python, "pip", "--editable ."]
    )


def test_no_need_is_listed_twice() -> None:
    names = [canonicalize_name(need.name) for need in needs_of("dev")]
    assert sorted(set(names)) == sorted(names)


def test_what_the_package_imports_is_declared() -> None:
    extras = [Requirement(need) for need in EXTRAS["cluster"]]
    declared = {module_of(need) for need in [*needs_of("notebook"), *extras]}
    found = {name for path in sources() for name in imported(path)}
    assert found - declared - {"__main__"} - set(sys.stdlib_module_names) == {"devopssim"}


def test_the_installed_version_is_the_one_in_the_source() -> None:
    namespace: dict[str, str] = {}
    exec((ROOT / "devopssim" / "_version.py").read_text(), namespace)  # noqa: S102 - one assignment of our own
    assert importlib.metadata.version("devopssim") == namespace["__version__"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--no-build-isolation", "--wheel-dir", folder, ROOT], check=True)
    (path,) = folder.glob("devopssim-*.whl")
    return path


def test_a_wheel_holds_every_tracked_file_of_the_package_and_the_recorded_logs(wheel: Path) -> None:
    tracked = tracked_files("devopssim", "data/recorded")
    expected = {re.sub("^data/recorded/", "devopssim/livelab/recorded/", name) for name in tracked}
    with zipfile.ZipFile(wheel) as archive:
        assert expected - set(archive.namelist()) == set()
    assert "devopssim/py.typed" in expected


def test_a_wheel_holds_the_instructors_files_packed_and_in_no_other_form(wheel: Path) -> None:
    """A search of a student's environment meets no solution, hidden test or mark scheme of the course."""
    with zipfile.ZipFile(wheel) as archive:
        packed = archive.read("devopssim/course/instructor.tar.xz")
        others = {
            name: archive.read(name) for name in archive.namelist() if name != "devopssim/course/instructor.tar.xz"
        }
    with tarfile.open(fileobj=io.BytesIO(packed)) as sources:
        assert {f"notebooks/{name}" for name in sources.getnames()} >= tracked_files("notebooks")
        marks = [b"BEGIN SOLUTION", b"BEGIN HIDDEN TESTS", b"BEGIN MARK SCHEME"]
        assert not any(mark in packed for mark in marks)
        assert [name for name in others if name.endswith(".ipynb") or "/notebooks/" in name] == []
        (first,) = (name for name in sources.getnames() if name.startswith("02-"))
        cells = json.load(sources.extractfile(first) or io.BytesIO())["cells"]
    hidden = ["".join(cell["source"]).partition("### BEGIN HIDDEN TESTS")[2].encode()[:200] for cell in cells]
    assert any(hidden)
    assert [name for name, text in others.items() if any(part and part in text for part in hidden)] == []


def test_a_wheel_for_students_holds_no_instructors_files(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    environment = {**os.environ, "DEVOPSSIM_WHEEL_SOURCES": "0"}
    subprocess.run([*pip, "--no-build-isolation", "--wheel-dir", tmp_path, ROOT], check=True, env=environment)
    (path,) = tmp_path.glob("devopssim-*.whl")
    with zipfile.ZipFile(path) as archive:
        assert [name for name in archive.namelist() if name.endswith((".ipynb", ".tar.xz"))] == []


def tracked_files(*folders: str) -> set[str]:
    """Return the files of some folders that git tracks."""
    listed = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(listed.stdout.splitlines())


@pytest.mark.fast
def test_a_wheel_of_this_system_holds_the_fast_engine(tmp_path: Path) -> None:
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*pip, "--wheel-dir", tmp_path, ROOT], check=True, env={**os.environ, "DEVOPSSIM_WHEEL_ENGINE": "1"})
    (wheel,) = tmp_path.glob("devopssim-*.whl")
    assert "-py3-none-" in wheel.name
    assert "-any" not in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        assert f"devopssim/simulation/{LIBRARY.name}" in archive.namelist()


def module_of(need: Requirement) -> str:
    """Return the name by which a need is imported."""
    return IMPORTED_AS.get(need.name, need.name.replace("-", "_"))


def sources() -> Iterator[Path]:
    """Yield the package's modules; what lies under templates/ runs elsewhere, with needs of its own."""
    return (path for path in (ROOT / "devopssim").rglob("*.py") if "templates" not in path.parts)


def imported(path: Path) -> Iterator[str]:
    """Yield the top-level names of what a module imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


class _Allowed:
    """The versions that a need allows; no version at all is not among them."""

    def __init__(self, need: Requirement) -> None:
        self.need = need

    def __contains__(self, version: Version | None) -> bool:
        return version is not None and self.need.specifier.contains(version)
