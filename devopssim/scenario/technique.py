"""How well the work is done and with what: quality, pipeline, practices."""

from dataclasses import dataclass
from typing import Final

from devopssim.parameters import check_all, parameter

PRACTICES: Final = ("integration", "delivery", "deployment", "testing", "monitoring", "feedback", "collaboration")
"""The seven C's."""


@dataclass(frozen=True, kw_only=True)
class Quality:
    """How defects and misfits come in, are found and repaired."""

    defects_per_change: float = parameter(
        0.6,
        "defects that a change brings, mean",
        high=20,
        grade="derived",
        source="Jones: 4 to 5 defects a function point before removal, at about a tenth of a function point a person-day",
        tuned=True,
    )
    severe_share: float = parameter(
        0.06,
        "share of defects that break the service where they escape",
        high=1,
        grade="derived",
        source="Jones: 10 to 15 % of defects are of severity 1 or 2",
        tuned=True,
    )
    review_effort: float = parameter(
        0.5,
        "review of a change by a colleague",
        unit="h",
        high=40,
        grade="assumed",
        source="half an hour for a person-day of code",
    )
    review_finds: float = parameter(
        0.4,
        "share of the defects that a review finds",
        high=1,
        grade="derived",
        source="Jones: inspections above 0.85; an informal review is well below",
        tuned=True,
    )
    manual_test_finds: float = parameter(
        0.45,
        "share of the remaining defects that testing by hand finds",
        high=1,
        grade="measured",
        source="Jones: one test stage finds 35 to 50 %",
    )
    automated_test_finds: float = parameter(
        0.8,
        "share of the remaining defects that automated tests find",
        high=1,
        grade="derived",
        source="unit, integration and acceptance tests at 35 to 50 % each (Jones) find 0.73 to 0.88 together",
    )
    acceptance_finds: float = parameter(
        0.2,
        "share of the remaining defects that acceptance finds",
        high=1,
        grade="derived",
        source="Jones: acceptance tests find 15 to 35 %",
    )
    regression_effort: float = parameter(
        16,
        "testing by hand, for each release, that the old still works",
        unit="h",
        high=2000,
        grade="assumed",
        source="a tester's three days",
    )
    test_upkeep: float = parameter(
        1.0,
        "effort that automated tests cost for each change",
        unit="h",
        high=40,
        grade="assumed",
        source="an eighth of a change's coding effort",
    )
    fix_effort: float = parameter(
        3,
        "repair of a defect that is found at once, mean",
        unit="h",
        high=400,
        grade="assumed",
        source="Jones: hours, not days, for a defect found early",
    )
    fix_cv: float = parameter(
        1.0,
        "coefficient of variation of the repair effort (lognormal)",
        high=5,
        grade="assumed",
        source="as the other efforts",
    )
    late_fix_factor: float = parameter(
        2,
        "factor on the repair effort for each step later (review, test, production); 1 is no effect",
        low=1,
        high=100,
        grade="assumed",
        source="disputed: often 100 in all (Boehm & Basili 2001), no consistent growth in 171 projects (Menzies et al. 2016)",
    )
    bad_fix_share: float = parameter(
        0.07, "share of repairs that bring a new defect", high=0.95, grade="measured", source="Jones: about 7 %"
    )
    misfit_rework: float = parameter(
        0.4,
        "effort of putting a misfit right, as a share of what was coded until then",
        high=5,
        grade="assumed",
        source="part of what was built can stay",
    )
    complaint_delay: float = parameter(
        504,
        "time from release until users complain about a misfit, mean",
        unit="h",
        high=20000,
        grade="assumed",
        source="three weeks",
    )
    conflict_probability: float = parameter(
        0.002,
        "chance that two changes that did not know of each other conflict",
        high=1,
        grade="derived",
        source="Ghiotto et al. 2020 and Brun et al. 2011: about one merge in six conflicts, at some tens of changes each",
        tuned=True,
    )
    conflict_effort: float = parameter(
        3,
        "resolution of one merge conflict",
        unit="h",
        high=200,
        grade="assumed",
        source="half a working day with re-testing",
    )

    def __post_init__(self) -> None:
        check_all(self)


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What machines and hands need to bring a change to production."""

    runners: int = parameter(
        2,
        "machines that build and test",
        whole=True,
        low=1,
        high=1000,
        grade="assumed",
        source="a small team's CI plan",
    )
    build_time: float = parameter(
        0.15,
        "a build on a machine",
        unit="h",
        high=100,
        grade="assumed",
        source="Humble & Farley 2010: the commit stage should stay under ten minutes",
    )
    automated_test_time: float = parameter(
        0.5,
        "a run of the automated tests on a machine",
        unit="h",
        high=200,
        grade="assumed",
        source="Humble & Farley 2010: acceptance tests within an hour",
    )
    release_effort: float = parameter(
        16,
        "packaging and installing a release by hand",
        unit="h",
        high=2000,
        grade="assumed",
        source="two working days of an operator",
        tuned=True,
    )
    deploy_time: float = parameter(
        0.2, "an automated deployment", unit="h", high=100, grade="assumed", source="minutes: copy, start, check health"
    )
    manual_mistakes: float = parameter(
        0.18,
        "share of installations by hand that go wrong",
        high=1,
        grade="derived",
        source="Oppenheimer et al. 2003: operators' mistakes are the leading cause of failures of services",
        tuned=True,
    )
    automated_mistakes: float = parameter(
        0.015,
        "share of automated deployments that go wrong",
        high=1,
        grade="assumed",
        source="a twelfth of the manual share: repeatable, but configuration still differs",
    )
    settling_effort: float = parameter(
        0.5,
        "watching a new deployment settle, by hand or by monitoring",
        unit="h",
        high=40,
        grade="assumed",
        source="the half hour after an installation in which faults show",
    )
    rollback_time: float = parameter(
        0.2, "an automated rollback", unit="h", high=100, grade="assumed", source="as an automated deployment"
    )
    rollback_horizon: float = parameter(
        72,
        "age of a deployment beyond which it is repaired forward",
        unit="h",
        high=8760,
        grade="assumed",
        source="data and later changes have come to depend on it",
    )

    def __post_init__(self) -> None:
        check_all(self)


@dataclass(frozen=True, kw_only=True)
class Practices:
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

    def __post_init__(self) -> None:
        check_all(self)
