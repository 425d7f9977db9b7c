"""The shop's own pipeline for GitLab really runs: four stages without a person, and the fifth with one."""

import pytest
from live.steps import Timed, release, version_for_users

from devopssim.livelab import Lab

pytestmark = pytest.mark.live


def test_gitlabs_pipeline_runs_through_all_five_stages(shipped: Lab, timed: Timed) -> None:
    commit = release(shipped, "4.1.0")
    before = version_for_users(shipped)
    with timed("GitLab's pipeline, all five stages"):
        done = shipped.gitlab.run(approve=True)
    assert done.ok, done
    steps = shipped.pipeline.steps()
    last = steps[steps["run"] == steps["run"].max()]
    assert dict(zip(last["step"], last["outcome"], strict=True)) == dict.fromkeys(
        ["build", "test", "scan", "push", "deploy"], "success"
    )
    assert version_for_users(shipped) == "4.1.0" != before
    assert commit in shipped.registry.tags()
    assert shipped.workspace.secret("registry").read_text() not in done.output
