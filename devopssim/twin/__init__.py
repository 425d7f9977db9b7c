"""A twin of your own team: a scenario learnt from an event log, checked against it, and asked what would be if.

found = calibrate(log)            what could be learnt, how well, and what stays at its default
check(found, log)                 does the twin, simulated, give the KPIs that the log has?
what_if(found.scenario, adopt={"testing": 1}, add={"developers": 2}).sentence()
"""

from devopssim.twin.calibration import Calibration, calibrate
from devopssim.twin.estimates import Learnt
from devopssim.twin.goodness_of_fit import Check, check
from devopssim.twin.intervention import WhatIf, what_if
from devopssim.twin.overload import Overload, overloads

__all__ = ["Calibration", "Check", "Learnt", "Overload", "WhatIf", "calibrate", "check", "overloads", "what_if"]
