"""Trials: a student's scenario, simulated by the grader with its own seeds, in a process that can be ended."""

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
"""Of a processor, not of the clock: a busy machine costs nobody points."""
PATIENCE: Final = 10
"""How many times as long it may take on the clock."""
MEMORY_BYTES: Final = 2 * 1024**3
_GOAL: Final = re.compile(r"at (least|most) ([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A KPI must be at least, or at most, some number."""

    kpi: str
    side: Literal["least", "most"]
    limit: float

    def reached(self, value: float) -> bool:
        """NaN reaches nothing."""
        return value >= self.limit if self.side == "least" else value <= self.limit

    @property
    def says(self) -> str:
        """The goal in words."""
        return f"{self.kpi} at {self.side} {self.limit:g}"


def parse_goals(goals: Mapping[str, str]) -> list[Goal]:
    """Read goals like `{"lead_time": "at most 200"}`. Raises InvalidInputError."""
    parsed = []
    for kpi, words in goals.items():
        match = _GOAL.fullmatch(words.strip())
        if match is None:
            raise InvalidInputError(f"{kpi}: {words!r} is no goal; write `at most 200` or `at least 0.9`.")
        parsed.append(Goal(kpi=kpi, side="least" if match[1] == "least" else "most", limit=float(match[2])))
    return parsed


def judge(toml: str, goals: Sequence[Goal], seeds: Sequence[int]) -> Judgement:
    """Simulate the scenario once a seed and judge the mean of each KPI; what does not finish in time reaches nothing."""
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
    told = "; ".join(
        f"{goal.says}: {values.get(goal.kpi, math.nan):.4g}, {'reached' if goal in reached else 'missed'}"
        for goal in goals
    )
    return Judgement(share=len(reached) / len(goals), remark=f"{told}.")


@cache
def simulator_works() -> bool:
    """Whether a small scenario of our own can be simulated here: if not, no student is to blame."""
    try:
        run('name = "small"\nyears = 0.1\n', ["lead_time"], [1])
    except (subprocess.SubprocessError, ValueError):
        return False
    return True


def run(toml: str, kpis: Sequence[str], seeds: Sequence[int]) -> dict[str, float]:
    """Return each KPI's mean over the seeds (NaN where one replication gives none), from a process with limits on time and memory."""
    job = json.dumps({"toml": toml, "kpis": list(kpis), "seeds": list(seeds), "seconds": SECONDS})
    finished = subprocess.run(
        [sys.executable, "-I", "-m", __name__],
        input=job,
        capture_output=True,
        text=True,
        timeout=SECONDS * PATIENCE,
        check=True,
    )
    return {kpi: math.nan if value is None else float(value) for kpi, value in json.loads(finished.stdout).items()}


def _out_of_time(error: Exception) -> bool:
    """Whether a process ended because it had used up its time, on the clock or of a processor."""
    if isinstance(error, subprocess.CalledProcessError):
        return -error.returncode in {signal.SIGXCPU, signal.SIGKILL}
    return isinstance(error, subprocess.TimeoutExpired)


def main() -> None:
    """Be that process."""
    import resource  # noqa: PLC0415 - not on every platform that can import this module
    import statistics  # noqa: PLC0415 - the child's own work

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    from devopssim import kpis, scenario, simulate  # noqa: PLC0415 - what the parent need not import

    job = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (job["seconds"], job["seconds"] + 1))
    tried = scenario.loads(job["toml"])
    tables = [kpis.values(simulate(tried, seed=seed)) for seed in job["seeds"]]
    means = {name: statistics.fmean(table.get(name, math.nan) for table in tables) for name in job["kpis"]}
    json.dump({name: None if math.isnan(value) else value for name, value in means.items()}, sys.stdout)


if __name__ == "__main__":
    main()
