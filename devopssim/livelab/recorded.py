"""Logs of real runs of the exercises, for machines without a container engine: `recorded.log("operate")`."""

from importlib import resources
from pathlib import Path
from typing import Final

import pandas as pd

from devopssim import events
from devopssim.errors import InvalidInputError

INSTALLED: Final = "recorded"
"""Folder of the recorded logs inside an installed package."""
SIGNALS: Final = "signals"
"""Folder of the recorded golden signals among the logs."""
SOURCE_TREE: Final = Path(__file__).resolve().parents[2] / "data" / "recorded"
"""Folder of the recorded logs in a checkout."""


def names() -> list[str]:
    """Return the names of the recorded exercises, sorted.

    Examples
    --------
    >>> names()
    ['accept', 'automate', 'by_hand', 'configure', 'on_call', 'operate', 'release', 'secure']
    """
    return sorted(path.stem for path in _folder().glob("*.csv"))


def log(exercise: str) -> pd.DataFrame:
    """Return the recorded log of an exercise.

    Parameters
    ----------
    exercise : str
        One of `names()`.

    Returns
    -------
    DataFrame
        Event log; `attrs["source"]` states when and on which engine it was made.

    Raises
    ------
    InvalidInputError
        Where the exercise was not recorded.

    Examples
    --------
    >>> from devopssim import kpis
    >>> kpis.change_failure_rate(log("by_hand"))
    0.5
    """
    path = _folder() / f"{exercise}.csv"
    if not path.is_file():
        message = (
            f"exercise={exercise!r} has no recorded log; the recorded exercises are {', '.join(names()) or 'none'}."
        )
        raise InvalidInputError(message)
    return events.read(path)


def signals(exercise: str) -> pd.DataFrame:
    """Return the recorded golden signals of an exercise, for `devopssim.plots.golden_signals`.

    Parameters
    ----------
    exercise : str
        An exercise with monitoring.

    Returns
    -------
    DataFrame
        As of `lab.monitor.golden_signals()`: index `hours` of the exercise's log.

    Raises
    ------
    InvalidInputError
        Where none were recorded.

    Examples
    --------
    >>> signals("operate").columns.tolist()
    ['traffic', 'errors', 'latency', 'saturation']
    """
    path = _folder() / SIGNALS / f"{exercise}.csv"
    if not path.is_file():
        message = f"exercise={exercise!r} has no recorded signals; use on_call, operate or release."
        raise InvalidInputError(message)
    return pd.read_csv(path, index_col="hours")


def _folder() -> Path:
    """Return the folder of the recorded logs: inside an installed package, or beside it in a checkout."""
    installed = resources.files("devopssim.livelab") / INSTALLED
    return Path(str(installed)) if installed.is_dir() else SOURCE_TREE
