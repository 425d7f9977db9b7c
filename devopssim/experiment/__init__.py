"""Experiments: many random futures of one or several scenarios, and what can be said from them with what confidence.

Results are plain DataFrames, one row an observation or an estimate, with units. The same seed gives the same bits, whoever
does the work.
"""

from devopssim.experiment.checkpoints import Finished
from devopssim.experiment.comparison import compare, count, replicate
from devopssim.experiment.dora_benchmark import PRESETS, BesideDora, beside_dora
from devopssim.experiment.execution import LostWorkError, LostWorkWarning, Options
from devopssim.experiment.experiment import PLAN, UNFINISHED, Plan, load_plan, save_plan, write_tables
from devopssim.experiment.factorials import Factorial, factorial
from devopssim.experiment.intervals import CLEAR, Difference, Interval, Verdict, interval, paired, t_quantile
from devopssim.experiment.measure import Measure, Outcome
from devopssim.experiment.one_at_a_time import Sensitivity, sensitivity
from devopssim.experiment.pool import MOST_WORKERS, check_workers, processes
from devopssim.experiment.precision import Enough, check_precision, enough, precise, replications_for
from devopssim.experiment.result import Result, result
from devopssim.experiment.sweeps import Sweep, sweep
from devopssim.experiment.warm_up_period import WarmUp, WarmUpWarning, mser5, warm_up, welch

__all__ = [
    "CLEAR",
    "MOST_WORKERS",
    "PLAN",
    "PRESETS",
    "UNFINISHED",
    "BesideDora",
    "Difference",
    "Enough",
    "Factorial",
    "Finished",
    "Interval",
    "LostWorkError",
    "LostWorkWarning",
    "Measure",
    "Options",
    "Outcome",
    "Plan",
    "Result",
    "Sensitivity",
    "Sweep",
    "Verdict",
    "WarmUp",
    "WarmUpWarning",
    "beside_dora",
    "check_precision",
    "check_workers",
    "compare",
    "count",
    "enough",
    "factorial",
    "interval",
    "load_plan",
    "mser5",
    "paired",
    "precise",
    "processes",
    "replicate",
    "replications_for",
    "result",
    "save_plan",
    "sensitivity",
    "sweep",
    "t_quantile",
    "warm_up",
    "welch",
    "write_tables",
]
