"""The files that a lab starts from: the shop's repository, production, and the images made from Debian packages."""

from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

HIDDEN: Final = "dot-"
"""`dot-gitignore` becomes `.gitignore`, so that it does not act where the templates are kept."""


def copy(name: str, target: Path, values: Mapping[str, str]) -> None:
    """Write the template folder `name` into `target`, with each `{{ key }}` of `values` filled in."""
    for parts, entry in _files(resources.files(__name__) / name):
        path = target.joinpath(*(_shown(part) for part in parts))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(entry.read_text("utf-8"), values), encoding="utf-8", newline="\n")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with each `{{ key }}` of `values` filled in; other braces, of other tools, stay."""
    for key, value in values.items():
        text = text.replace("{{ " + key + " }}", value)
    return text


def _files(folder: Traversable, parts: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(entry, (*parts, entry.name))
        else:
            yield (*parts, entry.name), entry


def _shown(part: str) -> str:
    return "." + part.removeprefix(HIDDEN) if part.startswith(HIDDEN) else part
