"""Assistance: how many changes are written with AI assistance, and what that changes.

The lever is `assistance.share`. It acts on an assisted change through the parameters of this part, and on nothing else. Published
results contradict each other, so each range is wide; experiments set the values that a study reports.
"""

from dataclasses import dataclass
from typing import Final

from devopssim.scenario.declaration import Part, declared_parameters, parameter
from devopssim.scenario.practices import Practice


@dataclass(frozen=True, kw_only=True)
class Assistance(Part):
    """AI assistance: the share of changes that are written with it, and what it changes about them.

    A share of 0 is the same as the absence of assistance, whatever the other fields are. Each field declares its meaning, unit,
    range and evidence; `evidence_cards("assistance")` lists them. A value outside its range raises InvalidInputError.

    Examples
    --------
    >>> Assistance(share=0.5).coding_effort
    0.8
    """

    share: float = parameter(
        0,
        "AI assistance: share of changes that are written with it",
        high=1,
        grade="assumed",
        source="a choice: presets and experiments set it; DORA 2025: nine of ten people use it",
    )
    coding_effort: float = parameter(
        0.8,
        "factor on the coding effort of an assisted change",
        low=0.05,
        high=5,
        grade="derived",
        source="Google 2024 (96 people, randomised): 0.79, with a wide interval; METR: 1.19 in 2025, 0.82 (0.62 to 1.09) in 2026; "
        "0.62 to 1.19 is plausible",
    )
    change_size: float = parameter(
        1.5,
        "factor on the lines of an assisted change",
        low=1,
        high=10,
        grade="measured",
        source="Faros 2026 (vendor): pull requests 51 % larger with high adoption; 1.0 to 1.6 is plausible",
    )
    work_per_change: float = parameter(
        0.35,
        "share of that growth, in logarithms, by which a change holds more of its item; the rest is more lines for the same work",
        high=1,
        grade="derived",
        source="Faros 2026 (vendor): 34 % more tasks and 16 % more merges, so a change holds 15 % more of a task; 0 to 1 is plausible",
    )
    defects: float = parameter(
        1.0,
        "factor on the defects of an assisted change, beyond those that its size brings",
        high=10,
        grade="assumed",
        source="no study separates it from size; 1.0 to 1.3 is plausible",
    )
    review_effort: float = parameter(
        1.0,
        "factor on the effort of reviewing an assisted change, beyond that of its size",
        high=10,
        grade="assumed",
        source="LinearB 2026 (vendor): reviews half as long once begun; what nobody wrote is harder to read; 0.5 to 1.3 is plausible",
    )
    pick_up: float = parameter(
        1.0,
        "factor on the time until a colleague looks at an assisted change",
        high=50,
        grade="assumed",
        source="1 for a change that a person owns; LinearB 2026 (vendor): 4.6 for one of an agent",
    )
    unreviewed: float = parameter(
        0,
        "share of changes that are merged without a review because they are assisted, on top of `quality.unreviewed_share`",
        high=1,
        grade="assumed",
        source="Faros 2026 (vendor): 31 % more merges without review, of an unknown share; 0 to 0.3 is plausible",
    )
    verification_effort: float = parameter(
        0,
        "effort with which the author verifies what the assistant wrote, for each 100 lines",
        unit="h",
        high=40,
        grade="assumed",
        source="the studies time whole tasks, so the factor on the coding effort holds it; above 0 for more than they did",
    )
    verification_finds: float = parameter(
        0,
        "share of the defects of an assisted change that its author finds and removes before the commit by that effort",
        high=1,
        grade="assumed",
        source="nothing without the effort; a careful reading finds 0.2 to 0.4, as a review does",
    )
    debt_half_life: float = parameter(
        39,
        "assisted changes per developer until added complexity has taken half of the time that assistance gains",
        unit="changes",
        low=0.1,
        high=1e9,
        grade="assumed",
        source="He et al., MSR 2026: the gain is transient, complexity persists and causes the slow-down; three months at the three "
        "changes a week of Google's median author (Sadowski 2018); two months (26) to never (1e9)",
    )
    refactoring: float = parameter(
        0,
        "refactoring that pays complexity back, as a share of the coding effort of assisted changes",
        high=5,
        grade="assumed",
        source="a choice: experiments set it",
    )
    refactoring_needed: float = parameter(
        0.1,
        "refactoring that keeps complexity as it is, as a share of the coding effort of assisted changes",
        low=0.001,
        high=5,
        grade="assumed",
        source="no study was found that measures it",
    )
    learning_dip: float = parameter(
        0.15,
        "share of the productivity in assisted coding that learning takes at first",
        high=0.95,
        grade="assumed",
        source="DORA's calculator of returns (2025) takes 15 % for three months, as a placeholder",
    )
    learning_months: float = parameter(
        3,
        "time from the start of the run until people have learnt to work with assistance",
        unit="months",
        high=600,
        grade="assumed",
        source="DORA's calculator of returns (2025) takes 15 % for three months, as a placeholder",
    )


ASSISTANCE: Final = Practice(
    title="AI assistance",
    name="AI assistance",
    motto="written with a machine",
    without="People write each change alone or in pairs.",
    adopted="A machine writes part of the change. Coding takes less time, or more where people know their code better; the change grows. "
    "Colleagues review the larger change, developers repair its defects, and all later coding meets the code that was added.",
    mechanism="a change is assisted if its draw lies below `share`; then its coding takes `coding_effort` times the effort, its lines "
    "grow by `change_size`, which brings defects and review effort as the size of any change does, and it may hold the "
    "next change of its item; each assisted change adds complexity that slows all later coding, until the gain is gone "
    "(`assistance.coding_effort`, `reviews.review`, `draws.larger_change`)",
    events=("change.created", "defect.injected", "stage.queued", "stage.finished"),
    debatable="repairs of defects and rework after a review take as long as without assistance; the machine costs no money",
    parameters=(
        *(f"assistance.{name}" for name, _ in declared_parameters(Assistance) if name != "share"),
        "quality.reviewers",
        "quality.review_hours",
    ),
    evidence="Studies disagree: 19 % slower (METR 2025), 21 % faster (Google 2024), 26 % more pull requests (Cui et al. 2024); throughput "
    "down (DORA 2024) and up (DORA 2025), deployments 12 % down and tasks 34 % up (Faros 2026); stability down in both of DORA's reports.",
    sources=(
        "METR 2025 and 2026",
        "Paradis et al., Google 2024",
        "Cui et al. 2024",
        "DORA 2024 and 2025",
        "Faros 2026",
        "LinearB 2026",
        "He et al., MSR 2026",
    ),
)
"""Description of AI assistance, in the form of a practice's."""
