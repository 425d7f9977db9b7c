"""What is finished stays finished: replications on disk, so that an interrupted experiment can go on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from devopssim._version import __version__
from devopssim.errors import InvalidInputError
from devopssim.experiment.measure import Measures, Outcome
from devopssim.files import write_text
from devopssim.scenario import Scenario, dumps


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A folder with a file for each finished chunk of replications.

    A file's name begins with the fingerprint of all that decides its content (scenario, seed, measure, version of the
    package), so what is found in a folder can never be mixed up with another experiment's.
    """

    folder: Path

    def __post_init__(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = (
                f"cannot write to {self.folder} ({error.strerror}); name a folder that can be made and written to."
            )
            raise InvalidInputError(message) from error

    def keep(self, fingerprint: str, outcomes: Mapping[int, Outcome]) -> None:
        """Write one chunk, whole or not at all."""
        rows = [{"replication": each, **vars(outcome)} for each, outcome in outcomes.items()]
        write_text(self.folder / f"{fingerprint}-{min(outcomes)}.json", json.dumps(rows))

    def load(self, fingerprint: str) -> dict[int, Outcome]:
        """Return the finished replications of this fingerprint; a file that cannot be read counts as not there."""
        found: dict[int, Outcome] = {}
        for path in sorted(self.folder.glob(f"{fingerprint}-*.json")):
            try:
                rows = json.loads(path.read_bytes())
                found |= {int(row["replication"]): outcome(row) for row in rows}
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def clear(self) -> None:
        """Remove the chunks, and the folder if nothing else is in it."""
        for path in self.folder.glob("*-*.json"):
            path.unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()


def outcome(row: Mapping[str, Mapping[str, object]]) -> Outcome:
    """Return the Outcome that a row of a file holds."""
    numbers = {
        key: {name: float(str(value)) for name, value in row[key].items()} for key in ("values", "n", "unfinished")
    }
    return Outcome(**numbers, curves={name: _curve(points) for name, points in row["curves"].items()})


def _curve(points: object) -> tuple[list[float], list[float]]:
    if not isinstance(points, list) or len(points) != 2:
        raise ValueError("a curve is two lists")
    hours, values = points
    return list(map(float, hours)), list(map(float, values))


def fingerprint(scenario: Scenario, seed: int, measure: Measures) -> str:
    """Return a short name of all that decides what a replication gives, its number aside.

    The scenario's own name does not count: it is only what people call it.
    """
    parts = [line for line in dumps(scenario).splitlines() if not line.startswith("name = ")]
    text = "\n".join([__version__, str(seed), repr(measure), *parts])
    return blake2b(text.encode(), digest_size=12).hexdigest()
