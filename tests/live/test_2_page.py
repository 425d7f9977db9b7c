"""An acceptance test in a browser stops what the unit tests let through: a page that sends the wrong field."""

import shutil

import needs
import pytest
from live.steps import Timed

from devopssim import events
from devopssim.livelab import Lab
from devopssim.livelab.exercises.scripted import ACCEPTANCE_STEP, AFTER_TEST
from devopssim.livelab.parts import WORKFLOW

pytestmark = pytest.mark.live

PAGE = "shop/static/page.html"


def test_a_button_that_sends_the_wrong_field_passes_the_unit_tests_and_is_stopped_by_a_browser(
    shipped: Lab, timed: Timed
) -> None:
    needs.require(
        "Chromium and its driver",
        found=bool(needs.browser() and shutil.which("chromedriver")),
        how="`apt-get install chromium chromium-driver`.",
    )
    shipped.pipeline.choose("integration")
    shipped.repository.replace(WORKFLOW.as_posix(), AFTER_TEST, ACCEPTANCE_STEP + AFTER_TEST)
    shipped.repository.replace(PAGE, "quantity: Number", "amount: Number")
    shipped.repository.commit("Shorter names on the page")
    with timed("push, stopped by a browser"):
        output = shipped.pipeline.push()
    assert shipped.pipeline.runs()["failed_step"].iloc[-1] == "accept", output
    assert "Test: success" in output
    assert "FAILED (failures=2)" in output
    shipped.repository.replace(PAGE, "amount: Number", "quantity: Number")
    shipped.repository.commit("Right name on the page")
    with timed("push, accepted by a browser"):
        output = shipped.pipeline.push()
    assert shipped.pipeline.runs()["outcome"].iloc[-1] == "success", output
    log = shipped.log()
    accepted = log[(log["kind"] == "testsuiterun.finished") & (events.details(log, "name") == "acceptance test")]
    assert events.details(accepted, "outcome").tolist() == ["failure", "success"]
    assert (
        shipped.workspace.client.containers.list(
            filters={"ancestor": f"{shipped.workspace.image}:{shipped.repository.head()}"}
        )
        == []
    )
