"""The hints of `exercises.toml`, one click under each exercise: `python tests/notebooks/hints.py` writes them into the notebooks."""

import html
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from devopssim.course.author.exercises import load_course

FOLDER: Final = Path(__file__).parents[2] / "notebooks"
ANYWHERE: Final = re.compile(r"\n*<details><summary>Hint</summary>.*</details>\s*$", re.DOTALL)


def folded(hints: Sequence[str]) -> str:
    """Return hints as HTML, each one unfolded by a click inside the one before; plain text, so that nothing in it is Markdown."""
    if not hints:
        return ""
    inside = "".join(
        f"<details><summary>{'Another hint' if step else 'Hint'}</summary>\n<p>{html.escape(hint, quote=False)}</p>\n"
        for step, hint in enumerate(hints)
    )
    return f"\n\n{inside}{'</details>' * len(hints)}"


def with_hints(text: str, hints: Sequence[str]) -> str:
    """Return the text of an exercise, with its hints at the end."""
    return ANYWHERE.sub("", text) + folded(hints)


def questions(cells: Sequence[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the id of each exercise with the cell that asks it: the last text above its answer."""
    asked: dict[str, Any] = {}
    for cell in cells:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution"):
            yield marks["grade_id"], asked
        elif cell["cell_type"] == "markdown":
            asked = cell


def write(path: Path) -> None:
    """Write the hints into one notebook, and leave its layout as it is."""
    text = path.read_text(encoding="utf-8")
    notebook, course = json.loads(text), load_course(FOLDER)
    for name, cell in questions(notebook["cells"]):
        cell["source"] = with_hints("".join(cell["source"]), course.exercise(name).hints).splitlines(keepends=True)
    indent = 1 if '\n "cells"' in text else 2
    path.write_text(json.dumps(notebook, indent=indent, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for notebook_path in sorted(FOLDER.glob("*.ipynb")):
        write(notebook_path)
