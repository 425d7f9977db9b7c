"""Notebook 06: what asks to be counted by oneself is not answered by the package's own function."""

from pathlib import Path
from typing import Final

import pandas as pd
import pytest

from devopssim import kpis
from devopssim.course.author import load_source
from devopssim.course.learner import instructor_sources

NOTEBOOKS: Final = Path(__file__).parents[3] / "notebooks"


def by_the_package(log: pd.DataFrame, hours: float) -> float:
    del hours
    return kpis.change_failure_rate(log)


def by_sets(log: pd.DataFrame, hours: float) -> float:
    first: dict[str, float] = {}
    failed: set[str] = set()
    for kind, name, time in zip(log["kind"], log["deployment"].astype("object"), log["time"], strict=True):
        if kind == "service.deployed":
            first.setdefault(name, time)
        elif kind in {"service.failed", "service.rolledback"} and name in first and time - first[name] <= hours:
            failed.add(name)
    return len(failed) / len(first) if first else float("nan")


@pytest.mark.parametrize(("answer", "share"), [(by_sets, 1), (by_the_package, 0.1)])
def test_soon_failed_deployments_are_counted_and_not_looked_up(answer: object, share: float) -> None:
    judged = instructor_sources.judge(load_source(NOTEBOOKS), "06-b", answer, {})
    assert judged is not None
    assert judged.share == pytest.approx(share), judged.remark
