"""How deployments fail."""

import pytest
from known_organisations import assert_true, estimated

from devopssim.scenario import AGILE, DEVOPS, Scenario, vary
from devopssim.twin.failures import deployments, infrastructure


@pytest.mark.parametrize(
    ("truth", "mistakes"),
    [
        (vary(AGILE, {"quality.severe_share": 0.8, "quality.regression_rounds": 2}), "pipeline.manual_mistakes"),
        (DEVOPS, "pipeline.automated_mistakes"),
    ],
    ids=lambda value: value.name if isinstance(value, Scenario) else "",
)
def test_severe_defects_and_installations_are_told_apart(truth: Scenario, mistakes: str) -> None:
    found = estimated(deployments, truth)
    assert_true(found, truth, "quality.severe_share", within=0.25)
    assert_true(found, truth, mistakes, within=0.25)


def test_failures_that_no_deployment_caused_give_the_infrastructure() -> None:
    truth = vary(AGILE, {"production.infrastructure_mttf": 300.0})
    assert_true(estimated(infrastructure, truth), truth, "production.infrastructure_mttf", within=0.15)
