"""A push runs the student's own workflow: the three forms of it, what reaches production, and what the tests stop."""

import pytest
from live.steps import Timed, release, version_for_users

from devopssim.errors import InvalidInputError
from devopssim.livelab import Lab, LabError

pytestmark = pytest.mark.live

STEPS = ["build", "test", "scan", "push", "deploy"]


def test_integration_builds_tests_and_scans_each_push_and_publishes_nothing(shipped: Lab, timed: Timed) -> None:
    shipped.pipeline.choose("integration")
    published, in_force = shipped.registry.tags(), version_for_users(shipped)
    with timed("push, continuous integration"):
        said = shipped.pipeline.push()
    assert "Pipeline: success." in said
    assert _last_run(shipped) == ("push", "success", "")
    assert _steps_of_last_run(shipped) == dict.fromkeys(STEPS[:3], "success")
    assert (shipped.registry.tags(), version_for_users(shipped)) == (published, in_force)


def test_deployment_brings_a_push_to_production_without_anybodys_help(shipped: Lab, timed: Timed) -> None:
    shipped.pipeline.choose("deployment")
    commit = release(shipped, "3.0.0")
    with timed("push, continuous deployment, until it serves users"):
        said = shipped.pipeline.push()
    assert "Pipeline: success." in said
    assert _steps_of_last_run(shipped) == dict.fromkeys(STEPS, "success")
    assert version_for_users(shipped) == "3.0.0"
    assert commit in shipped.registry.tags()
    image = shipped.production.need("web").image
    assert image is not None
    assert image.labels["org.opencontainers.image.revision"] == commit


def test_a_push_that_the_tests_stop_changes_nothing_for_users(shipped: Lab, timed: Timed) -> None:
    in_force = shipped.production.need("web").id
    shipped.repository.replace("shop/catalogue.py", "cents * quantity", "cents + quantity")
    commit = release(shipped, "3.1.0")
    with timed("push, stopped by the tests"):
        said = shipped.pipeline.push()
    assert "test_two_espressos_cost_twice_as_much" in said
    assert "Pipeline: failure (stopped at test)." in said
    assert _last_run(shipped) == ("push", "failure", "test")
    assert _steps_of_last_run(shipped) == {"build": "success", "test": "failure"}
    assert commit not in shipped.registry.tags()
    assert (shipped.production.need("web").id, version_for_users(shipped)) == (in_force, "3.0.0")
    with pytest.raises(LabError, match="no run waits for approval; push a change that passes"):
        shipped.pipeline.approve()
    shipped.repository.replace("shop/catalogue.py", "cents + quantity", "cents * quantity")


def test_delivery_publishes_each_push_and_a_person_decides_when_it_is_deployed(shipped: Lab, timed: Timed) -> None:
    shipped.pipeline.choose("delivery")
    commit = release(shipped, "4.0.0")
    shipped.pipeline.push()
    assert _steps_of_last_run(shipped) == dict.fromkeys(STEPS[:4], "success")
    assert commit in shipped.registry.tags()
    assert version_for_users(shipped) == "3.0.0"
    with timed("approval, until it serves users"):
        shipped.pipeline.approve()
    assert _last_run(shipped) == ("workflow_dispatch", "success", "")
    assert _steps_of_last_run(shipped) == {"deploy": "success"}
    assert version_for_users(shipped) == "4.0.0"


def test_there_are_three_forms_of_a_pipeline(lab: Lab) -> None:
    with pytest.raises(InvalidInputError, match=r"form='magic' .* must be one of integration, delivery, deployment"):
        lab.pipeline.choose("magic")


def _last_run(lab: Lab) -> tuple[str, str, str]:
    event, outcome, failed_step = lab.pipeline.runs()[["event", "outcome", "failed_step"]].iloc[-1]
    return event, outcome, failed_step


def _steps_of_last_run(lab: Lab) -> dict[str, str]:
    steps = lab.pipeline.steps()
    last = steps[steps["run"] == steps["run"].max()]
    return dict(zip(last["step"], last["outcome"], strict=True))
