"""A twin of your own team: a scenario fitted to an event log, tested against it, and asked what-if questions.

`calibrate` fits the twin, `check` tests whether its simulation has the log's KPIs, and `what_if` simulates an
intervention::

    calibration = calibrate(log)
    check(calibration, log).holds
    what_if(calibration.scenario, adopt_practices={"testing": 1}, add={"developers": 2}).sentence()
"""

from devopssim.twin.calibration import Calibration, calibrate
from devopssim.twin.estimates import ParameterEstimate
from devopssim.twin.goodness_of_fit import Check, check
from devopssim.twin.intervention import WhatIf, what_if
from devopssim.twin.overload import Overload, overloads

__all__ = [
    "Calibration",
    "Check",
    "Overload",
    "ParameterEstimate",
    "WhatIf",
    "calibrate",
    "check",
    "overloads",
    "what_if",
]
