"""The reference of Python: a page for each door of the package, with every name that it exports."""

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final, get_args, get_origin, get_type_hints

from sphinx.pycode import ModuleAnalyzer

DOORS: Final = (
    "devopssim.scenario",
    "devopssim.simulation",
    "devopssim.events",
    "devopssim.kpis",
    "devopssim.experiment",
    "devopssim.twin",
    "devopssim.diagnostics",
    "devopssim.importers",
    "devopssim.exporters",
    "devopssim.history",
    "devopssim.plots",
    "devopssim.widgets",
    "devopssim.report",
    "devopssim.wording",
    "devopssim.course",
    "devopssim.course.expect",
    "devopssim.course.file_rules",
    "devopssim.livelab",
    "devopssim.livelab.recorded",
    "devopssim.errors",
)
"""Packages and modules whose public names are documented, in the order of the table of contents."""

TYPES: Final = "Types in these signatures"
KINDS: Final = ("Functions", "Classes", "Exceptions", "Constants and types")
LONGEST_VALUE: Final = 72


@dataclass(frozen=True, kw_only=True)
class Name:
    """A public name: where it is imported from, where it is defined, and what it is."""

    door: str
    name: str
    module: str
    value: Any

    @property
    def path(self) -> str:
        """The path by which users import it."""
        return f"{self.door}.{self.name}"

    @property
    def home(self) -> str:
        """The path under which it is documented: that of the first door that exports it."""
        return homes().get(f"{self.module}.{self.name}", self.path)

    @property
    def kind(self) -> str:
        """The heading under which it stands."""
        if inspect.isclass(self.value):
            return "Exceptions" if issubclass(self.value, BaseException) else "Classes"
        return "Functions" if inspect.isroutine(self.value) else "Constants and types"

    @property
    def summary(self) -> str:
        """The first paragraph of its docstring."""
        return " ".join("\n".join(self.documentation).strip().split("\n\n")[0].split())

    @property
    def documentation(self) -> list[str]:
        """The lines of its docstring; for a constant, of the string below its assignment."""
        if self.kind != "Constants and types":
            return (inspect.getdoc(self.value) or "").splitlines()
        comments: dict[tuple[str, str], list[str]] = ModuleAnalyzer.for_module(self.module).find_attr_docs()
        return comments.get(("", self.name), [])


def pages() -> dict[str, str]:
    """Return the text of every page by path."""
    doors = {f"reference/{door}.rst": _door_page(door) for door in DOORS}
    return {
        **doors,
        "reference/index.rst": _index_page(),
        "reference/devopssim.rst": _top_page(),
    }


@cache
def module_of(door: str) -> ModuleType:
    """Return the module of a door; one that a door offers from below is entered under the offered path, for autodoc."""
    try:
        return importlib.import_module(door)
    except ModuleNotFoundError:
        package, _, name = door.rpartition(".")
        module: ModuleType = getattr(importlib.import_module(package), name)
        return sys.modules.setdefault(door, module)


@cache
def names_of(door: str) -> tuple[Name, ...]:
    """Return what a door exports, except modules, in alphabetical order."""
    module = module_of(door)
    exported = getattr(module, "__all__", None) or _own_names(module)
    names = (
        Name(door=door, name=name, module=_defining_module(door, name), value=getattr(module, name))
        for name in exported
    )
    return tuple(
        sorted((name for name in names if not inspect.ismodule(name.value)), key=lambda name: name.name.lower())
    )


@cache
def homes() -> dict[str, str]:
    """Return the path by which users import each class and function, by the path where it is defined."""
    found: dict[str, str] = {}
    for name in (name for door in DOORS for name in names_of(door)):
        found.setdefault(f"{name.module}.{name.name}", name.path)
        if name.kind != "Constants and types":
            found.setdefault(_path(name.value), name.path)
    return found


@cache
def reached_types() -> dict[str, list[type]]:
    """Return, by door, the package's own classes that public signatures name and no door exports; each at the first door."""
    found: dict[str, list[type]] = {}
    seen = set(homes())
    for door in DOORS:
        waiting = [name.value for name in names_of(door) if name.kind != "Constants and types"]
        while waiting:
            for reached in sorted(_types_in(waiting.pop(0)), key=_path):
                if reached.__module__.startswith("devopssim.") and _path(reached) not in seen and reached.__doc__:
                    seen.add(_path(reached))
                    found.setdefault(door, []).append(reached)
                    waiting.append(reached)
    return found


def _own_names(module: ModuleType) -> list[str]:
    """Return the public names that a module without `__all__` defines itself."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    ]


def _path(value: Any) -> str:
    return f"{value.__module__}.{value.__qualname__}"


def _types_in(value: Any) -> set[type]:
    """Return the classes in the annotations of a function, or of a class's fields, methods and properties."""
    parts = [value]
    if inspect.isclass(value):
        public = (member for name, member in vars(value).items() if not name.startswith("_"))
        parts += [getattr(member, "fget", None) or getattr(member, "func", None) or member for member in public]
    return {found for part in parts for hint in _hints(part) for found in _classes_in(hint)}


def _hints(value: Any) -> list[Any]:
    """Return the annotations of a function or class; none where they need modules that are imported for type checks only."""
    try:
        return list(get_type_hints(inspect.unwrap(value) if inspect.isroutine(value) else value).values())
    except (AttributeError, NameError, TypeError):
        return []


def _classes_in(hint: Any) -> Iterator[type]:
    """Yield the classes that make up an annotation."""
    if isinstance(hint, (list, tuple)):
        parts: Sequence[Any] = hint
    else:
        parts = get_args(hint)
        if inspect.isclass(hint) and get_origin(hint) is None:
            yield hint
    for part in parts:
        yield from _classes_in(part)


def _defining_module(door: str, name: str) -> str:
    """Return the module that defines a name, through all doors that pass it on."""
    module = door
    while (origin := _origins(module_of(module)).get(name, module)) != module and origin.startswith("devopssim"):
        module = origin
    return module


@cache
def _origins(module: ModuleType) -> dict[str, str]:
    """Return the module from which a door imports each name, read from its source, or from its stub if it is lazy."""
    file = Path(module.__file__ or "")
    stub = file.with_suffix(".pyi")
    tree = ast.parse((stub if stub.exists() else file).read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: _absolute(node, module.__name__)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _absolute(node: ast.ImportFrom, package: str) -> str:
    return ".".join(filter(None, (package if node.level else "", node.module)))


def _door_page(door: str) -> str:
    """Return the page of a door: its docstring, a table of its names, and each name by kind."""
    blocks = [title(door), f".. automodule:: {door}", _table(names_of(door))]
    for kind in KINDS:
        names = [name for name in names_of(door) if name.kind == kind and name.home == name.path]
        if names:
            blocks += [title(kind, "-"), *map(_entry, names)]
    types = reached_types().get(door, [])
    if types:
        note = "What the names above take or return. These classes are not exported: use the objects, do not make them."
        blocks += [title(TYPES, "-"), note, *(f".. autoclass:: {_path(each)}\n   :members:" for each in types)]
    return joined(blocks)


def _entry(name: Name) -> str:
    """Return the directive that documents a name."""
    if name.kind == "Functions":
        return f".. autofunction:: {name.path}"
    if name.kind == "Constants and types":
        return "\n".join([f".. py:data:: {name.name}", *_value(name), "", *_indented(name.documentation)])
    inheritance = "\n   :show-inheritance:" if name.kind == "Exceptions" else ""
    return f".. autoclass:: {name.path}\n   :members:{inheritance}"


def _value(name: Name) -> Iterator[str]:
    """Yield the options that show what a constant holds, if it fits on a line."""
    is_type = type(name.value).__module__ in {"types", "typing", "collections.abc"}
    if not is_type:
        yield f"   :type: {type(name.value).__name__}"
    is_plain = isinstance(name.value, (int, float, str, tuple, frozenset))
    if (is_type or is_plain) and len(repr(name.value)) <= LONGEST_VALUE:
        yield f"   :value: {name.value!r}"


def _table(names: Sequence[Name]) -> str:
    """Return a table of names with their summaries."""
    rows = [f"   * - :py:obj:`{name.name} <{name.home}>`\n     - {name.summary}" for name in names]
    return "\n".join(
        [".. list-table::", "   :widths: 30 70", "   :header-rows: 1", "", "   * - name", "     - summary", *rows]
    )


def _index_page() -> str:
    """Return the page that lists the doors."""
    rows = [
        f"   * - :doc:`{door}`\n     - {(inspect.getdoc(module_of(door)) or '').split(chr(10) * 2)[0]}"
        for door in ("devopssim", *DOORS)
    ]
    rows = [row.replace("\n     - ", "\n     - ", 1) for row in rows]
    table = "\n".join(
        [
            ".. list-table::",
            "   :widths: 30 70",
            "   :header-rows: 1",
            "",
            "   * - import from",
            "     - purpose",
            *map(_one_line, rows),
        ]
    )
    toctree = "\n".join([".. toctree::", "   :hidden:", "", "   devopssim", *(f"   {door}" for door in DOORS)])
    text = "Each package is imported from its own door; modules below it may change. ``import devopssim as ds`` offers the most frequent names."
    return joined([title("Python"), text, table, toctree])


def _one_line(row: str) -> str:
    """Return a row whose summary is one line."""
    first, summary = row.split("\n     - ", 1)
    return f"{first}\n     - {' '.join(summary.split())}"


def _top_page() -> str:
    """Return the page of the package itself, whose names live in its packages."""
    module = importlib.import_module("devopssim")
    by_home = homes()
    rows = []
    for name, origin in sorted(_origins(module).items(), key=lambda item: item[0].lower()):
        value = getattr(module, name)
        if inspect.ismodule(value):
            rows.append(
                f"   * - :doc:`{name} <{value.__name__}>`\n     - {' '.join((inspect.getdoc(value) or '').split(chr(10) * 2)[0].split())}"
            )
        elif f"{origin}.{name}" in by_home.values():
            home = next(entry for entry in names_of(origin) if entry.name == name)
            rows.append(f"   * - :py:obj:`{name} <{home.path}>`\n     - {home.summary}")
    table = "\n".join(
        [".. list-table::", "   :widths: 30 70", "   :header-rows: 1", "", "   * - name", "     - summary", *rows]
    )
    return joined([title("devopssim"), ".. automodule:: devopssim", table])


def title(text: str, underline: str = "=") -> str:
    """Return a heading."""
    return f"{text}\n{underline * len(text)}"


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"   {line}" if line else "" for line in lines]


def joined(blocks: Sequence[str]) -> str:
    """Return a page made of blocks."""
    return "\n\n".join(blocks) + "\n"
