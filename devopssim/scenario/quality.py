"""Quality: how defects and requirements misfits come in, are found and repaired."""

from dataclasses import dataclass
from typing import Final

from devopssim.scenario.declaration import Part, parameter
from devopssim.scenario.demand import DISTRIBUTIONS

LINES_OF_A_CHANGE: Final = 100
"""Lines of the change that `defects_per_change` speaks of; efforts that grow with a change's lines are stated for as many."""


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
        0.2,
        "share of defects that cause an incident where they escape; the others are repaired as planned work",
        high=1,
        grade="derived",
        source="Jones: 10 to 15 % of defects are of severity 1 or 2; 5 to 30 % is plausible",
        tuned=True,
    )
    review_effort: float = parameter(
        0.25,
        "review of a change by a colleague, whatever its size",
        unit="h",
        high=40,
        grade="assumed",
        source="with the effort by size about three hours a week for a reviewer, as Google's developers spend",
    )
    review_effort_by_size: float = parameter(
        0.3,
        "review of a change by a colleague, for each 100 lines",
        unit="h",
        high=40,
        grade="assumed",
        source="300 lines an hour, below which inspections are said to keep their effect",
    )
    review_wait: float = parameter(
        2,
        "working hours until a colleague looks at a change that waits for review, median",
        unit="h",
        high=1000,
        grade="derived",
        source="2,324 reviews of AIDev 2025: median 1.3 h on the clock, p75 18 h; Graphite 2024: four hours until merged in small firms",
    )
    review_wait_sigma: float = parameter(
        1.6,
        "spread of that wait: standard deviation of its logarithm; lognormal",
        high=4,
        grade="derived",
        source="AIDev 2025: p95 of 151 h on the clock, sigma 2.6 with nights and weekends; 1.2 to 2.2 in working hours is plausible",
    )
    reviews_at_once: int = parameter(
        2,
        "open reviews that a developer keeps an eye on at once; further ones wait their turn",
        whole=True,
        low=1,
        high=10000,
        grade="derived",
        source="Sadowski et al. 2018, Google: the busiest fifth review 10 changes a week, about two at a time with a mean wait of 7 h",
    )
    reviewers: int = parameter(
        0,
        "developers who review the changes of others; 0 for everybody, with as much time as reviews take",
        whole=True,
        high=200,
        grade="assumed",
        source="a choice: in many teams only the senior people approve changes",
    )
    review_hours: float = parameter(
        3,
        "effort, with that of taking them up, that each of them gives to reviews in a week; without effect where everybody reviews",
        unit="h",
        low=0.1,
        high=168,
        grade="derived",
        source="Sadowski et al. 2018, Google: developers spend about three hours a week on reviews",
    )
    second_round_share: float = parameter(
        0.36,
        "share of reviewed changes that need a second round",
        high=1,
        grade="measured",
        source="2.3 million pull requests (2023): 64 % merged without a further change; 20 to 50 % is plausible",
    )
    review_rework: float = parameter(
        0.1,
        "effort of reworking a change before its second round, as a share of its coding effort",
        high=5,
        grade="assumed",
        source="reviewers ask for small corrections",
    )
    second_review: float = parameter(
        0.5,
        "effort of the second round, as a share of the first",
        high=5,
        grade="assumed",
        source="the reviewer knows the change",
    )
    reminder_after: float = parameter(
        168,
        "time after which a waiting review is called to mind; 0 for never",
        unit="h",
        high=8760,
        grade="assumed",
        source="who waits for a week asks again; Nudge (Maddila et al. 2022) reminds of overdue pull requests sooner; 0 for no reminders",
    )
    reminder_effect: float = parameter(
        0.6,
        "share of the remaining wait that a reminder saves",
        high=1,
        grade="measured",
        source="Nudge (Maddila et al. 2022): overdue pull requests finished 60 % sooner, randomised over 147 repositories",
    )
    review_finds: float = parameter(
        0.4,
        "share of the defects that a review finds",
        high=1,
        grade="derived",
        source="Jones: inspections above 0.85; an informal review is well below",
        tuned=True,
    )
    large_change: float = parameter(
        400,
        "size above which a change is too large for an attentive review",
        unit="lines",
        high=1e9,
        grade="assumed",
        source="a common limit of review guides; no study was found that measures it",
    )
    large_change_finds: float = parameter(
        0.5,
        "factor on the finds of a review of a change above that size",
        high=1,
        grade="assumed",
        source="half: no study was found that measures it",
    )
    unreviewed_share: float = parameter(
        0,
        "share of changes that are merged without a review",
        high=1,
        grade="assumed",
        source="all are reviewed; Graphite 2024: firms of up to 20 engineers skip reviews 4.5 times as often as large ones",
    )
    pairing: float = parameter(
        0.3,
        "share of changes that two people write together and review while they write, where collaboration is adopted",
        high=1,
        grade="assumed",
        source="one team pairs on what is hard; no measured share was found; 0 to 1 is plausible",
        tuned=True,
    )
    pairing_effort: float = parameter(
        1.15,
        "factor on the coding effort of a change that is written in a pair",
        low=1,
        high=2,
        grade="measured",
        source="Cockburn & Williams 2000: pairs take 15 % more hours",
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
    exploratory_share: float = parameter(
        0.2,
        "effort of the regression test by hand that automated tests leave, as a share",
        high=1,
        grade="derived",
        source="DORA 2018: 10 to 30 % of testing is by hand where most of it is automated",
    )
    regression_rounds: int = parameter(
        6,
        "rounds of the regression test by hand that a release gets at least",
        whole=True,
        low=1,
        high=100,
        grade="derived",
        source="DORA: 40 to 64 % of the releases of some 300 changes fail, so a release test removes more than nine tenths of what escapes",
        tuned=True,
    )
    regression_finds: float = parameter(
        0.41,
        "share of the remaining defects that a round of the regression test finds",
        high=1,
        grade="derived",
        source="Jones: one test stage finds 35 to 50 %",
        tuned=True,
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
        1.5,
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
        0.004,
        "probability that two changes made in parallel conflict, which the build on main shows",
        high=1,
        grade="derived",
        source="Uber's SubmitQueue (2019): of 16 concurrent changes 40 % break main, 0.42 % a pair; 0.1 to 1 % is plausible",
    )
    conflict_effort: float = parameter(
        3,
        "resolution of one merge conflict",
        unit="h",
        high=200,
        grade="assumed",
        source="half a working day with re-testing",
    )
