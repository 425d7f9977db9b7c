"""The lab's journal: facts in the order in which they happened, one JSON object per line, written by all processes of the lab."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devopssim.livelab.history.clock import LabClock

Fact = dict[str, Any]
"""Keys: `at` (seconds since 1970), `fact` (its kind), and what belongs to that kind."""


@dataclass(frozen=True)
class Journal:
    """An append-only file of facts; each fact is one write, so several processes can share it.

    Parameters
    ----------
    path : Path
        File; created with the first fact, readable by this user only.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     journal = Journal(Path(folder) / "journal.jsonl")
    ...     journal.write("merged", at=20.0, sha="b")
    ...     journal.write("merged", at=10.0, sha="a")
    ...     [fact["sha"] for fact in journal.facts("merged")]
    ['a', 'b']
    """

    path: Path

    @property
    def clock(self) -> LabClock:
        """Clock by which its facts are dated."""
        return LabClock(self.path.with_name("clock.json"))

    def write(self, fact: str, *, at: float | None = None, **details: Any) -> None:
        """Append a fact.

        Parameters
        ----------
        fact : str
            Kind of fact.
        at : float, optional
            Seconds since 1970; default now, by the lab's clock.
        **details
            What else belongs to the fact; JSON values.
        """
        line = json.dumps({"at": self.clock.now() if at is None else at, "fact": fact, **details}) + "\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def facts(self, *names: str) -> list[Fact]:
        """Return facts in the order of time.

        Parameters
        ----------
        *names : str
            Kinds of facts; default: all.
        """
        facts = [fact for fact in self._read() if not names or fact["fact"] in names]
        return sorted(facts, key=lambda fact: float(fact["at"]))

    def _read(self) -> Iterator[Fact]:
        """Yield each complete line; a crash can cut the last one short."""
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8").splitlines():
            if line.endswith("}"):  # a crash can cut the last line short
                yield json.loads(line)
