"""Plugin of pytest: run live tests and notebooks side by side, in processes of xdist and in several runs, on one engine.

A lab that does nothing holds the engine and its images: so no lab's end stops the one or removes the others, and none has to make
them again. The chapter stays in one process, in its order; what takes labs down and kills exercises needs no history, and has another.
"""

import os
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import Any, Final

import engines
import needs
import pytest
from xdist.scheduler import LoadScopeScheduling

from devopssim import livelab

NO_HISTORY: Final = ("test_6_clean_up", "test_7_kills")
"""Modules of `tests/live` that may run beside the chapter."""
_held = ExitStack()
"""What is given back at the end of the run."""


class BesideTheChapter(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Scheduling that sends what `together` names alike to one process, in its order."""

    def _split_scope(self, nodeid: str) -> str:
        return together(nodeid)


def together(nodeid: str) -> str:
    """Return a name for the tests that stay together: a folder's, apart from those without a history, or a notebook's cells."""
    path = PurePosixPath(nodeid.partition("::")[0])
    if path.suffix != ".py":
        return str(path)
    return "no history" if path.stem in NO_HISTORY else str(path.parent)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BesideTheChapter:
    """Return the scheduling, whatever `--dist` says."""
    return BesideTheChapter(config, log)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have an engine, and a lab on it, in the process that starts the others."""
    is_worker = hasattr(session.config, "workerinput")
    if not is_worker and not session.config.option.collectonly and needs.BY_MARKER["live"].found():
        engines.have_one()
        _held.enter_context(livelab.up(f"test-hold-{os.getpid()}", progress=False))


def pytest_sessionfinish() -> None:
    """Leave no lab and no engine behind that was started for the tests."""
    _held.close()
    engines.stop_ours()
