"""Without an engine, a live cell shows what it printed when it was recorded on one, and says so."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from course import courses

from devopssim.course.author.recorded_outputs import (
    RECORDED_FILE,
    is_live,
    load_recorded,
    recorded_file,
    recorded_outputs,
)

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
LIVE = 'if lab.live:\n    print("the shop answers")'
KERNEL = """
import sys
from types import SimpleNamespace
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
from devopssim.course import variant

variant()
variant()
shell.user_ns["lab"] = SimpleNamespace(live=sys.argv[1] == "live")
for cell in ({live!r}, "1", {live!r} + "  # another"):
    print("cell")
    shell.run_cell(cell)
"""


def notebook(*cells: Mapping[str, object]) -> str:
    return json.dumps({"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def code(source: str, *outputs: Mapping[str, object], **metadata: object) -> dict[str, object]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "metadata": metadata, "execution_count": 1}


def stream(text: str) -> dict[str, object]:
    return {"output_type": "stream", "name": "stdout", "text": [text]}


def test_outputs_of_live_cells_are_kept_and_those_of_answers_are_not(tmp_path: Path) -> None:
    table = {"output_type": "display_data", "data": {"text/plain": "a", "text/html": ["<b>", "a</b>"]}, "metadata": {}}
    cells = [
        code(LIVE, stream("it does\n"), table),
        code("if lab.live:\n    pass"),
        code("if lab.live:\n    answer = 1", stream("secret"), nbgrader={"solution": True}),
        code("print(1)", stream("1")),
    ]
    (tmp_path / "01-live.ipynb").write_text(notebook(*cells))
    assert recorded_outputs(tmp_path) == {LIVE: [{"text/plain": "it does\n"}, {"text/html": "<b>a</b>"}]}
    (tmp_path / RECORDED_FILE).write_bytes(recorded_file(tmp_path)[RECORDED_FILE])
    (tmp_path / "01-live.ipynb").unlink()
    assert load_recorded(tmp_path)[LIVE][0] == {"text/plain": "it does\n"}


def test_a_course_without_live_cells_has_no_such_file() -> None:
    assert not recorded_file(courses.SOURCE)


def run(folder: Path, state: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", KERNEL.format(live=LIVE), state], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_skipped_cell_shows_its_recording_once_marked_and_a_live_one_runs(tmp_path: Path) -> None:
    (tmp_path / "exercises.toml").write_text('course = "x"')
    (tmp_path / "01-live.ipynb").write_text(notebook(code(LIVE, stream("the recorded shop answers\n"))))
    skipped = run(tmp_path, "recorded").split("cell\n")[1:]
    assert skipped[0].splitlines() == ["Recorded on a real engine; nothing ran here:", "the recorded shop answers"]
    assert "Recorded" not in skipped[1] + skipped[2]
    assert "Recorded" not in run(tmp_path, "live")


def test_every_live_cell_of_the_course_that_prints_has_its_recording() -> None:
    recorded = recorded_outputs(NOTEBOOKS)
    live = [
        cell
        for path in sorted(NOTEBOOKS.glob("*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code" and is_live("".join(cell["source"])) and not cell["metadata"].get("nbgrader")
    ]
    assert len(live) >= 30
    assert [
        "".join(cell["source"]) for cell in live if cell["outputs"] and "".join(cell["source"]).strip() not in recorded
    ] == []
