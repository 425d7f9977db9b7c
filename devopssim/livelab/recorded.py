"""Logs of real runs of the exercises, for machines without a container engine: `recorded.log("operate")`."""

from importlib import resources
from pathlib import Path
from typing import Final

import pandas as pd

from devopssim import events
from devopssim.errors import InvalidInputError

INSTALLED: Final = "recorded"
SOURCE_TREE: Final = Path(__file__).resolve().parents[2] / "data" / "recorded"


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


def _folder() -> Path:
    """Return where the recorded logs are: inside an installed package, or beside it in a checkout."""
    installed = resources.files("devopssim.livelab") / INSTALLED
    return Path(str(installed)) if installed.is_dir() else SOURCE_TREE
