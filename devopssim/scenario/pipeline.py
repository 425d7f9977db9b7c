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
    time_cv: float = parameter(
        1.7,
        "coefficient of variation of a build and of a run of the automated tests; lognormal",
        high=5,
        grade="derived",
        source="CircleCI 2022 and 2023: median of a workflow 3.3 to 8 minutes, mean 12 to 13; a mean of twice the median is a cv of 1.7",
    )
    flaky: float = parameter(
        0.02,
        "share of the runs of the automated tests that fail without a defect",
        high=0.9,
        grade="measured",
        source="Micco 2016, Google: 1.5 % of test runs are flaky; 0.5 to 10 % is plausible",
    )
    flaky_effort: float = parameter(
        0.5,
        "work of a developer on a run that fails again without a defect; the first time it is only repeated",
        unit="h",
        high=40,
        grade="assumed",
        source="half an hour of reading the output; no measured figure was found",
    )
    main_repair: float = parameter(
        0.5,
        "work of a developer to take back what made main red, median",
        unit="h",
        high=40,
        grade="derived",
        source="CircleCI 2020 and 2026: main is green again after 56 to 72 minutes in the median, a further run included",
    )
    main_repair_sigma: float = parameter(
        1,
        "spread of that work: standard deviation of its logarithm; lognormal",
        high=4,
        grade="assumed",
        source="as times to restore a service, 0.9 to 1.3",
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
    hotfix_effort: float = parameter(
        4,
        "installing an emergency fix by hand",
        unit="h",
        high=500,
        grade="assumed",
        source="a quarter of a release: one change, no package of its own",
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
        0.03,
        "share of automated deployments that go wrong",
        high=1,
        grade="assumed",
        source="a sixth of the manual share; Google names configuration pushes about as often as binaries as the trigger of outages",
        tuned=True,
    )
    mistakes_seen: float = parameter(
        0.7,
        "share of installations by hand that went wrong which the installer sees at once",
        high=1,
        grade="assumed",
        source="who installs checks whether the service runs; no measured share was found",
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
    rollback_share: float = parameter(
        0.6,
        "share of incidents of automated deployments that a rollback ends",
        high=1,
        grade="assumed",
        source="Ghosh et al. 2022 and GitHub: 22 % of all incidents are rolled back; more where delivery is automated",
    )
    canary: float = parameter(
        0,
        "share of automated deployments that a few users get first",
        high=1,
        grade="assumed",
        source="a choice",
    )
    canary_users: float = parameter(
        0.05,
        "share of users who get a canary",
        high=1,
        grade="assumed",
        source="practice names 1 to 10 %",
    )
    canary_time: float = parameter(
        1,
        "time for which a canary is watched",
        unit="h",
        high=720,
        grade="assumed",
        source="practice names a quarter of an hour to a day",
    )
    canary_catches: float = parameter(
        0.7,
        "share of faults that a canary shows before all users get the deployment",
        high=1,
        grade="assumed",
        source="Gandalf (Azure, 2020) reports nearly all visible faults; Ghosh et al. 2022 find regressions of code hard to see; so 0.4 to 0.95",
    )
    canary_false_alarms: float = parameter(
        0.05,
        "share of canaries that are taken back without a fault",
        high=0.95,
        grade="derived",
        source="Gandalf (Azure, 2020): precision 92 to 95 %",
    )
    steps: tuple[PipelineStep, ...] = list_of(
        PipelineStep, "further steps of the pipeline, after build and automated tests"
    )
