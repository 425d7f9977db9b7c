"""What hostile submissions do to the notebook that they hand in: its cells, its bytes, its place in the folder."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

NOTEBOOK: Final = "01-values.ipynb"
Write = Callable[[Path, dict[str, Any]], None]


def cell_of(notebook: dict[str, Any], grade_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )
    return found


def wrong_a_and_edited_test(notebook: dict[str, Any]) -> None:
    cell_of(notebook, "01-a")["source"] = "median = 1.0"
    cell_of(notebook, "01-a-test")["source"] = "1.0"
    cell_of(notebook, "01-a-test")["metadata"]["nbgrader"]["points"] = 100


def deleted(notebook: dict[str, Any]) -> None:
    notebook["cells"].remove(cell_of(notebook, "01-a"))


def everything_else_deleted(notebook: dict[str, Any]) -> None:
    notebook["cells"] = [cell_of(notebook, grade_id) for grade_id in ("01-d", "01-c", "01-b", "01-a")]


def duplicated(notebook: dict[str, Any]) -> None:
    stub = json.loads(json.dumps(cell_of(notebook, "01-a")))
    stub["source"] = "# YOUR CODE HERE\nraise NotImplementedError()"
    notebook["cells"].insert(0, stub)


def duplicated_wrong_first(notebook: dict[str, Any]) -> None:
    wrong = json.loads(json.dumps(cell_of(notebook, "01-a")))
    wrong["source"] = "median = 1.0"
    notebook["cells"].insert(0, wrong)


def re_pointed(notebook: dict[str, Any]) -> None:
    """Offer the answer to d for a test cell's id, and nothing for a."""
    cell_of(notebook, "01-a-test")["metadata"]["nbgrader"] |= {"grade_id": "x", "grade": False}
    answer = cell_of(notebook, "01-a")
    answer["source"] = "median = 1.0"
    answer["metadata"]["nbgrader"] |= {"grade_id": "01-a-test", "grade": True, "points": 1000}


def swapped(notebook: dict[str, Any]) -> None:
    first, second = cell_of(notebook, "01-a"), cell_of(notebook, "01-b")
    first["metadata"], second["metadata"] = second["metadata"], first["metadata"]


def made_markdown(notebook: dict[str, Any]) -> None:
    cell_of(notebook, "01-a")["cell_type"] = "markdown"


def no_kernel(notebook: dict[str, Any]) -> None:
    notebook["metadata"] = {}


def odd_cells(notebook: dict[str, Any]) -> None:
    notebook["cells"][:0] = [
        None,
        7,
        {},
        {"metadata": 3},
        {"metadata": {"nbgrader": []}, "source": 1},
        {"source": "x", "metadata": {"nbgrader": {"grade_id": ["01-a"]}}},
    ]


def as_bytes(convert: Callable[[str], bytes]) -> Write:
    def write(folder: Path, notebook: dict[str, Any]) -> None:
        (folder / NOTEBOOK).write_bytes(convert(json.dumps(notebook, ensure_ascii=False, indent=1)))

    return write


def with_umlaut(encoding: str) -> Write:
    def write(folder: Path, notebook: dict[str, Any]) -> None:
        notebook["cells"][0]["source"] = "# Größe"
        (folder / NOTEBOOK).write_bytes(json.dumps(notebook, ensure_ascii=False).encode(encoding))

    return write


def two_hundred_megabytes(folder: Path, notebook: dict[str, Any]) -> None:
    with (folder / NOTEBOOK).open("w", encoding="utf-8") as stream:
        stream.write(json.dumps(notebook))
        stream.truncate(200 * 1024**2)


def link_to_solutions(folder: Path, notebook: dict[str, Any]) -> None:
    del notebook
    (folder / NOTEBOOK).symlink_to(Path(__file__).parents[2] / "source" / NOTEBOOK)


def a_pipe(folder: Path, notebook: dict[str, Any]) -> None:
    del notebook
    os.mkfifo(folder / NOTEBOOK)


def a_folder(folder: Path, notebook: dict[str, Any]) -> None:
    del notebook
    (folder / NOTEBOOK).mkdir()


def link_to_another(folder: Path, notebook: dict[str, Any]) -> None:
    del notebook
    (folder / NOTEBOOK).symlink_to(folder.parent / "honest" / NOTEBOOK)


def among_many_files(folder: Path, notebook: dict[str, Any]) -> None:
    """Beside the notebook: thousands of files, a deep path, and links that lead in a circle and out of the folder."""
    (folder / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")
    for number in range(6_000):
        (folder / f"a{number}").touch()
    (folder / Path(*["deep"] * 300)).mkdir(parents=True)
    (folder / "circle").symlink_to(folder)
    (folder / "root").symlink_to("/")


def made_version_3(notebook: dict[str, Any]) -> None:
    notebook["worksheets"] = [{"cells": notebook.pop("cells")}]
    notebook["nbformat"] = 3
