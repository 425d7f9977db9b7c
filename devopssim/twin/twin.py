"""A twin as a value: its scenario, draws from the posterior of its parameters, what its log can tell, and the verdict of its check.

As a file it is the scenario in TOML with a table `twin`, which everything but `what-if` skips.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import tomli_w

from devopssim.errors import InvalidInputError
from devopssim.scenario import TWIN, Scenario, check_parameter, load, to_table
from devopssim.twin.posterior import Draw

UNCHECKED: Final = "unchecked"
"""Verdict of a twin that was not held against its log."""
HOLDS: Final = "holds"
"""Verdict of a twin that passed the check."""
ASKED: Final = (
    "lead_time",
    "lead_time_for_changes",
    "change_failure_rate",
    "deployment_frequency",
    "mttr",
    "availability",
    "throughput",
    "throughput_new_work",
    "wip",
)
"""KPIs of a what-if."""
DOWNTIME: Final = {"failures": ("service.failed",), "restorations": ("service.restored", "incident.resolved")}
"""What a log has to show before its downtime is worth money."""
NAMED_STRUCTURES: Final = 3


@dataclass(frozen=True, kw_only=True)
class Twin:
    """A fitted scenario with its uncertainty.

    Parameters
    ----------
    scenario : Scenario
        The twin at the middle of its posterior.
    draws : tuple of mapping
        Draws from the posterior: values of the parameters that differ, by dotted name; without any, all values are certain.
    learnt : tuple of str
        Parameters that the log or the user determined.
    missing : tuple of str
        What the log lacks before its downtime can be told: names of `DOWNTIME`.
    unseen : tuple of str
        KPIs of a what-if that the log does not show.
    differing : tuple of str
        KPIs outside the twin's prediction interval that do not decide the verdict, each with both values.
    verdict : str
        'holds', 'unchecked', or what failed.
    structures : mapping of str to float
        Workflows and cadences that the log may come from, with their probabilities.
    """

    scenario: Scenario
    draws: tuple[Mapping[str, float | str], ...] = ()
    learnt: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    verdict: str = UNCHECKED
    structures: Mapping[str, float]

    @property
    def refusal(self) -> str:
        """Why the twin answers no question of money; empty if it does."""
        if self.missing:
            return f"its log shows no {' and no '.join(self.missing)}"
        return "" if self.verdict == HOLDS else f"its check: {self.verdict}"

    @property
    def open_structure(self) -> str:
        """What the log leaves open of how the team works, with probabilities; empty if it shows one way of working only."""
        if len(self.structures) < 2:
            return ""
        odds = [f"{name}: {share:.0%}" for name, share in self.structures.items()]
        rest = sum(list(self.structures.values())[NAMED_STRUCTURES:])
        named = odds[:NAMED_STRUCTURES] + ([f"others: {rest:.0%}"] if rest else [])
        return f"The log leaves open how the team works ({'; '.join(named)})"

    def as_toml(self) -> str:
        """Return the twin as TOML, a line for the draws of each parameter; `load_twin` reads it."""
        own = {
            "verdict": self.verdict,
            "missing": list(self.missing),
            "unseen": list(self.unseen),
            "differing": list(self.differing),
            "structures": dict(self.structures),
            "learnt": list(self.learnt),
        }
        text = tomli_w.dumps({**to_table(self.scenario), TWIN: own})
        names = dict.fromkeys(name for draw in self.draws for name in draw)
        draws = [f'"{name}" = {json.dumps([_short(draw[name]) for draw in self.draws])}' for name in names]
        return "\n".join([text, f"[{TWIN}.draws]", *draws, ""])


def _short(value: float | str) -> float | str:
    return value if isinstance(value, str) else float(f"{value:.4g}")


def load_twin(path: str | Path) -> Twin | None:
    """Return the twin of a TOML file, or None for a file of a scenario alone.

    Raises
    ------
    InvalidInputError
        For all that `scenario.load` raises it for, and for a table `twin` that `devopssim calibrate` did not write.

    Examples
    --------
    >>> import tempfile
    >>> from devopssim.scenario import AGILE, save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(AGILE, f"{folder}/agile.toml")
    ...     load_twin(f"{folder}/agile.toml") is None
    True
    """
    scenario = load(path)
    own = tomllib.loads(Path(path).read_text(encoding="utf-8")).get(TWIN)
    if own is None:
        return None
    try:
        columns: dict[str, list[float | str]] = {check_parameter(name): own["draws"][name] for name in own["draws"]}
        draws: tuple[Draw, ...] = tuple(
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        )
        return Twin(
            scenario=scenario,
            draws=draws,
            learnt=tuple(own["learnt"]),
            missing=tuple(own["missing"]),
            unseen=tuple(own["unseen"]),
            differing=tuple(own["differing"]),
            verdict=str(own["verdict"]),
            structures=dict(own["structures"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"{path}: its table [{TWIN}] is not one that `devopssim calibrate --out` writes ({error}); calibrate again, or delete the table."
        raise InvalidInputError(message) from error
