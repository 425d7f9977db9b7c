"""The plan of the house: which room may use which, and what may not be found in any of them."""

import ast
import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from devopssim.cli import COMMANDS, module_of

ROOT: Final = Path(__file__).parents[2]

FLOORS: Final = (
    # A room uses rooms of lower floors only, never one of its own floor.
    ("_version", "errors"),
    ("files",),
    ("events",),
    ("scenario",),
    ("kpis", "simulation", "history"),
    ("experiment", "importers", "exporters", "diagnostics", "livelab", "handbook"),
    ("twin", "wording"),
    ("plots",),
    ("report",),
    ("widgets",),
    ("course",),
    ("cli",),
)
FLOOR_OF: Final = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

STRANGERS: Final = {
    # The two laws, and what keeps them: names that a room never imports (under TYPE_CHECKING it may: types measure nothing).
    "kpis": {"devopssim.simulation", "devopssim.livelab", "devopssim.importers", "simpy"},
    "simulation": {"devopssim.kpis", "devopssim.experiment", "scipy.stats", "statistics"},
    "events": {"simpy", "docker"},
}
QUICK: Final = {
    "argparse", "collections", "contextlib", "dataclasses", "functools", "importlib", "itertools", "keyword", "operator", "os",
    "pathlib", "re", "shlex", "shutil", "signal", "sys", "textwrap", "types", "typing",
}  # fmt: skip
"""Python's own modules that cost a command nothing before it runs."""

ELSEWHERE: Final = (
    # Addresses that would tie the project to one machine or one registry; brackets keep this list from finding itself.
    r"(?<![\w.:])/wor[k]/(?:main|shared)",
    r"(?<![\w.:~-])/root/[.\w]",
    r"/(?:home|Users)/(?!student\b|runner\b|app\b)[a-z][\w-]*/",
    r"\.pyenv[/]",
    r"py[p]i\.org|python[h]osted\.org|anacond[a]\.org",
    r"registry\.npm[j]s|registry-1\.docke[r]|index\.docke[r]\.io",
    r"file:///op[t]|/op[t]/wheels",
)


@dataclass(frozen=True, kw_only=True)
class Import:
    """One module that another one imports; late if a function does it, and never at run time under TYPE_CHECKING."""

    module: str
    late: bool
    never: bool

    @property
    def at_once(self) -> bool:
        """Whether it happens when the importing module is imported."""
        return not (self.late or self.never)


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files under version control."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


@cache
def imports() -> Mapping[str, tuple[Import, ...]]:
    """Return what each module of the package imports; what lies under templates/ runs elsewhere."""
    paths = [path for path in (ROOT / "devopssim").rglob("*.py") if "templates" not in path.parts]
    names = {path: _module_name(path) for path in paths}
    known = set(names.values())
    return {name: tuple(_imports_of(path, name, known)) for path, name in names.items()}


def room_of(module: str) -> str:
    """Return the room, the first name below devopssim; of the package itself an empty name."""
    return module.removeprefix("devopssim").lstrip(".").split(".")[0]


def at_once(module: str) -> Iterator[str]:
    return (each.module for each in imports()[module] if each.at_once)


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(module) for module in imports()}
    assert rooms - FLOOR_OF.keys() - {"", "__main__"} == set()


def test_a_room_uses_only_rooms_of_lower_floors() -> None:
    upwards = [
        f"{module} imports {each.module}"
        for module, found in imports().items()
        if (room := room_of(module)) in FLOOR_OF
        for each in found
        if (other := room_of(each.module)) in FLOOR_OF and other != room and FLOOR_OF[other] >= FLOOR_OF[room]
    ]
    assert upwards == []


@pytest.mark.parametrize("room", STRANGERS)
def test_a_room_does_not_know(room: str) -> None:
    known = [
        f"{module} imports {each.module}"
        for module, found in imports().items()
        if room_of(module) == room
        for each in found
        for stranger in STRANGERS[room]
        if not each.never and f"{each.module}.".startswith(f"{stranger}.")
    ]
    assert known == []


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {
        module: {other for other in at_once(module) if other in imports() and not module.startswith(f"{other}.")}
        for module in imports()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_package_and_its_commands_import_nothing_slow_before_they_run() -> None:
    to_do = ["devopssim", "devopssim.__main__", "devopssim.cli", *map(module_of, COMMANDS)]
    seen: set[str] = set()
    slow = set()
    while to_do:
        module = to_do.pop()
        seen.add(module)
        for name in at_once(module):
            if name in imports():
                to_do += [name] if name not in seen else []
            elif name.split(".")[0] not in QUICK:
                slow.add(f"{module} imports {name}")
    assert slow == set()


def test_no_star_imports() -> None:
    assert [module for module, found in imports().items() for each in found if each.module.endswith("*")] == []


def test_every_module_is_named_after_what_it_does() -> None:
    vague = {"utils", "util", "helpers", "misc", "common", "base", "tools"}
    assert [module for module in imports() if module.rsplit(".", 1)[-1] in vague] == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        if path.suffix not in {".png", ".parquet", ".gz"}
        for match in re.finditer("|".join(ELSEWHERE), path.read_text(errors="replace"))
    ]
    assert found == []


def test_every_notebook_is_kept_as_it_ran() -> None:
    """A cell without an execution count is never compared, so that a cleared notebook would pass for nothing."""
    for path in (path for path in tracked() if path.parent == ROOT / "notebooks" and path.suffix == ".ipynb"):
        cells = json.loads(path.read_text())["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]
        assert code, f"{path.name} has no code"
        counts = [cell["execution_count"] for cell in code]
        assert None not in counts, f"{path.name} has cells that were not run: run it from top to bottom and save it"
        assert all(before < after for before, after in pairwise(counts)), f"{path.name} was not run from top to bottom"


def test_the_first_commands_are_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [command for command in ("make run", "make test", "make lab") if command not in readme] == []


def _module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports_of(path: Path, name: str, known: set[str]) -> Iterator[Import]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    tree = ast.parse(path.read_text())
    late = _inside(tree, _is_function)
    never = _inside(tree, _is_for_types)
    for node in ast.walk(tree):
        when = {"late": id(node) in late, "never": id(node) in never}
        if isinstance(node, ast.Import):
            yield from (Import(module=alias.name, **when) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _absolute(node, package)
            for alias in node.names:
                inner = f"{origin}.{alias.name}"
                is_module = inner in known or alias.name == "*"
                yield Import(module=inner if is_module else origin, **when)


def _inside(tree: ast.AST, wanted: Callable[[ast.AST], bool]) -> set[int]:
    return {id(inner) for node in ast.walk(tree) if wanted(node) for inner in ast.walk(node) if inner is not node}


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if node.level == 0:
        return node.module or ""
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])
