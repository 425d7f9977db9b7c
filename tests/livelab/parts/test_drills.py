"""A drill that cannot be carried out says why."""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from devopssim.livelab import LabError
from devopssim.livelab.engine import ServiceAnswer
from devopssim.livelab.history.journal import Journal
from devopssim.livelab.history.prober import Prober
from devopssim.livelab.parts import drills
from devopssim.livelab.parts.drills import Drill, DrillKind


@dataclass
class Vanishing:
    """A production that is healthy when it is asked first, and gone from then on, as where the engine ends during a drill."""

    answers: list[int] = field(default_factory=lambda: [200])

    def ask(self, path: str) -> ServiceAnswer:
        return ServiceAnswer(status=self.answers.pop() if self.answers else 0, text=path)

    def unpin(self) -> None:
        """Nothing was pinned."""


def failing_with(message: str) -> Any:
    def fail(_: Drill) -> None:
        raise LabError(message)

    return fail


def test_what_went_wrong_first_is_told_also_where_the_repair_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, recover = failing_with("the engine is gone."), failing_with("no earlier release.")
    kind = DrillKind(story="", alerts=(), begin=begin, recover=recover)
    monkeypatch.setattr(drills, "DRILLS", {"crash": kind})
    journal = Journal(tmp_path / "journal.jsonl")
    parts: dict[str, Any] = {
        "workspace": SimpleNamespace(journal=journal, require_engine=lambda: None),
        "production": Vanishing(),
        "prober": Prober(journal, port=9),
    }
    drill = Drill("crash", releases=cast("Any", None), security=cast("Any", None), **parts)
    with pytest.raises(LabError, match=r"the engine is gone"):
        drill.begin()
    states = [fact["state"] for fact in journal.facts("drill")]
    assert states == ["started", "ended"]
    assert not drill.prober.running
