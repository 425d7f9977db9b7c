"""Results that widgets show."""

import pytest
from widget_bench import BASELINE, SHORT, SMALLER

from devopssim import compare
from devopssim.experiment import Result


@pytest.fixture(scope="module")
def result() -> Result:
    pair = {BASELINE: SHORT, "devops": SMALLER}
    return compare(pair, 3, curves=("lead_time", "wip"), progress=False)
