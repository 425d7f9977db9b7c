"""The lab's journal: facts as they happened, one JSON object a line, written by all processes of the lab."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Fact = dict[str, Any]
"""`at` (seconds since 1970), `fact` (what happened) and whatever else is known of it."""


@dataclass(frozen=True)
class Journal:
    """A file that is only ever appended to, a whole line at a time, so that several processes can write to it."""

    path: Path

    def write(self, fact: str, *, at: float | None = None, **known: Any) -> None:
        """Add a fact that happened now, or at `at` (seconds since 1970)."""
        line = json.dumps({"at": time.time() if at is None else at, "fact": fact, **known}) + "\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def facts(self, *names: str) -> list[Fact]:
        """Return the facts (of these names, or all) in the order of time."""
        found = [fact for fact in self._read() if not names or fact["fact"] in names]
        return sorted(found, key=lambda fact: float(fact["at"]))

    def _read(self) -> Iterator[Fact]:
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8").splitlines():
            if line.endswith("}"):  # a line that a crash cut short is no fact
                yield json.loads(line)
