"""Presets: a workflow with practices adopted, all other parameters at their defaults."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from devopssim.errors import InvalidInputError
from devopssim.scenario.practices import SEVEN_CS
from devopssim.scenario.scenario import Scenario, adopt, unknown_name_message

WATERFALL: Final = Scenario(name="waterfall", workflow="waterfall")
"""Waterfall: one large batch through gates, no practice adopted."""
AGILE: Final = adopt(Scenario(name="agile", workflow="agile"), {"feedback": 1, "integration": 0.5, "testing": 0.5})
"""Agile: sprints with feedback, and half of continuous integration and testing."""
DEVOPS: Final = adopt(Scenario(name="devops", workflow="devops"), dict.fromkeys(SEVEN_CS, 1.0))
"""DevOps: one team, changes one by one, all of the seven C's adopted."""
DEVSECOPS: Final = adopt(replace(DEVOPS, name="devsecops"), {"security": 1})
"""DevOps with security inside the pipeline."""
DEVOPS_IN_NAME_ONLY: Final = Scenario(name="devops in name only", workflow="devops")
"""The DevOps workflow without any of its practices."""
AGILE_WITH_CI: Final = adopt(replace(AGILE, name="agile with CI"), {"integration": 1})
"""Agile with continuous integration adopted in full."""

PRESETS: Final[Mapping[str, Scenario]] = {
    "waterfall": WATERFALL,
    "agile": AGILE,
    "devops": DEVOPS,
    "devsecops": DEVSECOPS,
    "devops-in-name-only": DEVOPS_IN_NAME_ONLY,
    "agile-with-ci": AGILE_WITH_CI,
}
"""Presets by the name that the command line and `base` in TOML files use."""


def preset(name: str) -> Scenario:
    """Return the preset of that name.

    Parameters
    ----------
    name : str
        Key of `PRESETS`.

    Returns
    -------
    Scenario
        The preset.

    Raises
    ------
    InvalidInputError
        For an unknown name; the message suggests the nearest.

    Examples
    --------
    >>> preset("devops").practices.deployment
    1.0
    >>> preset("devop")
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: scenario 'devop' is unknown; did you mean devops or devsecops? ...
    """
    if name not in PRESETS:
        raise InvalidInputError(unknown_name_message("scenario", name, PRESETS))
    return PRESETS[name]
