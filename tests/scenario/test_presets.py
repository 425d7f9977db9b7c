"""Presets are workflows with practices adopted."""

import dataclasses

from devopssim.scenario import (
    DEVOPS,
    DEVOPS_IN_NAME_ONLY,
    PRACTICES,
    PRESETS,
    SEVEN_CS,
    WORKFLOWS,
    Scenario,
)


def test_presets_are_workflows_with_practices_and_nothing_else() -> None:
    assert {preset.workflow for preset in PRESETS.values()} == set(WORKFLOWS)
    for preset in PRESETS.values():
        plain = dataclasses.replace(preset, practices=Scenario().practices)
        assert plain == Scenario(name=preset.name, workflow=preset.workflow)
    assert all(getattr(DEVOPS.practices, practice) == 1 for practice in SEVEN_CS)
    assert all(getattr(DEVOPS_IN_NAME_ONLY.practices, practice) == 0 for practice in PRACTICES)
