"""Change the core a little and see whether a test notices: `python tests/mutants.py` (`make mutation`).

A mutant is a module with one expression changed. It lives in memory: the process that runs the tests imports the changed
syntax tree instead of the file, so no file is touched and mutants run side by side. Each mutant meets the tests that mirror
its module, which take seconds, and is killed by the first that fails. The sample is drawn by a hash of the seed and the
mutant's number in its function, so an edit elsewhere in a module leaves it as it was. Exit status 1 if a mutant survives:
write the test that kills it, or, if none can, give the reason in `EQUIVALENT`.

This is our own because mutmut leaves out every decorated function and property, which is every KPI, and cosmic-ray writes
its mutants into the working tree, one at a time, and brings a database, a web server and twelve packages.
"""

import argparse
import ast
import hashlib
import importlib.util
import itertools
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final, Literal

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
CORE: Final = (
    "devopssim/kpis/**/*.py",
    "devopssim/diagnostics/anomalies.py",
    "devopssim/events/calendar.py",
    "devopssim/simulation/**/*.py",
    "devopssim/course/answers/comparison.py",
    "devopssim/course/answers/judging.py",
    "devopssim/course/author/expect.py",
    "devopssim/course/author/file_rules/*.py",
    "devopssim/course/author/answer_types.py",
)
"""The modules whose decisions are numbers or grades."""

TESTS: Final[dict[str, tuple[str, ...]]] = {
    "devopssim/simulation/simulator.py": (
        "tests/simulation/test_simulator.py::test_the_first_seed_and_replication_are_those_that_nobody_names",
        "tests/simulation/test_simulator.py::test_the_same_seed_gives_the_same_log",
    ),
    **{
        f"devopssim/course/author/file_rules/{module}.py": tuple(
            f"tests/course/author/file_rules/test_{tests}.py" for tests in (module, "rules")
        )
        for module in ("images", "pipelines")
    },
}
"""The tests of the modules that other files than their mirror test."""

EQUIVALENT: Final[dict[str, str]] = {
    "devopssim/kpis/durations.py  np.diff(start[entities]) < 0  ->  np.diff(start[entities]) <= 0": "a stable sort leaves what is in order",
    "devopssim/kpis/run.py  0.25  ->  1.25": "either way of reading a column gives the same, sooner or later",
    "devopssim/simulation/demand.py  512  ->  513": "requests are the same in blocks of any size",
}
"""Changes that no test can notice, as they are printed but for the line, and why."""

PRELOADED: Final = (
    *("hypothesis", "matplotlib.pyplot", "msgspec", "pandas", "pyarrow", "pytest", "scipy.stats", "simpy"),
    *("devopssim.events", "devopssim.scenario"),  # the layers below the core
)
PYTEST: Final = (
    "-x",
    "-q",
    "--assert=plain",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-m",
    "not live and not browser",
)
Outcome = Literal["killed", "survived", "timed out"]

COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True)
class Mutant:
    """One change of one module: the line, and the expression before and after."""

    module: str
    number: int
    line: int
    scope: str
    """The function or class around it, and its number there: what stays when names change or lines move."""
    before: str
    after: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        """Return the change as one line."""
        return f"{self.module}:{self.line}  {self.change}"

    @property
    def change(self) -> str:
        """Return the expression before and after."""
        return f"{self.before}  ->  {self.after}"

    def tree(self) -> ast.Module:
        """Return the syntax tree of the module with the change."""
        tree = ast.parse((ROOT / self.module).read_text(encoding="utf-8"))
        parent, name, index, *_, changed = next(itertools.islice(_variants(tree), self.number, None))
        if index is None:
            setattr(parent, name, changed)
        else:
            getattr(parent, name)[index] = changed
        return ast.fix_missing_locations(tree)

    def rank(self, seed: int) -> bytes:
        """Return what orders the mutants of a sample."""
        return hashlib.sha256(f"{seed} {self.module} {self.scope}".encode()).digest()


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the variants of one node: another comparison or operator, a number one larger, the other truth, one side only."""
    match node:
        case ast.Compare(left=left, ops=[operator, *rest], comparators=comparators) if type(operator) in COMPARISONS:
            yield ast.Compare(left, [COMPARISONS[type(operator)](), *rest], comparators)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(operator)](), right)
        case ast.BoolOp(op=operator, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(number) | float(number)):
            yield ast.Constant(number + 1)
        case ast.Return(value=value) if value is not None and not (
            isinstance(value, ast.Constant) and value.value is None
        ):
            yield ast.Return(ast.Constant(None))


def mutants_of(path: Path, tests: tuple[str, ...]) -> Iterator[Mutant]:
    """Yield every mutant of a module; annotations and decorators stay as they are."""
    text = path.read_text(encoding="utf-8")
    inside: Counter[str] = Counter()
    for number, (*_, scope, node, changed) in enumerate(_variants(ast.parse(text))):
        inside[scope] += 1
        yield Mutant(
            module=path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix(),
            number=number,
            line=getattr(node, "lineno", 0),
            scope=f"{scope} {inside[scope]}",
            before=_text(node),
            after=_text(changed),
            tests=tests,
        )


def _variants(tree: ast.AST, scope: str = "") -> Iterator[tuple[ast.AST, str, int | None, str, ast.AST, ast.AST]]:
    """Yield each node below a tree with each of its changes: parent, field and index where it stands, scope, node, change."""
    if isinstance(tree, ast.FunctionDef | ast.ClassDef):
        scope = f"{scope}.{tree.name}"
    for name, value in ast.iter_fields(tree):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for index, node in enumerate(value) if isinstance(value, list) else ((None, value),):
            guard = isinstance(node, ast.keyword) and node.arg == "strict"  # lengths that agree anyway
            if isinstance(node, ast.AST) and not guard:
                yield from ((tree, name, index, scope, node, changed) for changed in changes(node))
                yield from _variants(node, scope)


def _text(node: ast.AST) -> str:
    text = ast.unparse(node).splitlines()[0]
    return text if len(text) <= 110 else f"{text[:107]}..."


def tests_of(path: Path) -> tuple[str, ...]:
    """Return the tests that have to notice a change of a module: those that mirror it, unless `TESTS` names others."""
    module = path.relative_to(ROOT)
    mirror = Path("tests", *module.parts[1:-1], f"test_{module.name}")
    return TESTS.get(module.as_posix(), (mirror.as_posix(),))


def sample(mutants: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return up to so many mutants of each module; a larger sample holds the smaller."""
    modules: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        modules.setdefault(mutant.module, []).append(mutant)
    return [mutant for module in modules.values() for mutant in sorted(module, key=lambda it: it.rank(seed))[:size]]


class MutantFinder(MetaPathFinder, Loader):
    """Import one module from a syntax tree, and leave all others to those that come after."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = mutant.module.removesuffix(".py").replace("/", ".")
        self.path = str(ROOT / mutant.module)
        self.tree = mutant.tree()

    def find_spec(self, fullname: str, _path: object = None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """Return where the mutated module comes from, None for any other."""
        return (
            importlib.util.spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None
        )

    def create_module(self, _spec: ModuleSpec) -> None:
        """Let Python create the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed tree as the module."""
        exec(compile(self.tree, self.path, "exec"), module.__dict__)  # noqa: S102  # as every import does


def _meet_tests(mutant: Mutant | None, tests: tuple[str, ...]) -> None:
    """Run tests in a process of their own, which ends with pytest's exit status; None is the package as it is."""
    os.setsid()
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    if mutant is not None:
        sys.meta_path.insert(0, MutantFinder(mutant))
    os._exit(pytest.main([*PYTEST, *tests]))


def _outcome(mutant: Mutant | None, tests: tuple[str, ...], seconds: float) -> Outcome:
    process = multiprocessing.get_context("forkserver").Process(target=_meet_tests, args=(mutant, tests))
    process.start()
    process.join(seconds)
    if process.exitcode is None and process.pid is not None:
        os.killpg(process.pid, signal.SIGKILL)
        process.join()
        return "timed out"
    return "killed" if process.exitcode else "survived"


def main() -> int:
    """Run the sample and print what survived; return the exit status."""
    parser = argparse.ArgumentParser(description="Run the tests of the core against small changes of its code.")
    parser.add_argument(
        "--mutants", type=int, default=4, help="how many of each module (default 4: ten minutes on two cores)"
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed draws another sample (default 1)")
    parser.add_argument("--only", default="", help="only modules whose path contains this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants at a time (default: one a core)")
    options = parser.parse_args()

    os.chdir(ROOT)
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    multiprocessing.set_forkserver_preload(list(PRELOADED))
    mutants = [
        mutant
        for pattern in CORE
        for path in sorted(ROOT.glob(pattern))
        if path.name != "__init__.py" and any(it in path.as_posix() for it in options.only.split(","))
        for mutant in mutants_of(path, tests_of(path))
        if f"{mutant.module}  {mutant.change}" not in EQUIVALENT
    ]
    chosen = sample(mutants, options.mutants, options.seed)
    print(f"{len(chosen)} of {len(mutants)} mutants, seed {options.seed}", flush=True)

    def limit(tests: tuple[str, ...]) -> float | None:
        begun = time.monotonic()
        unchanged = _outcome(None, tests, 600)
        return 20 + 5 * (time.monotonic() - begun) if unchanged == "survived" else None

    def run(mutant: Mutant) -> Outcome:
        outcome = _outcome(mutant, mutant.tests, limits[mutant.tests] or 0)
        print(f"{outcome:<9}  {mutant}", flush=True)
        return outcome

    with ThreadPoolExecutor(options.jobs) as pool:
        every = list(dict.fromkeys(mutant.tests for mutant in chosen))
        limits = dict(zip(every, pool.map(limit, every), strict=True))
        for tests in (tests for tests in every if limits[tests] is None):
            print(f"the tests fail without a mutant: {' '.join(tests)}")
            return 2
        outcomes = list(pool.map(run, chosen))
    print(", ".join(f"{outcomes.count(it)} {it}" for it in ("killed", "survived", "timed out")))
    return 1 if "survived" in outcomes else 0


if __name__ == "__main__":
    sys.exit(main())
