"""Pipeline: what machines and hands need to bring a change to production."""

from dataclasses import dataclass

from devopssim.scenario.declaration import Part, list_of, parameter
from devopssim.scenario.demand import DISTRIBUTIONS


@dataclass(frozen=True, kw_only=True)
class PipelineStep(Part):
    """Step of the pipeline that a merge runs through on a machine, after build and automated tests.

    Examples
    --------
    >>> PipelineStep(name="performance", time=2).stage
    'test'
    """

    name: str = "step"
    """What the log's events call it."""
    stage: str = parameter(
        "test",
        "stage that the step belongs to",
        choices=("build", "test", "deploy"),
        grade="assumed",
        source="a choice",
    )
    time: float = parameter(0.5, "a run of the step, mean", unit="h", high=200, grade="assumed", source="a choice")
    cv: float = parameter(
        0, "coefficient of variation of its time", high=5, grade="assumed", source="machines take about the same time"
    )
    distribution: str = parameter(
        "lognormal", "distribution of its time", choices=DISTRIBUTIONS, grade="assumed", source="as efforts"
    )
    flaky: float = parameter(
        0, "share of runs that fail without a defect, and run again", high=0.99, grade="assumed", source="a choice"
    )
    runners: int = parameter(
        0,
        "machines of its own; 0 for the machines of the pipeline",
        whole=True,
        high=1000,
        grade="assumed",
        source="a choice",
    )


@dataclass(frozen=True, kw_only=True)
class Pipeline(Part):
    """Times of machines, efforts of manual releases, and how often installations go wrong.

    Each field declares its meaning, unit, range and evidence; `evidence_cards("pipeline")` lists them. A value outside its
    range raises InvalidInputError.

    Examples
    --------
    >>> Pipeline(build_time=0.5).runners
    2
    """

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
    steps: tuple[PipelineStep, ...] = list_of(
        PipelineStep, "further steps of the pipeline, after build and automated tests"
    )
