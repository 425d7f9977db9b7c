"""Every notebook is built alike, so that a learner finds in each what the last one taught to look for."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from notebooks.hints import questions, with_hints

from devopssim.course.author.answer_types import WrittenAnswer
from devopssim.course.author.exercises import load_course

FOLDER: Final = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS: Final = sorted(FOLDER.glob("*.ipynb"))
LONGEST_CELL: Final = 15
LONGEST_LINE: Final = 100
"""Characters that a laptop shows beside the file browser."""
CODE: Final = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
"""Code in Markdown is never typeset."""
IN_WORK: Final[frozenset[str]] = frozenset()
"""Live notebooks that wait for folded hints and links."""
Cell = dict[str, Any]

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells_of(path: Path) -> list[Cell]:
    cells: list[Cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


def source_of(cell: Cell) -> str:
    return "".join(cell["source"])


def prose_of(path: Path) -> str:
    return "\n\n".join(source_of(cell) for cell in cells_of(path) if cell["cell_type"] == "markdown")


def code_of(path: Path) -> list[Cell]:
    return [cell for cell in cells_of(path) if cell["cell_type"] == "code"]


def part_of(cell: Cell, name: str) -> bool:
    """Whether nbgrader's metadata make it an answer (`solution`) or a test (`grade`)."""
    return bool(cell["metadata"].get("nbgrader", {}).get(name))


def ids_in(path: Path) -> list[str]:
    """Return the exercises of a notebook: the grade ids of its answers."""
    return [cell["metadata"]["nbgrader"]["grade_id"] for cell in cells_of(path) if part_of(cell, "solution")]


@each_notebook
def test_it_begins_with_its_question_and_what_it_takes(path: Path) -> None:
    first = source_of(cells_of(path)[0])
    title = first.splitlines()[0]
    assert title.startswith(f"# {path.name.partition('-')[0]} · "), title
    assert [word for word in ("You will be able to", "**Time**", "**Before**", "**Needs**") if word not in first] == []


@each_notebook
def test_it_ends_with_what_to_remember_and_where_to_read_on(path: Path) -> None:
    prose = prose_of(path)
    assert [words for words in ("## What to remember", "**Further reading**") if words not in prose] == []


@each_notebook
def test_a_surprise_is_predicted_before_it_is_seen(path: Path) -> None:
    assert "> **Predict.**" in prose_of(path)


@each_notebook
def test_a_cell_can_be_read_at_a_glance(path: Path) -> None:
    """Not counted: what only instructors and graders see."""
    shown = [
        source_of(cell).split("### BEGIN HIDDEN TESTS")[0] for cell in code_of(path) if not part_of(cell, "solution")
    ]
    assert shown
    assert [text.splitlines()[0] for text in shown if len(text.splitlines()) > LONGEST_CELL] == []


@each_notebook
def test_helpers_live_in_the_package(path: Path) -> None:
    """A function stands in a notebook where a learner writes it, or where a slider calls it."""
    helpers = [
        source_of(cell)
        for cell in code_of(path)
        if re.search(r"^\s*(def|class) ", source_of(cell).split("### BEGIN HIDDEN TESTS")[0], re.MULTILINE)
        and not part_of(cell, "solution")
        and "interact" not in source_of(cell)
    ]
    assert helpers == []


@each_notebook
def test_a_figure_has_its_words_or_numbers_beside_it(path: Path) -> None:
    code = code_of(path)
    silent = []
    for at, cell in enumerate(code):
        if not any("image/png" in output.get("data", {}) for output in cell["outputs"]):
            continue
        beside = [output for near in code[at : at + 2] for output in near["outputs"]]
        has_text = any(output["output_type"] == "stream" for output in beside)
        if not has_text and not any("text/html" in output.get("data", {}) for output in beside):
            silent.append(source_of(cell))
    assert silent == []


@each_notebook
def test_it_was_saved_without_errors_and_warnings(path: Path) -> None:
    outputs = [(source_of(cell), output) for cell in code_of(path) for output in cell["outputs"]]
    loud = [(text, output) for text, output in outputs if "error" in (output["output_type"], output.get("name"))]
    assert outputs
    assert [text for text, _ in loud] == []
    assert [text for text, output in outputs if output.get("name") == "stderr"] == []


@each_notebook
def test_a_printed_sentence_is_wrapped_at_words(path: Path) -> None:
    """JupyterLab breaks a longer line within a word. What the lab and commands print is theirs."""
    own = [cell for cell in code_of(path) if not re.search(r"\blab\b|^\s*!", source_of(cell), re.MULTILINE)]
    lines = [
        line for cell in own for output in cell["outputs"] for line in "".join(output.get("text", "")).splitlines()
    ]
    assert [line for line in lines if len(line) > LONGEST_LINE] == []


@each_notebook
def test_a_price_is_not_taken_for_mathematics(path: Path) -> None:
    """JupyterLab typesets what stands between two `$` of a cell as a formula, with a backslash before them too."""
    markdown = [source_of(cell) for cell in cells_of(path) if cell["cell_type"] == "markdown"]
    assert [text for text in markdown if CODE.sub("", text).count("$") > 1] == []


@pytest.mark.parametrize(("path", "following"), list(pairwise(NOTEBOOKS)), ids=[path.stem for path in NOTEBOOKS[:-1]])
def test_it_leads_to_the_next_one(path: Path, following: Path) -> None:
    title = source_of(cells_of(following)[0]).splitlines()[0].removeprefix("# ")
    assert f"**Next** [{title}]({following.name})" in prose_of(path)


@each_notebook
def test_its_exercises_have_hints_in_two_steps_and_one_is_answered_in_words(path: Path) -> None:
    course = load_course(FOLDER)
    exercises = [course.exercise(name) for name in ids_in(path)]
    written = [exercise for exercise in exercises if isinstance(exercise.kind, WrittenAnswer)]
    assert 2 <= len(exercises) - len(written) <= 8
    assert len(written) >= 1
    assert [exercise.id for exercise in exercises if exercise not in written and len(exercise.hints) < 2] == []
    assert [exercise.id for exercise in exercises if not exercise.hints] == []


each_finished_notebook = pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path.name[:2] not in IN_WORK], ids=lambda path: path.stem
)


@each_finished_notebook
def test_every_reference_is_a_link(path: Path) -> None:
    reading = prose_of(path).partition("**Further reading**")[2].partition("\n\n")[0]
    entries = [" ".join(entry.split()) for entry in reading.split(" · ")]
    assert [entry for entry in entries if re.search(r"\b(19|20)\d\d\b", entry) and "](http" not in entry] == []


@each_finished_notebook
def test_what_a_page_refers_to_is_in_the_students_copy(path: Path) -> None:
    """The repository's `docs/` is not; the notebooks' folder is."""
    prose = prose_of(path)
    assert re.findall(r"docs/[\w/-]+\.md", prose) == []
    linked = [target for target in re.findall(r"\]\(([^)#]+)", prose) if "://" not in target]
    assert [target for target in linked if not (FOLDER / target).is_file()] == []


@each_finished_notebook
def test_the_hints_are_one_click_under_the_exercise(path: Path) -> None:
    course = load_course(FOLDER)
    for name, cell in questions(cells_of(path)):
        assert source_of(cell) == with_hints(source_of(cell), course.exercise(name).hints), (
            "run `python tests/notebooks/hints.py`"
        )


@each_notebook
def test_a_written_answer_has_a_mark_scheme_and_a_model_answer(path: Path) -> None:
    written = [cell for cell in cells_of(path) if cell["cell_type"] == "markdown" and part_of(cell, "solution")]
    scheme = re.compile(r"=== BEGIN MARK SCHEME ===\n.+=== END MARK SCHEME ===\n.{200,}", re.DOTALL)
    assert written
    assert [source_of(cell) for cell in written if not scheme.search(source_of(cell))] == []


@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if "up_or_recorded" in path.read_text()], ids=lambda path: path.stem
)
def test_a_live_notebook_takes_its_lab_down_at_the_end(path: Path) -> None:
    cells = code_of(path)
    last_test = max(at for at, cell in enumerate(cells) if part_of(cell, "grade"))
    ends = [at for at, cell in enumerate(cells) if "lab.down(" in source_of(cell)]
    assert ends, "the lab is never taken down"
    assert min(ends) > last_test, "the grader must find what the exercises left"


def test_every_exercise_that_is_declared_is_asked_somewhere() -> None:
    asked = {name for path in NOTEBOOKS for name in ids_in(path)}
    assert load_course(FOLDER).exercises.keys() == asked
