"""Files that a lab starts from: the shop's repository, production, and the images made from Debian packages."""

from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

HIDDEN: Final = "dot-"
"""Prefix of hidden files: `dot-gitignore` becomes `.gitignore`, so that it has no effect among the templates."""


def copy(name: str, target: Path, values: Mapping[str, str]) -> None:
    """Write a template folder into a target folder.

    Parameters
    ----------
    name : str
        Folder of this package, for example `shop`.
    target : Path
        Folder to write to; created where missing, existing files are overwritten.
    values : Mapping of str to str
        Value for each `{{ key }}`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     copy("shop", Path(folder), {"lab": "lab", "base_image": "python"})
    ...     Path(folder, ".gitignore").exists()
    True
    """
    for parts, entry in _files(resources.files(__name__) / name):
        path = target.joinpath(*(_shown(part) for part in parts))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(entry.read_text("utf-8"), values), encoding="utf-8", newline="\n")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with each `{{ key }}` replaced by its value; braces of other tools stay.

    Examples
    --------
    >>> filled("name: {{ lab }}, {{ other }}", {"lab": "lab"})
    'name: lab, {{ other }}'
    """
    for key, value in values.items():
        text = text.replace("{{ " + key + " }}", value)
    return text


def _files(folder: Traversable, parts: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Traversable]]:
    """Yield the path of each file as parts, and the file."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(entry, (*parts, entry.name))
        else:
            yield (*parts, entry.name), entry


def _shown(part: str) -> str:
    """Return the name of a file or folder in the target."""
    return "." + part.removeprefix(HIDDEN) if part.startswith(HIDDEN) else part
