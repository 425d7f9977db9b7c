"""The small course that the tests grade, and submissions to it."""

import json
from pathlib import Path
from typing import Any, Final

SOURCE: Final = Path(__file__).parent / "source"


def without_hidden_tests(path: Path) -> dict[str, Any]:
    """Return a notebook as a student hands it in whose answers are the instructor's, without the hidden regions."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        cell["source"] = (
            text.partition("### BEGIN HIDDEN")[0] if cell["metadata"].get("nbgrader", {}).get("grade") else text
        )
    return notebook


def right_notebook(name: str = "01-values") -> dict[str, Any]:
    """Return one of the test course's notebooks with right answers."""
    return without_hidden_tests(SOURCE / f"{name}.ipynb")


def hand_in(folder: Path, *notebooks: str, **answers: str) -> Path:
    """Write a submission with right answers, but for those given by grade id (`_` stands for `-`): `hand_in(…, a_1="…")`."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {name.replace("_", "-").removeprefix("x"): text for name, text in answers.items()}
    for name in notebooks or ("01-values", "02-delivery"):
        notebook = right_notebook(name)
        for cell in notebook["cells"]:
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = wanted.get(grade_id, cell["source"])
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def only(notebook: str, folder: Path) -> Path:
    """Make a course of one of the notebooks, for tests that need no more."""
    folder.mkdir(parents=True)
    for name in (f"{notebook}.ipynb", "exercises.toml"):
        (folder / name).write_bytes((SOURCE / name).read_bytes())
    return folder
