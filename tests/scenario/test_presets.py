"""Presets are workflows with practices adopted."""

import dataclasses

from devopssim.scenario import (
    ASSISTED_TEAM,
    ASSISTED_TEAM_WITH_ENOUGH_REVIEWERS,
    DEVOPS,
    DEVOPS_IN_NAME_ONLY,
    PRACTICES,
    PRESETS,
    SEVEN_CS,
    WORKFLOWS,
    Scenario,
    adopt,
    vary,
)


def test_presets_are_workflows_with_practices_and_nothing_else() -> None:
    assert {preset.workflow for preset in PRESETS.values()} == set(WORKFLOWS)
    for preset in PRESETS.values():
        if preset.assistance.share:
            continue
        plain = dataclasses.replace(preset, practices=Scenario().practices)
        assert plain == Scenario(name=preset.name, workflow=preset.workflow)
    assert all(getattr(DEVOPS.practices, practice) == 1 for practice in SEVEN_CS)
    assert all(getattr(DEVOPS_IN_NAME_ONLY.practices, practice) == 0 for practice in PRACTICES)


def test_the_assisted_teams_are_devops_with_assistance_and_reviewers_and_nothing_else() -> None:
    assert vary(adopt(ASSISTED_TEAM, {"assistance": 0}), {"quality.reviewers": 0}) == dataclasses.replace(
        DEVOPS, name=ASSISTED_TEAM.name
    )
    assert (
        dataclasses.replace(
            vary(ASSISTED_TEAM, {"quality.reviewers": DEVOPS.team.developers}),
            name=ASSISTED_TEAM_WITH_ENOUGH_REVIEWERS.name,
        )
        == ASSISTED_TEAM_WITH_ENOUGH_REVIEWERS
    )
    assert 0 < ASSISTED_TEAM.quality.reviewers < DEVOPS.team.developers
