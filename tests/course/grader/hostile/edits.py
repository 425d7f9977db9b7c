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


def split(notebook: dict[str, Any]) -> None:
    """Split an answer cell into two, which keep its marks."""
    cell = cell_of(notebook, "01-a")
    at = notebook["cells"].index(cell)
    notebook["cells"].insert(at + 1, {**cell, "id": "half", "source": "median = half.median()"})
    cell["source"] = "half = pd.Series(hours)"


def without_marks(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def large_outputs(notebook: dict[str, Any]) -> None:
    notebook["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 60_000_000}]


def nan_in_outputs(notebook: dict[str, Any]) -> None:
    notebook["cells"][1]["outputs"] = [{"data": {"application/json": [float("nan"), float("inf")]}}]


def attachment_bomb(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["attachments"] = {f"{number}.png": {"image/png": "A" * 100_000} for number in range(20)}


def many_copies(notebook: dict[str, Any]) -> None:
    cell = cell_of(notebook, "01-a")
    notebook["cells"] += [{**cell, "id": f"c{number}"} for number in range(20_000)]


def _written(path: Path, notebook: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def nested(folder: Path, notebook: dict[str, Any]) -> None:
    _written(folder / "my course" / "delivery" / NOTEBOOK, notebook)


def worked_in_a_copy(folder: Path, notebook: dict[str, Any]) -> None:
    _written(folder / "01-values-Copy1.ipynb", notebook)
    for grade_id in ("01-a", "01-b", "01-c", "01-d"):
        cell_of(notebook, grade_id)["source"] = ""
    _written(folder / NOTEBOOK, notebook)


def two_works(folder: Path, notebook: dict[str, Any]) -> None:
    _written(folder / NOTEBOOK, notebook)
    cell_of(notebook, "01-a")["source"] = "median = 1.0"
    _written(folder / "01-values (2).ipynb", notebook)


def upper_case(folder: Path, notebook: dict[str, Any]) -> None:
    _written(folder / "01-VALUES.IPYNB", notebook)


def very_deep(folder: Path, notebook: dict[str, Any]) -> None:
    """Beside the notebook: a path of 1,500 folders, longer than a path may be."""
    _written(folder / NOTEBOOK, notebook)
    home = os.open(folder, os.O_RDONLY)
    for _ in range(1_500):
        os.mkdir("deep", dir_fd=home)
        below = os.open("deep", os.O_RDONLY, dir_fd=home)
        os.close(home)
        home = below
    os.close(home)


def odd_names(folder: Path, notebook: dict[str, Any]) -> None:
    _written(folder / NOTEBOOK, notebook)
    for name in (b"\xff\xfe.ipynb", b"-rf.ipynb", b"$(id).ipynb", b"a\nb.ipynb", b"=1+1.ipynb"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("{}", encoding="utf-8")


def another_within(folder: Path, notebook: dict[str, Any]) -> None:
    """Hold a folder named like another student."""
    _written(folder / NOTEBOOK, notebook)
    (folder / "honest").mkdir()
    (folder / "honest" / "variant.json").write_text('{"student": "honest"}', encoding="utf-8")


def linked_variant(folder: Path, notebook: dict[str, Any]) -> None:
    _written(folder / NOTEBOOK, notebook)
    (folder / "variant.json").symlink_to("/etc/passwd")
