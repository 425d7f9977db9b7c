"""Outputs of live cells, recorded when the instructor ran the notebooks on a container engine.

A release has them in one file, because released notebooks hold no outputs. On a machine without an engine, the learner's kernel shows
them in the place of what would have run.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from devopssim.course.author.source import joined

RECORDED_FILE: Final = "recorded-outputs.json"
GUARD: Final = "if lab.live:"
"""First line of a live cell: without an engine, nothing of it runs."""
SHOWN: Final = ("text/html", "image/png", "text/plain")
"""Forms of an output that are kept, the first that there is."""
Recorded: TypeAlias = Mapping[str, list[dict[str, str]]]


def recorded_outputs(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Return the outputs of the live cells of the notebooks in a folder.

    Parameters
    ----------
    folder : Path
        The instructor's folder, whose notebooks hold the outputs of their last run on an engine.

    Returns
    -------
    dict of str to list of dict
        By the text of the cell, its outputs in order: one MIME type and its text each. Answer and test cells are left out.
    """
    return {
        joined(cell["source"]).strip(): outputs
        for path in sorted(folder.glob("*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if is_live(joined(cell["source"]))
        and not cell["metadata"].get("nbgrader")
        and (outputs := list(_outputs(cell)))
    }


def is_live(source: str) -> bool:
    """Return whether a cell of this text runs on an engine only."""
    return source.lstrip().startswith(GUARD)


def _outputs(cell: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for output in cell.get("outputs", []):
        data = output.get("data", {"text/plain": output.get("text", "")})
        form = next((form for form in SHOWN if data.get(form)), None)
        if form is not None:
            yield {form: joined(data[form])}


def recorded_file(folder: Path) -> dict[str, bytes]:
    """Return the file of a release that holds the recorded outputs, by name; nothing for a course without live cells."""
    outputs = recorded_outputs(folder)
    return {RECORDED_FILE: (json.dumps(outputs, indent=1, ensure_ascii=False) + "\n").encode()} if outputs else {}


def load_recorded(folder: Path) -> Recorded:
    """Return the recorded outputs beside a learner's notebook: those of the release's file, else of the notebooks themselves."""
    path = folder / RECORDED_FILE
    if not path.is_file():
        return recorded_outputs(folder)
    outputs: Recorded = json.loads(path.read_text(encoding="utf-8"))
    return outputs
