"""Logs and results that figures are drawn of."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from logs import (
    closed,
    committed,
    deployed,
    detected,
    done,
    failed,
    fixed,
    log_of,
    patched,
    reported,
    requested,
    resolved,
    started,
    weakness,
    worked,
)

from devopssim import DEVOPS, compare, vary
from devopssim.experiment import Result


@pytest.fixture(autouse=True)
def figures_are_closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def log() -> pd.DataFrame:
    """Two items: W1 travels from hour 0 to 10 and is worked on for 4 hours; W2 waits. D1 fails at 12, for 3 hours."""
    return log_of(
        [requested("W1", at=0), started("W1", at=2), done("W1", at=6), closed("W1", at=10), requested("W2", at=5)],
        [committed("C1", at=4, item="W1"), deployed("C1", "D1", at=10)],
        worked("code", start=2, end=4, item="W1", change="C1", role="developer"),
        worked("test", start=4, end=6, item="W1", role="tester"),
        [failed("D1", at=12), detected("I1", at=13), resolved("I1", at=15)],
        [weakness("V1", at=4, change="C1"), reported("V1", at=8), fixed("V1", at=14), patched("V1", "D1", at=16)],
        horizon=20,
    )


@pytest.fixture(scope="module")
def result() -> Result:
    short = vary(DEVOPS, {"years": 0.1})
    few = {"devops": short, "fewer people": vary(short, {"team.developers": 3})}
    return compare(few, 3, curves=("wip", "lead_time"), progress=False)
