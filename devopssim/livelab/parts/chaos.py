"""Hypotheses about failures, tried by Chaos Toolkit: a steady state, what is broken, whether users noticed, and the way back."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.livelab.engine import LOCALHOST, require_program, run
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.production import ProductionEnvironment
from devopssim.livelab.workspace import Workspace

TIMEOUT: Final = 180.0
"""Seconds that an experiment may take."""
CONTAINERS: Final = ("web", "blue", "green", "postgres")
"""Services whose container an experiment can name as `${web}` and so on."""


@dataclass(frozen=True)
class Chaos:
    """Experiments of Chaos Toolkit, in the folder `chaos` of production.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    production : ProductionEnvironment
        What is broken.

    Examples
    --------
    >>> lab.chaos.run("one-slot-ends")  # doctest: +SKIP
    'held'
    >>> lab.chaos.runs()["verdict"].tolist()  # doctest: +SKIP
    ['held']
    """

    workspace: Workspace
    production: ProductionEnvironment

    @property
    def folder(self) -> Path:
        """Folder of the experiments; add your own as JSON files."""
        return self.workspace.production / "chaos"

    def experiments(self) -> list[str]:
        """Return the names of the experiments, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def run(self, experiment: str) -> str:
        """Run an experiment, with its way back in any case, record its verdict, and wait until all is well again.

        Parameters
        ----------
        experiment : str
            One of `experiments()`.

        Returns
        -------
        {"held", "deviated", "not steady"}
            Whether the steady state held while something was broken; `not steady` where it did not hold to begin with.

        Raises
        ------
        InvalidInputError
            Where there is no such experiment.
        LabError
            Where Chaos Toolkit is not installed or the experiment is malformed.
        """
        if experiment not in self.experiments():
            message = f"experiment={experiment!r} (of Chaos Toolkit) must be one of {', '.join(self.experiments())}."
            raise InvalidInputError(message)
        self.workspace.require_engine()
        folder = self.workspace.folder / "chaos"
        folder.mkdir(exist_ok=True)
        journal, log = folder / "journal.json", folder / "chaos.log"
        journal.unlink(missing_ok=True)
        command: list[str | Path] = [require_program("chaos", "chaostoolkit"), "--no-version-check"]
        command += ["--settings", folder / "settings.yaml", "--log-file", log, "run", "--rollback-strategy", "always"]
        command += ["--hypothesis-strategy", "continuously", "--hypothesis-frequency", "1"]
        command += ["--journal-path", journal, self.folder / f"{experiment}.json"]
        done = run(command, cwd=folder, env=self._environment(), check=False, timeout=TIMEOUT)
        try:
            verdict = verdict_of(json.loads(journal.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            message = f"Chaos Toolkit could not run {experiment}; its log gives the reason: {log}."
            raise LabError(message) from error
        for service in (name for name in CONTAINERS if self.production.container(name)):
            with suppress(LabError):  # what was stopped before stays so
                self.production.wait_healthy(service)
        self.workspace.journal.write("chaos", experiment=experiment, verdict=verdict, seconds=done.seconds)
        return verdict

    def runs(self) -> pd.DataFrame:
        """Return one row per run: experiment, verdict, seconds."""
        columns = ["experiment", "verdict", "seconds"]
        facts = self.workspace.journal.facts("chaos")
        return pd.DataFrame([[fact[name] for name in columns] for fact in facts], columns=columns)

    def _environment(self) -> dict[str, str]:
        """Return the lab's environment with what the experiments name."""
        ports = self.workspace.ports
        return {
            **self.workspace.environment(),
            "SHOP": f"http://{LOCALHOST}:{ports['web']}",
            "LOAD_BALANCER": f"http://{LOCALHOST}:{ports['load_balancer']}",
            "ASK": str(self.folder / "ask.py"),
            **{name.upper(): f"{self.workspace.project}-{name}-1" for name in CONTAINERS},
        }


def verdict_of(journal: dict[str, Any]) -> str:
    """Return what a journal of Chaos Toolkit says of the hypothesis: held, deviated or not steady.

    Examples
    --------
    >>> verdict_of({"status": "failed", "deviated": True, "steady_states": {"before": {"steady_state_met": True}}})
    'deviated'
    """
    before = (journal.get("steady_states") or {}).get("before") or {}
    if not before.get("steady_state_met"):
        return "not steady"
    return "deviated" if journal.get("deviated") or journal.get("status") != "completed" else "held"
