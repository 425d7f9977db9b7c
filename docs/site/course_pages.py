"""The course's notebooks as pages: what students get, with the stored outputs of the cells that hold no exercise."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from devopssim.course import released_files

Cell = dict[str, Any]

WIDGET: Final = "application/vnd.jupyter.widget-view+json"
PICTURES: Final[Mapping[str, tuple[str, str]]] = {
    "devopssim.widgets.compare": (
        "../docs/images/app.png",
        "Sliders on the left; cards of KPIs with intervals, curves, and what changed and why on the right",
    ),
    "devopssim.widgets.explore": (
        "../docs/images/explore.png",
        "Sliders of practices on the left; a card of KPIs with intervals, what changed and why, and a figure on the right",
    ),
    "devopssim.widgets.board": (
        "../docs/images/board.png",
        "A Kanban board with a column for each stage, cards of work items in them, and a slider of time above",
    ),
}
"""A picture of each widget, with its alternative text, by the start of the widget's text."""


def pages(folder: Path) -> dict[str, str]:
    """Return the notebooks of a course as JSON, by path.

    Solutions and hidden tests are left out, as in a student's copy, and so are the outputs of the cells that hold them. Widgets,
    which need a kernel, are replaced by a picture and a note.

    Parameters
    ----------
    folder : Path
        The course's folder.
    """
    return {
        f"{folder.name}/{name}": json.dumps(_page(json.loads(released), json.loads((folder / name).read_bytes())))
        for name, released in released_files(folder).items()
        if name.endswith(".ipynb")
    }


def _page(released: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    """Return the released notebook with the outputs of its source."""
    outputs = {cell["id"]: cell.get("outputs", []) for cell in source["cells"]}
    for cell in released["cells"]:
        if cell["cell_type"] == "code" and "nbgrader" not in cell["metadata"]:
            cell["outputs"] = [output for output in outputs[cell["id"]] if _shows(output)]
    cells = [part for cell in released["cells"] for part in _without_widgets(cell)]
    for index, cell in enumerate(cells):
        cell["metadata"] = {}
        if any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])):
            cell["metadata"] = {"mystnb": {"image": {"alt": _alternative_text(cells, index)}}}
    metadata = {
        "kernelspec": source["metadata"]["kernelspec"],
        "language_info": {"name": "python", "pygments_lexer": "ipython3"},
    }
    return {**released, "metadata": metadata, "cells": cells}


def _shows(output: Cell) -> bool:
    """Return whether there is something to see; a bar of progress leaves an empty output behind."""
    return output["output_type"] == "stream" or any(output["data"].values())


def _without_widgets(cell: Cell) -> Iterator[Cell]:
    """Yield the cell without the outputs that need a kernel, and a note for each of them."""
    outputs = cell.get("outputs", [])
    widgets = [output for output in outputs if WIDGET in output.get("data", {})]
    if widgets:
        cell = {**cell, "outputs": [output for output in outputs if output not in widgets]}
    yield cell
    for number, widget in enumerate(widgets):
        text = "".join(widget["data"]["text/plain"])
        name = re.match(r"[\w.]*", text)
        path, description = PICTURES.get(name[0] if name else "", ("", ""))
        picture = f"\n![{description}]({path})\n" if path else ""
        note = f":::{{note}}\nThis cell shows controls that need Python: open the notebook in JupyterLab to use them.\n{picture}:::\n"
        yield {"cell_type": "markdown", "id": f"{cell['id']}-{number}", "metadata": {}, "source": note}


def _alternative_text(cells: Sequence[Cell], index: int) -> str:
    """Return the text that the cell with the figure, or the next one, prints for it; without one, the section's heading."""
    for cell in cells[index : index + 2]:
        if "alt_text(" in "".join(cell["source"]):
            printed = (
                "".join(output["text"]) for output in cell.get("outputs", []) if output["output_type"] == "stream"
            )
            return " ".join("".join(printed).split())
    above = (
        line
        for cell in cells[index::-1]
        for line in reversed("".join(cell["source"]).splitlines())
        if cell["cell_type"] == "markdown"
    )
    heading = next(line for line in above if line.startswith("#"))
    return f"Figure of the section “{heading.lstrip('# ')}”, described in the text around it"
