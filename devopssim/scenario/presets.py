"""Presets: a workflow with practices adopted, all other parameters at their defaults.

The two assisted teams also say how many of their developers review.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from devopssim.errors import InvalidInputError
from devopssim.scenario.practices import SEVEN_CS
from devopssim.scenario.scenario import Scenario, adopt, unknown_name_message, vary

NEVER: Final = 1e9
"""Mean time to a failure that no run reaches, in hours."""

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
ASSISTED_TEAM: Final = vary(adopt(replace(DEVOPS, name="assisted team"), {"assistance": 1}), {"quality.reviewers": 5})
"""DevOps whose changes are all written with AI assistance, and of whose eight developers five review, three hours a week each."""
ASSISTED_TEAM_WITH_ENOUGH_REVIEWERS: Final = vary(
    replace(ASSISTED_TEAM, name="assisted team with enough reviewers"), {"quality.reviewers": 8}
)
"""The assisted team, all of whose developers review."""

PLAIN_FLOW: Final = vary(
    Scenario(name="plain flow", workflow="devops"),
    {
        "demand.misunderstood_share": 0,
        "demand.drift_per_month": 0,
        "demand.change_effort": 10000,
        "team.hours_per_week": 168,
        "team.secondary_effort": 1,
        "team.practised_effort": 1,
        "team.turnover": 0,
        "team.interruptions_per_week": 0,
        "process.hand_over": 0,
        "process.sign_off": 0,
        "process.approval": 0,
        "process.acceptance_effort": 0,
        "process.window_weeks": 0,
        "process.wip_limit": 10000,
        "process.switching": 0,
        "quality.defects_per_change": 0,
        "quality.review_effort": 0,
        "quality.review_effort_by_size": 0,
        "quality.review_wait": 0,
        "quality.second_round_share": 0,
        "quality.defect_size_exponent": 0,
        "quality.pairing": 0,
        "quality.test_upkeep": 0,
        "quality.regression_effort": 0,
        "quality.regression_rounds": 1,
        "quality.conflict_probability": 0,
        "pipeline.build_time": 0,
        "pipeline.automated_test_time": 0,
        "pipeline.time_cv": 0,
        "pipeline.flaky": 0,
        "pipeline.main_repair": 0,
        "pipeline.release_effort": 0,
        "pipeline.deploy_time": 0,
        "pipeline.manual_mistakes": 0,
        "pipeline.automated_mistakes": 0,
        "pipeline.settling_effort": 0,
        "production.infrastructure_mttf": NEVER,
        "production.total_share": 1,
        "production.partial_share": 0,
        "production.report_delay": 0,
        "production.response_time": 0,
        "production.night_response_time": 0,
        "production.diagnosis": 0,
        "production.diagnosis_per_change": 0,
        "production.diagnosis_per_doubling": 0,
        "production.repair_time": 0,
        "production.observation": 0,
        "security.vulnerabilities_per_change": 0,
        "security.disclosures_per_year": 0,
        "security.review_effort": 0,
        "security.rules_per_year": 0,
        "security.false_findings": 0,
        "security.false_at_adoption": 0,
        "security.training": 0,
        "security.sign_off": 0,
        "security.backlog_delay": 0,
    },
)
"""Nothing but work that queues for people: no defects, failures, waits or hand-overs, and one change per item.

Theory and published cases speak of such systems; a case switches on what it needs. People work around the clock, so an hour
of effort is an hour of the clock, and those of another role are as good as the role's own where collaboration is adopted.
"""

PRESETS: Final[Mapping[str, Scenario]] = {
    "waterfall": WATERFALL,
    "agile": AGILE,
    "devops": DEVOPS,
    "devsecops": DEVSECOPS,
    "devops-in-name-only": DEVOPS_IN_NAME_ONLY,
    "agile-with-ci": AGILE_WITH_CI,
    "assisted-team": ASSISTED_TEAM,
    "assisted-team-with-enough-reviewers": ASSISTED_TEAM_WITH_ENOUGH_REVIEWERS,
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
