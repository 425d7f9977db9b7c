"""Experiments: many random futures of one or several scenarios, and what can be said from them with what confidence.

Results are plain DataFrames, one row an observation or an estimate, with units. The same seed gives the same bits, whoever
does the work.
"""

from devopssim.experiment.beside_dora import BesideDora, beside_dora
from devopssim.experiment.comparison import compare, replicate
from devopssim.experiment.enough import Enough, enough, replications_for
from devopssim.experiment.factorials import Factorial, factorial
from devopssim.experiment.intervals import Difference, Interval, interval, paired
from devopssim.experiment.result import Result
from devopssim.experiment.sweeps import Sweep, sweep
from devopssim.experiment.tornado import Sensitivity, sensitivity
from devopssim.experiment.transient import WarmUp, WarmUpWarning, mser5, warm_up, welch
from devopssim.experiment.work import LostWorkError, LostWorkWarning, Options

__all__ = [
    "BesideDora",
    "Difference",
    "Enough",
    "Factorial",
    "Interval",
    "LostWorkError",
    "LostWorkWarning",
    "Options",
    "Result",
    "Sensitivity",
    "Sweep",
    "WarmUp",
    "WarmUpWarning",
    "beside_dora",
    "compare",
    "enough",
    "factorial",
    "interval",
    "mser5",
    "paired",
    "replicate",
    "replications_for",
    "sensitivity",
    "sweep",
    "warm_up",
    "welch",
]
