"""Run this package as if only some of its extras were installed: modules of other distributions cannot be imported."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

RUN: Final = """\
import json, runpy, sys
names = set(json.loads(sys.argv.pop(1)))
class Some:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] in names else self.finder.find_spec(name, path, target)
    def find_distributions(self, *context):
        return getattr(self.finder, "find_distributions", lambda *_: ())(*context)
sys.meta_path = [Some(finder) for finder in sys.meta_path]
sys.argv[0] = "devopssim"
runpy.run_module("devopssim", run_name="__main__", alter_sys=True)
"""


def needed(extras: frozenset[str]) -> set[str]:
    """Return the distributions that this package needs with some extras, by their normalised names."""
    found, waiting = set[str](), [("devopssim", extras)]
    while waiting:
        name, wanted = waiting.pop()
        for text in importlib.metadata.requires(name) or ():
            requirement = Requirement(text)
            inner = _normal(requirement.name)
            fits = (
                any(requirement.marker.evaluate({"extra": extra}) for extra in (wanted or {""}))
                if requirement.marker
                else True
            )
            if fits and inner not in found:
                found.add(inner)
                try:
                    importlib.metadata.distribution(inner)
                except importlib.metadata.PackageNotFoundError:
                    continue
                waiting.append((inner, frozenset(requirement.extras)))
    return found


def absent(*extras: str) -> list[str]:
    """Return the modules that an installation with these extras lacks, of those that this one has."""
    there = needed(frozenset(extras)) | {"devopssim"}
    modules = importlib.metadata.packages_distributions()
    return sorted(name for name, homes in modules.items() if not {_normal(home) for home in homes} & there)


def devopssim(*arguments: str, folder: Path, extras: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run a command in an installation with these extras."""
    import json  # noqa: PLC0415 - the child reads it

    return subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(absent(*extras)), *arguments],
        capture_output=True, text=True, cwd=folder, timeout=180, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
