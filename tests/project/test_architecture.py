"""What import-linter cannot see: names, addresses, notebooks as they ran; its contracts are in pyproject.toml."""

import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from devopssim.cli import COMMANDS, module_of

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "devopssim"
CONTRACTS: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
VAGUE: Final = {"utils", "util", "helpers", "misc", "common", "base", "tools"}
SLOW: Final = frozenset(
    {"numpy", "pandas", "matplotlib", "scipy", "simpy", "docker", "IPython", "msgspec", "jinja2", "tqdm"}
)

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


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files under version control."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def modules() -> list[Path]:
    """Return the modules of the package; what lies under templates/ runs elsewhere."""
    paths = [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(PACKAGE)]
    return [path for path in paths if "templates" not in path.parts]


def test_every_package_has_a_door() -> None:
    """`import-linter` holds a door for each package that its contracts name; a new package needs one too."""
    packages = {path.parent for path in modules() if path.name == "__init__.py"} - {PACKAGE}
    dotted = {".".join(package.relative_to(ROOT).parts) for package in packages}
    with_modules = {name for name in dotted if len(list((ROOT / name.replace(".", "/")).glob("*.py"))) > 1}
    doors = {contract["allowed_importers"][0] for contract in CONTRACTS if contract["type"] == "protected"}
    assert with_modules - doors == set()
    assert doors <= dotted


def test_commands_import_nothing_slow_before_they_run() -> None:
    names = [module_of(command) for command in COMMANDS]
    program = f"import sys, {', '.join(names)}; print(*({set(SLOW)!r} & sys.modules.keys()))"
    end = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert end.stdout.split() == []


def test_no_star_imports() -> None:
    assert [path for path in modules() if re.search(r"^\s*from .* import \*", path.read_text(), re.MULTILINE)] == []


def test_every_module_is_named_after_what_it_does() -> None:
    assert [path for path in modules() if path.stem in VAGUE] == []


def test_no_class_name_is_used_twice() -> None:
    names = [name for path in modules() for name in re.findall(r"^class (\w+)", path.read_text(), re.MULTILINE)]
    assert names
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    files = list(tracked())
    assert ROOT / "README.md" in files
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in files
        if path.suffix not in {".png", ".parquet", ".gz"}
        for match in re.finditer("|".join(ELSEWHERE), path.read_text(errors="replace"))
    ]
    assert found == []


def test_every_notebook_is_kept_as_it_ran() -> None:
    """A cell without an execution count is never compared, so that a cleared notebook would pass for nothing."""
    notebooks = [path for path in tracked() if path.parent == ROOT / "notebooks" and path.suffix == ".ipynb"]
    assert notebooks
    for path in notebooks:
        cells = json.loads(path.read_text())["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]
        assert code, f"{path.name} has no code"
        counts = [cell["execution_count"] for cell in code]
        assert None not in counts, f"{path.name} has cells that were not run: run it from top to bottom and save it"
        assert all(before < after for before, after in pairwise(counts)), f"{path.name} was not run from top to bottom"


def test_the_first_commands_are_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [command for command in ("make run", "make test", "make lab") if command not in readme] == []
