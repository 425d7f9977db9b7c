"""Finished replications on disk, so that an interrupted experiment can be resumed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from devopssim._version import __version__
from devopssim.errors import InvalidInputError
from devopssim.experiment.measure import Measures, Outcome
from devopssim.files import write_text
from devopssim.scenario import Scenario, dumps

CHUNKS: Final = "*-*.json"


@dataclass(frozen=True, kw_only=True)
class Checkpoints:
    """A folder with a file for each finished chunk of replications.

    A file's name begins with the fingerprint of everything that decides its content (scenario, seed, measure, version of the
    package), so checkpoints of different experiments never mix.
    """

    folder: Path

    def __post_init__(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = (
                f"cannot write to {self.folder} ({error.strerror}); name a folder that you can create and write to."
            )
            raise InvalidInputError(message) from error

    def write(self, fingerprint: str, outcomes: Mapping[int, Outcome]) -> None:
        """Write one chunk, whole or not at all."""
        rows = {replication: vars(outcome) for replication, outcome in outcomes.items()}
        write_text(self.folder / f"{fingerprint}-{min(outcomes)}.json", json.dumps(rows))

    def read(self, fingerprint: str) -> dict[int, Outcome]:
        """Return the finished replications of this fingerprint; skip files that were cut short or changed."""
        finished: dict[int, Outcome] = {}
        for path in sorted(self.folder.glob(f"{fingerprint}-*.json")):
            try:  # the standard library parses, since msgspec refuses the NaN of a KPI that had nothing to count
                rows = json.loads(path.read_bytes())
                finished |= msgspec.convert(rows, dict[int, Outcome], str_keys=True)
            except (ValueError, msgspec.ValidationError):
                continue
        return finished

    def clear(self) -> None:
        """Remove the chunks, and the folder if nothing else is in it."""
        for path in self.folder.glob(CHUNKS):
            path.unlink(missing_ok=True)
        if not any(self.folder.iterdir()):
            self.folder.rmdir()


def checkpoint_folder(folder: Path) -> Path:
    """Return where an experiment that is kept in a folder has its checkpoints until it is finished."""
    return folder / "unfinished"


def has_checkpoints(folder: Path) -> bool:
    """Return whether an experiment that is kept in a folder began and is not finished."""
    return any(checkpoint_folder(folder).glob(CHUNKS))


def fingerprint(scenario: Scenario, seed: int, measure: Measures) -> str:
    """Return a short name of everything that decides what a replication gives, its number aside.

    The scenario's own name does not count: it is only what people call it.
    """
    parts = [line for line in dumps(scenario).splitlines() if not line.startswith("name = ")]
    text = "\n".join([__version__, str(seed), repr(measure), *parts])
    return blake2b(text.encode(), digest_size=12).hexdigest()
