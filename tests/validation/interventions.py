"""The twin, judged by interventions: organisations with random parameters, each calibrated from one year of its log.

The answer of a twin to a what-if is compared with the effect in the true organisation, which is simulated anew. Each organisation is kept
in a file, so that an interrupted judgement is resumed; the table of docs/calibration.md is made of all that are there.

python tests/validation/interventions.py 200 --processes 2      # `make interventions`; some twenty seconds of a core for each organisation
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import as_completed
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from devopssim import kpis
from devopssim.experiment import compare
from devopssim.experiment.pool import process_pool
from devopssim.files import write_text
from devopssim.scenario import SEVEN_CS, Scenario, parameter_value, parameters, preset, vary
from devopssim.simulation import available_hours, planned_hours, simulate
from devopssim.twin import AS_IS, WARM_UP, DrawnExperiment, Intervention, calibrate, check, effect_of, hidden, prior

FOLDER: Final = Path(__file__).parents[2] / "out" / "interventions"
PAGE: Final = Path(__file__).parents[2] / "docs" / "calibration.md"
MARK: Final = "written by `python tests/validation/interventions.py`"
KPIS: Final = ("lead_time", "change_failure_rate", "deployment_frequency", "mttr", "availability", "throughput", "wip")
RUNS: Final = 30
"""Replications of the twin and of the truth, each with and without each intervention."""
WIDE: Final = 0.4
"""Spread of the logarithm of the parameters that a log shows."""
SHOWN: Final = (
    "demand.",
    "production.diagnosis",
    "production.repair_time",
    "production.report_delay",
    "production.infrastructure_mttf",
)
CADENCES: Final[dict[str, dict[str, tuple[float, ...]]]] = {
    "waterfall": {"process.project_weeks": (6, 8, 10, 12, 16)},
    "agile": {"process.sprint_weeks": (1, 2, 3, 4), "process.sprints_per_release": (1, 1, 2)},
    "devops": {"process.window_weeks": (0.5, 1, 2, 3, 4)},
}


def organisation(number: int) -> Scenario:
    """Return a random organisation: workflow, cadence, size, calendar, practices, demand, and all parameters that no log shows."""
    rng = np.random.default_rng([18, number])
    workflow = ("waterfall", "agile", "devops")[number % 3]
    base = replace(preset(workflow), name=f"organisation {number}", years=1.0)
    developers = int(rng.integers(3, 13))
    values: dict[str, float] = {
        "team.developers": developers,
        "team.analysts": max(1, round(developers * rng.uniform(0.2, 0.35))),
        "team.testers": max(1, round(developers * rng.uniform(0.3, 0.5))),
        "team.operators": max(1, round(developers * rng.uniform(0.2, 0.35))),
        "team.hours_per_week": float(rng.choice([30, 36, 40, 45])),
        "team.time_zones": int(rng.choice([1, 1, 1, 2])),
    }
    values |= {name: float(rng.choice(choices)) for name, choices in CADENCES[workflow].items()}
    usual = {"waterfall": (0, 0, 0.5), "agile": (0, 0.5, 1), "devops": (0, 0.5, 1)}[workflow]
    values |= {f"practices.{name}": float(rng.choice(usual)) for name in SEVEN_CS}
    values["practices.deployment"] = float(rng.choice([0, 1])) if workflow == "devops" else 0.0
    for name in hidden({*values}, base):
        if not name.startswith("practices."):
            centre = float(parameter_value(base, name))
            spread = WIDE if name.startswith(SHOWN) and parameters()[name].high > 1 else None
            values[name] = float(prior(name, centre, rng, 1, spread=spread)[0])
    scenario = vary(base, values)
    return vary(scenario, {"demand.requests_per_week": scenario.demand.requests_per_week * _load(scenario, rng)})


def _load(scenario: Scenario, rng: np.random.Generator) -> float:
    """Return the factor on the demand at which the busiest role plans with a random share of its hours."""
    required, available = planned_hours(scenario), available_hours(scenario)
    return float(rng.uniform(0.3, 0.7)) / max(required[role] / available[role] for role in required)


def interventions(truth: Scenario) -> list[Intervention]:
    """Return ten interventions: the seven C's, two developers, a tester, and half the time between releases."""
    name = next(iter(CADENCES[truth.workflow]))
    half = float(parameter_value(truth, name)) / 2
    return [
        *(Intervention(practices=((practice, 1.0),)) for practice in SEVEN_CS),
        Intervention(people=(("developers", 2),)),
        Intervention(people=(("testers", 1),)),
        Intervention(parameters=((name, half),)),
    ]


NAMES: Final = (*SEVEN_CS, "2 developers", "1 tester", "half the cadence")


def judged(number: int, runs: int = RUNS) -> list[dict[str, Any]]:
    """Return a row for each intervention and KPI: the twin's answer, and the effects in the true organisation."""
    truth = organisation(number)
    log = simulate(truth, seed=1000 + number)
    calibration = calibrate(log, progress=False)
    verdict = calibration.twin(check(calibration, log, 20, progress=False).verdict).verdict
    asked = interventions(truth)
    same: Any = {"warm_up": WARM_UP, "replications": runs, "kpis": KPIS}
    answer = _effects(DrawnExperiment.of(calibration.scenario, asked, calibration.draws, **same))
    true = _effects(DrawnExperiment.of(truth, asked, (), seed=5000 + number, **same))
    rows = []
    for (name, kpi), differences in answer.items():
        effect, known = effect_of(differences, None), true[name, kpi][np.isfinite(true[name, kpi])]
        if len(known) < runs / 2 or not np.isfinite(effect.low):
            continue
        rows.append(
            {
                "organisation": number,
                "workflow": truth.workflow,
                "recognised": calibration.scenario.workflow == truth.workflow,
                "holds": verdict == "holds",
                "intervention": name,
                "kpi": kpi,
                "answer": effect.estimate,
                "low": effect.low,
                "high": effect.high,
                "truth": float(known.mean()),
                "medians": [float(np.nanmedian(differences)), float(np.median(known))],
                "noise": float(known.std(ddof=1)),
                "covered": float(((known >= effect.low) & (known <= effect.high)).mean()),
            }
        )
    return rows


def _effects(experiment: DrawnExperiment) -> dict[tuple[str, str], np.ndarray]:
    """Return the effects of each intervention on each KPI, one a replication."""
    values = compare(experiment, progress=False).values.set_index(["scenario", "kpi"])["value"]
    changes = [name for name in experiment.scenarios if name != AS_IS]
    return {
        (NAMES[position], kpi): values[change, kpi].to_numpy(float) - values[AS_IS, kpi].to_numpy(float)
        for position, change in enumerate(changes)
        for kpi in experiment.kpis
    }


def summary(rows: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Return coverage of the 90 % intervals, share of right signs and median relative error; the latter of effects above their noise."""
    clear = rows["truth"].abs() > rows["noise"]
    table = rows.assign(
        clear=clear,
        sign=np.where(clear, np.sign(rows["answer"]) == np.sign(rows["truth"]), np.nan),
        error=np.where(clear, (rows["answer"] - rows["truth"]).abs() / rows["truth"].abs(), np.nan),
    )
    groups = table.groupby(by or (lambda _: "all"), sort=False)
    return groups.agg(
        effects=("clear", "size"),
        covered=("covered", "mean"),
        clear=("clear", "sum"),
        sign=("sign", "mean"),
        error=("error", "median"),
    )


def kept(folder: Path = FOLDER) -> pd.DataFrame:
    """Return the rows of all organisations that were judged."""
    parts = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return pd.DataFrame([row for part in parts for row in part])


def by_chance(rows: pd.DataFrame) -> float:
    """Return the median relative error that replications alone make: answer and truth are means of `RUNS`."""
    clear = rows[rows["truth"].abs() > rows["noise"]]
    spread = (clear["high"] - clear["low"]) / (2 * stats.norm.ppf(0.95))
    relative = np.sqrt((spread**2 + clear["noise"] ** 2) / RUNS) / clear["truth"].abs()
    z = np.random.default_rng(1).standard_normal((1000, len(clear)))
    return float(np.median(np.abs(z) * relative.to_numpy()))


SIZES: Final = (0, 1, 1.5, 2, 3, 5, np.inf)
"""Bounds of groups of effects, in multiples of their noise."""
GROUPS: Final = {
    "KPI": "kpi",
    "intervention": "intervention",
    "workflow": "workflow",
    "the twin passed its check": "holds",
    "effect ÷ noise": "size",
}


def as_markdown(rows: pd.DataFrame) -> str:
    """Return the table of docs/calibration.md."""
    organisations = rows.groupby("organisation")["holds"].first()
    passed = f"{organisations.mean():.0%} of the twins passed their check"
    chance = (
        f"{RUNS} replications of answer and truth alone would make a median relative error of {by_chance(rows):.0%}"
    )
    lines = [
        f"{len(organisations)} organisations, ten interventions each; {passed}. {chance}.",
        "",
        "| by | | effects | in the 90 % interval | above their noise | sign right | median relative error |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    names = [f"{low:g} to {high:g}" if np.isfinite(high) else f"above {low:g}" for low, high in pairwise(SIZES)]
    named = rows.assign(
        kpi=rows["kpi"].map(lambda name: kpis.KPIS[name].title),
        holds=np.where(rows["holds"], "yes", "no"),
        size=pd.cut(rows["truth"].abs() / rows["noise"], SIZES, labels=names).astype(object).fillna(names[0]),
    )
    for title, by in {"all": None, **GROUPS}.items():
        table = summary(named, by)
        for name, row in (
            table.reindex([name for name in names if name in table.index]) if by == "size" else table
        ).iterrows():
            lines.append(
                f"| {title} | {name if by else ''} | {row['effects']:,.0f} | {row['covered']:.1%} | {row['clear']:,.0f} | "
                + (f"{row['sign']:.1%} | {row['error']:.0%} |" if row["clear"] else " | |")
            )
    return "\n".join(lines)


def write_between(page: Path, mark: str, table: str) -> None:
    """Put a table between the marks of a page."""
    text, begin, end = page.read_text(encoding="utf-8"), f"<!-- begin: {mark} -->", f"<!-- end: {mark} -->"
    write_text(page, f"{text.split(begin)[0]}{begin}\n\n{table}\n\n{end}{text.split(end)[1]}")


def judge(numbers: range, folder: Path = FOLDER, *, processes: int = 1, runs: int = RUNS) -> Iterator[int]:
    """Judge the organisations that no file keeps yet; yield the number of each.

    An organisation has random seeds of its own, so the number of processes changes no result.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [number for number in numbers if not _file(folder, number).exists()]
    if processes == 1:
        for number in missing:
            yield _judge_one(number, folder, runs)
        return
    with process_pool(processes) as pool:
        for done in as_completed(pool.submit(_judge_one, number, folder, runs) for number in missing):
            yield done.result()


def _judge_one(number: int, folder: Path, runs: int) -> int:
    write_text(_file(folder, number), json.dumps(judged(number, runs)))
    return number


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number:04d}.json"


def main() -> None:
    """Judge organisations, and write the table of those that any run has judged."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("organisations", type=int, nargs="?", default=200)
    parser.add_argument("--processes", type=int, default=1)
    options, begun = parser.parse_args(), time.monotonic()
    for number in judge(range(options.organisations), processes=options.processes):
        sys.stderr.write(f"organisation {number} after {time.monotonic() - begun:.0f} s\n")
    write_between(PAGE, MARK, as_markdown(kept()))


if __name__ == "__main__":
    main()
