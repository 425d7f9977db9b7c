"""A twin of your own team: a scenario fitted to an event log, tested against it, and asked what-if questions.

`calibrate` fits the twin, `check` tests whether its simulation has the log's KPIs, and `what_if` simulates an
intervention::

    calibration = calibrate(log)
    twin = calibration.twin(check(calibration, log).verdict)
    what_if(twin, adopt_practices={"testing": 1}, add={"developers": 2}).sentence()
"""

from devopssim.twin.calibration import Calibration, calibrate
from devopssim.twin.drawn import AS_IS, WARM_UP, DrawnExperiment, Intervention
from devopssim.twin.estimates import ParameterEstimate
from devopssim.twin.goodness_of_fit import Check, check
from devopssim.twin.intervention import WhatIf, effect_of, what_if
from devopssim.twin.overload import Overload, overloads
from devopssim.twin.posterior import hidden, prior
from devopssim.twin.twin import HOLDS, UNCHECKED, Twin, load_twin
from devopssim.twin.workflow_inference import Structure

__all__ = [
    "AS_IS",
    "HOLDS",
    "UNCHECKED",
    "WARM_UP",
    "Calibration",
    "Check",
    "DrawnExperiment",
    "Intervention",
    "Overload",
    "ParameterEstimate",
    "Structure",
    "Twin",
    "WhatIf",
    "calibrate",
    "check",
    "effect_of",
    "hidden",
    "load_twin",
    "overloads",
    "prior",
    "what_if",
]
