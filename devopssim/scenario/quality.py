"""Quality: how defects and requirements misfits come in, are found and repaired."""

from dataclasses import dataclass

from devopssim.scenario.declaration import Part, parameter
from devopssim.scenario.demand import DISTRIBUTIONS


@dataclass(frozen=True, kw_only=True)
class Quality(Part):
    """Defects and requirements misfits: how many come in, which checks find them, and what repairs cost.

    A requirements misfit is a difference between what is built and what is needed. Each field declares its meaning, unit,
    range and evidence; `evidence_cards("quality")` lists them. A value outside its range raises InvalidInputError.

    Examples
    --------
    >>> Quality(defects_per_change=0.3).late_fix_factor
    2.0
    """

    defects_per_change: float = parameter(
        1.0,
        "defects that a change of 100 lines brings, mean",
        high=20,
        grade="derived",
        source="JiTReliability: 12 to 18 % of merged changes of 50 to 200 lines are later blamed for a defect; review and tests find the others",
        tuned=True,
    )
    defect_size_exponent: float = parameter(
        0.5,
        "power of a change's size to which its defects grow; 1 for a fixed number per line",
        high=2,
        grade="derived",
        source="JiTReliability, 172,887 changes of 17 Apache projects: hazard grows with size to the power of 0.48 to 0.50, 0.31 to 0.70 by cut",
    )
    severe_share: float = parameter(
        0.18,
        "share of defects that cause an incident where they escape; the others are repaired as planned work",
        high=1,
        grade="derived",
        source="Jones: 10 to 15 % of defects are of severity 1 or 2; 5 to 30 % is plausible",
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
        0.75,
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
    retest_share: float = parameter(
        0.25,
        "effort of testing an item by hand again after repairs, as a share of its test effort",
        high=5,
        grade="assumed",
        source="a tester repeats the cases that failed",
    )
    regression_effort: float = parameter(
        8,
        "regression test by hand of a release, each round",
        unit="h",
        high=2000,
        grade="assumed",
        source="a tester's day",
    )
    regression_rounds: int = parameter(
        4,
        "rounds of the regression test by hand that a release gets at least",
        whole=True,
        low=1,
        high=100,
        grade="derived",
        source="DORA: 40 to 64 % of the releases of some 300 changes fail, so a release test removes nine tenths of what escapes",
        tuned=True,
    )
    regression_finds: float = parameter(
        0.45,
        "share of the remaining defects that a round of the regression test finds",
        high=1,
        grade="measured",
        source="Jones: one test stage finds 35 to 50 %",
    )
    exit_criterion: int = parameter(
        2,
        "severe defects that the last round of the regression test may find; above it another round follows",
        whole=True,
        high=10000,
        grade="assumed",
        source="release criteria name a few severe defects; no measured figure was found",
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
    fix_distribution: str = parameter(
        "lognormal",
        "distribution of the repair effort",
        choices=DISTRIBUTIONS,
        grade="assumed",
        source="as the other efforts",
    )
    fix_cv: float = parameter(
        1.0,
        "coefficient of variation of the repair effort",
        high=5,
        grade="assumed",
        source="as the other efforts",
    )
    late_fix_factor: float = parameter(
        2,
        "factor on the repair effort for each step later (review, test, production); 1 for no effect",
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
        "effort of correcting a requirements misfit, as a share of the effort coded until then",
        high=5,
        grade="assumed",
        source="part of what was built can stay",
    )
    complaint_delay: float = parameter(
        504,
        "time from release until users complain about a requirements misfit, mean",
        unit="h",
        high=20000,
        grade="assumed",
        source="three weeks",
    )
    conflict_probability: float = parameter(
        0.002,
        "probability that two changes made in parallel conflict",
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
