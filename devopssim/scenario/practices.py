"""The practices and how far each is adopted."""

from dataclasses import dataclass
from typing import Final

from devopssim.scenario.declaration import Part, parameter

PRACTICES: Final = ("integration", "delivery", "deployment", "testing", "monitoring", "feedback", "collaboration")
"""The seven C's."""


@dataclass(frozen=True, kw_only=True)
class Practices(Part):
    """The seven C's: the share of changes, or of occasions, that are handled the new way, from 0 (none) to 1 (all)."""

    integration: float = parameter(
        0,
        "continuous integration: a change is merged when it is committed",
        high=1,
        grade="assumed",
        source="a choice: presets and experiments set it",
    )
    delivery: float = parameter(
        0,
        "continuous delivery: packaging, installing and taking back are automated",
        high=1,
        grade="assumed",
        source="a choice: presets and experiments set it",
    )
    deployment: float = parameter(
        0,
        "continuous deployment: a change goes out when its tests are green",
        high=1,
        grade="assumed",
        source="a choice: presets and experiments set it",
    )
    testing: float = parameter(
        0,
        "continuous testing: automated tests on each merge",
        high=1,
        grade="assumed",
        source="a choice: presets and experiments set it",
    )
    monitoring: float = parameter(
        0,
        "continuous monitoring: alerts tell of failures, and prevent some",
        high=1,
        grade="assumed",
        source="a choice: presets and experiments set it",
    )
    feedback: float = parameter(
        0,
        "continuous feedback: what is built is shown and measured while it is small",
        high=1,
        grade="assumed",
        source="a choice: presets and experiments set it",
    )
    collaboration: float = parameter(
        0,
        "continuous collaboration: one team, shared on-call, no hand-overs",
        high=1,
        grade="assumed",
        source="a choice: presets and experiments set it",
    )
