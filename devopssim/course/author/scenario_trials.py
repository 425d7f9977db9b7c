"""Scenario trials: a student's scenario, simulated with the grader's seeds in a process with limits.

The process is this module run as a program. A scenario holds numbers only, so that no student's code runs in it.
"""

import json
import math
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from devopssim.course.answers import GraderTroubleError, Judgement
from devopssim.errors import InvalidInputError

SECONDS: Final = 60
"""Of a processor rather than of the clock, so that a busy machine costs no points."""
ELAPSED_PER_PROCESSOR_TIME: Final = 10
"""Allowed elapsed time ÷ allowed processor time."""
MEMORY_BYTES: Final = 2 * 1024**3
_GOAL: Final = re.compile(r"at (least|most) ([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A bound that the mean of a KPI has to keep.

    Parameters
    ----------
    kpi : str
        Name of the KPI.
    side : {"least", "most"}
        Which bound it is.
    limit : float
        The bound, in the KPI's unit; it counts as reached itself.
    """

    kpi: str
    side: Literal["least", "most"]
    limit: float

    def reached(self, value: float) -> bool:
        """Return whether a value reaches the goal; NaN reaches none.

        Examples
        --------
        >>> Goal(kpi="lead_time", side="most", limit=200).reached(200)
        True
        """
        return value >= self.limit if self.side == "least" else value <= self.limit

    @property
    def description(self) -> str:
        """The goal in words."""
        return f"{self.kpi} at {self.side} {self.limit:g}"


def parse_goals(goals: Mapping[str, str]) -> list[Goal]:
    """Read goals from their texts.

    Parameters
    ----------
    goals : mapping of str to str
        `at least NUMBER` or `at most NUMBER` by KPI.

    Returns
    -------
    list of Goal
        In the order of the mapping.

    Raises
    ------
    InvalidInputError
        For another text.

    Examples
    --------
    >>> parse_goals({"lead_time": "at most 200"})
    [Goal(kpi='lead_time', side='most', limit=200.0)]
    """
    parsed = []
    for kpi, text in goals.items():
        match = _GOAL.fullmatch(text.strip())
        if match is None:
            raise InvalidInputError(f"{kpi}: {text!r} is not a goal; write `at most 200` or `at least 0.9`.")
        parsed.append(Goal(kpi=kpi, side="least" if match[1] == "least" else "most", limit=float(match[2])))
    return parsed


def judge(toml: str, goals: Sequence[Goal], seeds: Sequence[int]) -> Judgement:
    """Simulate a scenario once for each seed and judge the mean of each KPI; each goal counts the same.

    Parameters
    ----------
    toml : str
        The scenario as TOML.
    goals : sequence of Goal
        What the means have to reach.
    seeds : sequence of int
        Random seeds, one for each replication.

    Returns
    -------
    Judgement
        The share of reached goals; 0 if the simulation fails or exceeds `SECONDS` of processor time.

    Raises
    ------
    GraderTroubleError
        If a small scenario of our own fails, too, which clears the student.
    """
    try:
        values = run(toml, [goal.kpi for goal in goals], seeds)
    except (subprocess.SubprocessError, ValueError) as error:
        if _out_of_time(error):
            too_long = f"the simulation did not finish within {SECONDS} seconds; make the scenario smaller."
            return Judgement(share=0, remark=too_long)
        if not simulator_works():
            raise GraderTroubleError("the grader cannot simulate at all; is this package installed whole?") from error
        return Judgement(share=0, remark="the simulation failed; does the scenario run in your notebook?")
    reached = [goal for goal in goals if goal.reached(values.get(goal.kpi, math.nan))]
    results = "; ".join(
        f"{goal.description}: {values.get(goal.kpi, math.nan):.4g}, {'reached' if goal in reached else 'missed'}"
        for goal in goals
    )
    return Judgement(share=len(reached) / len(goals), remark=f"{results}.")


@cache
def simulator_works() -> bool:
    """Return whether a small scenario of our own can be simulated on this machine; tried once in each process."""
    try:
        run('name = "small"\nyears = 0.1\n', ["lead_time"], [1])
    except (subprocess.SubprocessError, ValueError):
        return False
    return True


def run(toml: str, kpis: Sequence[str], seeds: Sequence[int]) -> dict[str, float]:
    """Return each KPI's mean over the seeds, computed in a process with limits on time and memory.

    Parameters
    ----------
    toml : str
        The scenario as TOML.
    kpis : sequence of str
        Names of the KPIs.
    seeds : sequence of int
        Random seeds, one for each replication.

    Returns
    -------
    dict of str to float
        Means by KPI; NaN for an unknown KPI or if the KPI is undefined in a replication.

    Raises
    ------
    subprocess.SubprocessError
        If the process fails or exceeds a limit.
    ValueError
        If its output is malformed.
    """
    job = json.dumps({"toml": toml, "kpis": list(kpis), "seeds": list(seeds), "seconds": SECONDS})
    finished = subprocess.run(
        [sys.executable, "-I", "-m", __name__],
        input=job,
        capture_output=True,
        text=True,
        timeout=SECONDS * ELAPSED_PER_PROCESSOR_TIME,
        check=True,
    )
    return {kpi: math.nan if value is None else float(value) for kpi, value in json.loads(finished.stdout).items()}


def _out_of_time(error: Exception) -> bool:
    """Return whether a process ended because it had used up its time, on the clock or of a processor."""
    if isinstance(error, subprocess.CalledProcessError):
        return -error.returncode in {signal.SIGXCPU, signal.SIGKILL}
    return isinstance(error, subprocess.TimeoutExpired)


def main() -> None:
    """Run as the process with limits: read a job from standard input, write the means as JSON to standard output."""
    import resource  # noqa: PLC0415 - not on every platform that can import this module
    import statistics  # noqa: PLC0415 - the child's own work

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    from devopssim import kpis, scenario, simulation  # noqa: PLC0415 - imported in the child only

    job = json.load(sys.stdin)
    # the soft limit sends SIGXCPU, the hard one a second later SIGKILL, which no code can catch
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"] + 1))
    trial = scenario.loads(job["toml"])
    tables = [kpis.values(simulation.simulate_coded(trial, seed=seed)) for seed in job["seeds"]]
    means = {name: statistics.fmean(table.get(name, math.nan) for table in tables) for name in job["kpis"]}
    json.dump({name: None if math.isnan(value) else value for name, value in means.items()}, sys.stdout)


if __name__ == "__main__":
    main()
