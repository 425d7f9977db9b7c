"""Experiments: replications of one or several scenarios, and what follows from them at which confidence.

Results are plain DataFrames, one row an observation or an estimate, with units. The same seed gives the same bits, on one
process, on many and on a cluster. An `Experiment` says what is simulated and measured, an `Execution` where that is done; each
function takes these values, or the keywords that they are made of:

    compare({"agile": AGILE, "devops": DEVOPS}, replications=30, seed=2, workers=4)
    compare(Experiment(scenarios={"agile": AGILE, "devops": DEVOPS}, seed=2), execution=Execution(workers=4))
"""

from devopssim.experiment.checkpoints import checkpoint_folder
from devopssim.experiment.comparison import compare, replicate
from devopssim.experiment.controls import Controlled, control_variates, controlled
from devopssim.experiment.dora_benchmark import BENCHMARK_PRESETS, DoraBenchmark, compare_with_dora, level_tables
from devopssim.experiment.execution import Execution, LostWorkError, LostWorkWarning
from devopssim.experiment.experiment import EXPERIMENT_FILE, Experiment, Precision, load_experiment, save_experiment
from devopssim.experiment.factorials import Factorial, factorial
from devopssim.experiment.intervals import CLEAR, Difference, Interval, Verdict, interval, p_value, paired, t_quantile
from devopssim.experiment.measure import Measure, Outcome
from devopssim.experiment.multiplicity import Multiplicity, holm
from devopssim.experiment.one_at_a_time import Sensitivity, sensitivity
from devopssim.experiment.options import Options
from devopssim.experiment.pool import MOST_WORKERS, process_pool, thread_pool
from devopssim.experiment.precision import RequiredReplications, is_precise, replications_for, replications_needed
from devopssim.experiment.progress import with_progress
from devopssim.experiment.race import Race
from devopssim.experiment.result import Result, write_tables
from devopssim.experiment.selection import Candidates, Selection, practice_sets, select
from devopssim.experiment.sweeps import Sweep, sweep
from devopssim.experiment.warm_up_period import WarmUp, WarmUpWarning, mser5, warm_up, welch

__all__ = [
    "BENCHMARK_PRESETS",
    "CLEAR",
    "EXPERIMENT_FILE",
    "MOST_WORKERS",
    "Candidates",
    "Controlled",
    "Difference",
    "DoraBenchmark",
    "Execution",
    "Experiment",
    "Factorial",
    "Interval",
    "LostWorkError",
    "LostWorkWarning",
    "Measure",
    "Multiplicity",
    "Options",
    "Outcome",
    "Precision",
    "Race",
    "RequiredReplications",
    "Result",
    "Selection",
    "Sensitivity",
    "Sweep",
    "Verdict",
    "WarmUp",
    "WarmUpWarning",
    "checkpoint_folder",
    "compare",
    "compare_with_dora",
    "control_variates",
    "controlled",
    "factorial",
    "holm",
    "interval",
    "is_precise",
    "level_tables",
    "load_experiment",
    "mser5",
    "p_value",
    "paired",
    "practice_sets",
    "process_pool",
    "replicate",
    "replications_for",
    "replications_needed",
    "save_experiment",
    "select",
    "sensitivity",
    "sweep",
    "t_quantile",
    "thread_pool",
    "warm_up",
    "welch",
    "with_progress",
    "write_tables",
]
