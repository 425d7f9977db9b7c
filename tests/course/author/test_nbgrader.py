"""nbgrader itself works with our sources and releases: it validates, releases, grades, and lists them for its formgrader."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from course import courses

NOTEBOOKS: Final = Path(__file__).parents[3] / "notebooks"
SOURCES: Final = sorted([*courses.SOURCE.glob("*.ipynb"), *NOTEBOOKS.glob("*.ipynb")])
PROGRAMS: Final = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
"""Where nbgrader finds alembic."""

THROUGH_ITS_API: Final = """
import json, pathlib, sys
from nbgrader.apps import NbGraderAPI
from nbgrader.nbgraderformat import MetadataValidator
from nbformat import read
from traitlets.config import Config

for path in map(pathlib.Path, sys.argv[1:]):
    MetadataValidator().validate_nb(read(path, as_version=4))
config = Config()
config.CourseDirectory.course_id = "delivery"
api = NbGraderAPI(config=config)
seen = {"released": api.generate_assignment("values")["success"]}
for student in ("ada", "grace", "mary"):
    seen[student] = api.autograde("values", student, create=True)["success"]
with api.gradebook as gradebook:
    seen["scores"] = {each.student.id: [each.score, each.max_score] for each in gradebook.assignment_submissions("values")}
seen["notebooks"] = [[each["name"], each["max_score"], each["needs_manual_grade"]] for each in api.get_notebooks("values")]
json.dump(seen, sys.stdout)
"""


def run(folder: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": PROGRAMS}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=check
    )


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A course as nbgrader wants it, with three submissions: all right, one exercise wrong, and nothing done."""
    home = tmp_path_factory.mktemp("nbgrader")
    course = courses.only("01-values", home / "source" / "values")
    for student, answers in {"ada": {}, "grace": {"x01_a": "median = 1.0"}}.items():
        folder = courses.hand_in(home / "submitted" / student / "values", "01-values", **answers)
        (folder / "exercises.toml").write_bytes((course / "exercises.toml").read_bytes())
    empty = courses.hand_in(
        home / "submitted" / "mary" / "values",
        "01-values",
        **dict.fromkeys(("x01_a", "x01_b", "x01_c", "x01_d"), "raise NotImplementedError()"),
    )
    (empty / "exercises.toml").write_bytes((course / "exercises.toml").read_bytes())
    done = run(home, "-c", THROUGH_ITS_API, *map(str, SOURCES))
    read: dict[str, Any] = json.loads(done.stdout)
    return {**read, "home": home}


def test_it_accepts_the_marks_of_every_notebook_and_releases(seen: dict[str, Any]) -> None:
    assert seen["released"]


def test_its_autograder_runs_our_hidden_tests(seen: dict[str, Any]) -> None:
    assert [seen[student] for student in ("ada", "grace", "mary")] == [True, True, True]
    assert seen["scores"] == {"ada": [10, 10], "grace": [8, 10], "mary": [0, 10]}


def test_its_formgrader_lists_the_notebook_with_its_points(seen: dict[str, Any]) -> None:
    assert seen["notebooks"] == [["01-values", 10, False]]


def test_its_validator_passes_a_solved_copy_and_names_what_a_wrong_one_lacks(seen: dict[str, Any]) -> None:
    source = run(seen["home"] / "source" / "values", "-m", "nbgrader", "validate", "01-values.ipynb")
    assert "Success" in source.stdout
    released = run(seen["home"] / "release" / "values", "-m", "nbgrader", "validate", "01-values.ipynb", check=False)
    assert "FAILED" in released.stdout
