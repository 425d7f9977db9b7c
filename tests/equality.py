"""The engines compared: the whole log, to the last bit and in order, on random scenarios, and on engines with a mistake.

    python tests/equality.py [--cases 5000] [--seed 1]      # make equality
    python tests/equality.py --replays FOLDER               # input files for engine/tests/replay.cpp

Scenarios vary every parameter. Their times are often rounded, and their efforts without variation, so that many events happen at
one moment: continuous times never show a wrong order among equals.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.events import CodedLog
from devopssim.scenario import PRESETS, Parameter, Scenario, parameters, to_table, vary
from devopssim.simulation import LIBRARY, Streams, headcount, simulate
from devopssim.simulation.engine import Library, simulate_fast
from devopssim.simulation.tables import Tables

ROOT: Final = Path(__file__).parent.parent
WITHOUT_VARIATION: Final = {
    "demand.effort_cv": 0,
    "quality.fix_cv": 0,
    "quality.review_wait_sigma": 0,
    "pipeline.time_cv": 0,
    "pipeline.main_repair_sigma": 0,
    "production.reaction_cv": 0,
}
"""Settings with which equal things take equally long."""


def random_scenario(seed: int) -> Scenario:
    """Return a scenario that varies a third of all parameters of a preset: to limits, to round values, to any."""
    rng = random.Random(seed)
    while True:
        changes: dict[str, Any] = {
            name: _random_value(rng, name, declared)
            for name, declared in parameters().items()
            if rng.random() < 0.35 and name != "workflow"
        }
        changes["years"] = rng.choice([0.05, 0.1, 0.25, 0.4])
        changes["production.infrastructure_mttf"] = rng.choice([50, 200, 4380])
        changes["security.disclosures_per_year"] = rng.choice([4, 100])
        changes["security.exploits_per_year"] = rng.choice([0.1, 20])
        if rng.random() < 0.4:
            changes |= WITHOUT_VARIATION
            changes["team.hours_per_week"] = rng.choice([40, 168])
        if rng.random() < 0.3:
            steps = [
                {"name": "one", "time": 0.5, "flaky": 0.3, "runners": rng.choice([0, 1])},
                {"name": "other", "stage": "deploy", "time": 0.25, "cv": 1},
            ]
            changes["pipeline.steps"] = steps[: rng.choice([1, 2])]
        if rng.random() < 0.2:
            changes |= {"team.joiners": rng.choice([1, 8]), "team.join_week": rng.choice([0, 1, 2.5])}
        scenario = vary(rng.choice(list(PRESETS.values())), changes)
        try:
            Tables(scenario, Streams(seed)).get("incidents")
        except InvalidInputError:  # a uniform distribution that would reach below 0
            continue
        return scenario


def _random_value(rng: random.Random, name: str, declared: Parameter) -> float | str:
    if declared.several:
        some = [choice for choice in declared.choices if rng.random() < 0.4]
        return rng.choice(["all", "none", ", ".join(some) or "none"])
    if declared.choices:
        return rng.choice(declared.choices)
    low, high, default = declared.low, declared.high, float(declared.default)
    if name in {"demand.backlog", "demand.requests_per_week"}:
        return rng.choice([0, 1, 5, 20])
    if name.startswith("practices.") or name == "assistance.share":
        return rng.choice([0, 0.25, 0.5, 0.75, 1])
    if high <= 1:
        return rng.choice([low, high, default, (low + high) / 2, rng.uniform(low, high)])
    if declared.whole:
        return rng.choice([low, default, min(high, 2 * default), min(high, default + 1), min(high, low + 1)])
    value = rng.choice([low, default, default / 4, default / 2, 2 * default, 3 * default * rng.random()])
    if rng.random() < 0.5:
        value = round(4 * value) / 4
    return min(max(value, low), high)


def fast_log(scenario: Scenario, seed: int, engine: Library) -> CodedLog:
    """Return the log of an engine, in codes."""
    source = {"scenario": to_table(scenario), "seed": seed, "replication": 0, "people": headcount(scenario)}
    return simulate_fast(scenario, Streams(seed), source=source, engine=engine)


def difference(scenario: Scenario, seed: int, engine: Library, reference: pd.DataFrame | None = None) -> str:
    """Return where the log of an engine first differs from the reference; an empty text where it is equal."""
    log = simulate(scenario, seed=seed, engine="reference") if reference is None else reference
    other = fast_log(scenario, seed, engine).log()
    if len(log) == len(other):
        try:
            pd.testing.assert_frame_equal(log, other, check_exact=True)
        except AssertionError:
            pass
        else:
            return "" if log.attrs == other.attrs else f"attributes {other.attrs} instead of {log.attrs}"
    shorter = min(len(log), len(other))
    one, two = (each.iloc[:shorter].astype(object).fillna("") for each in (log, other))
    wrong = (one != two).any(axis=1).to_numpy()
    row = int(np.argmax(wrong)) if wrong.any() else shorter
    return f"row {row} of {len(log)} ({len(other)}):\n{other.iloc[row : row + 1].to_string()}\ninstead of\n{log.iloc[row : row + 1].to_string()}"


def ties(log: pd.DataFrame) -> float:
    """Return the share of the rows that happen at the same moment as the row before."""
    time = log["time"].to_numpy()
    return float((np.diff(time) == 0).mean()) if len(time) > 1 else 0.0


class Mutant(NamedTuple):
    """A mistake in the engine: in this file, this text becomes that one."""

    name: str
    file: str
    old: str
    new: str


MUTANTS: Final = (
    Mutant("equals in reversed order", "events.hpp", "order < other.order", "order > other.order"),
    Mutant("processes begin after what is due", "events.cpp", "resume(handle, 0, Priority::urgent)", "resume(handle, 0)"),
    Mutant(
        "waiting for all needs no event of its own",
        "events.cpp",
        "all.env.resume(all.waiting)",
        "all.waiting.resume()",
    ),
    Mutant("people look for work at once", "people.cpp", "Priority::after_all_else", "Priority::normal"),
    Mutant(
        "the work that began first is interrupted",
        "people.cpp",
        "for (PersonRequest* other = busy; other != nullptr; other = other->older) {",
        "PersonRequest* oldest = busy;\n    while (oldest != nullptr && oldest->older != nullptr) oldest = oldest->older;\n"
        "    for (PersonRequest* other = oldest; other != nullptr; other = other->younger) {",
    ),
    Mutant("nobody carries on with a subject", "people.cpp", "(*person)->last == wanted.subject", "false"),
    Mutant("interrupted work begins anew", "people.cpp", "effort - worked * rate", "effort"),
    Mutant("work far from the users comes first", "people.cpp", "return one.stage > two.stage", "return one.stage < two.stage"),
    Mutant("the last one who came to a machine is first", "resources.hpp", "env.resume(queue.front());\n            queue.pop_front();", "env.resume(queue.back());\n            queue.pop_back();"),
    Mutant("windows are those of C's remainder", "organisation.hpp", "modulo(-env.now, period)", "std::fmod(env.now, period)"),
    Mutant("work ends with the shift only if it must", "calendar.hpp", "if (left <= end - begin)", "if (left < end - begin)"),
    Mutant("newcomers mentor newcomers", "staff.cpp", "size[own] - learners", "size[own]"),
    Mutant("a change is apart from itself", "development.cpp", "= org.merges - change.base;", "= org.merges - change.base + 1;"),
    Mutant("a round of tests finds what the next would", "release.cpp", "TableName::found_after, rounds", "TableName::found_after, rounds + 1"),
    Mutant("rollbacks are not recorded", "production.cpp", "org.log.record(Kind::service_rolledback,", "if (incident.id < 0) org.log.record(Kind::service_rolledback,"),
    Mutant("what is known is reported again", "security.cpp", "if (vulnerability.is_known) co_return;", ""),
    Mutant("reminders count from now", "reviews.cpp", "asked + quality.reminder_after", "now + quality.reminder_after"),
    Mutant("sprints plan without joiners", "workflows.cpp", "? team.joiners : 0", "? 0.0 : 0"),
    Mutant("a sprint starts its items in reversed order", "workflows.cpp", "for (WorkItem* item : org.backlog.take_within(room)) {", "auto taken = org.backlog.take_within(room);\n        std::reverse(taken.begin(), taken.end());\n        for (WorkItem* item : taken) {"),
)  # fmt: skip
"""Mistakes that a comparison has to find."""


def mutant_engine(mutant: Mutant, folder: Path) -> Library:
    """Build the engine with a mistake, in a folder."""
    source = folder / "engine"
    shutil.copytree(ROOT / "engine", source)
    text = (source / mutant.file).read_text()
    if text.count(mutant.old) != 1:
        raise RuntimeError(f"{mutant.name}: {mutant.old!r} occurs {text.count(mutant.old)} times in {mutant.file}")
    (source / mutant.file).write_text(text.replace(mutant.old, mutant.new))
    return built(source, folder / "mutant.so")


def built(source: Path, library: Path) -> Library:
    """Build the engine of a folder without complaints about its style."""
    subprocess.run(["sh", source / "build.sh", library], check=True, env={**os.environ, "CI": ""})
    return Library(library)


def cases_until_caught(engine: Library, seeds: Iterator[int]) -> int | None:
    """Return how many cases it took to see that an engine is wrong; None if none showed it."""
    for count, seed in enumerate(seeds, start=1):
        if difference(random_scenario(seed), seed, engine):
            return count
    return None


def write_replay(scenario: Scenario, seed: int, engine: Library, file: Path) -> None:
    """Write what an engine reads of a scenario to a file, for engine/tests/replay.cpp."""
    tables = Tables(scenario, Streams(seed))
    engine.run(scenario, tables)  # the tables become long enough
    arrays = [tables.get(name) for name in engine.tables(scenario)]
    parameters_of_it = engine.parameters(scenario, tables)
    parts = [np.array([len(parameters_of_it)]), parameters_of_it, np.array([len(arrays)])]
    for array in arrays:
        parts += [np.array([len(array), array.shape[1]]), array.ravel()]
    np.concatenate([*parts, np.array([scenario.years * 8760])]).astype(np.float64).tofile(file)


def main() -> int:
    """Compare, print the report and return the exit status."""
    parser = argparse.ArgumentParser(description="Compare the engines.")
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replays", type=Path)
    chosen = parser.parse_args()
    engine = Library(LIBRARY)
    if chosen.replays:
        for number, scenario in enumerate([*PRESETS.values(), *map(random_scenario, range(12))]):
            write_replay(
                vary(scenario, {"years": min(0.5, scenario.years)}), 1, engine, chosen.replays / f"{number}.replay"
            )
        return 0
    begin, rows, tied = time.monotonic(), 0, 0.0
    wrong = []
    for seed in range(chosen.seed, chosen.seed + chosen.cases):
        scenario = random_scenario(seed)
        log = simulate(scenario, seed=seed, engine="reference")
        rows, tied = rows + len(log), tied + ties(log) * len(log)
        if where := difference(scenario, seed, engine, log):
            wrong.append(seed)
            print(f"case {seed}: {where}")
    print(
        f"{chosen.cases} cases, {rows:,} rows, {tied / max(rows, 1):.0%} of them at the moment of the row before: "
        f"{len(wrong)} differ ({time.monotonic() - begin:.0f} s)"
    )
    escaped = []
    for mutant in MUTANTS:
        with tempfile.TemporaryDirectory() as folder:
            count = cases_until_caught(mutant_engine(mutant, Path(folder)), iter(range(chosen.seed, chosen.seed + 300)))
        print(f"mutant: {mutant.name}: {f'caught by case {count}' if count else 'NOT CAUGHT'}")
        escaped += [] if count else [mutant.name]
    print(f"{len(MUTANTS)} mutants, {len(escaped)} not caught")
    return 1 if wrong or escaped else 0


if __name__ == "__main__":
    sys.exit(main())
