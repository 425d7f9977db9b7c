"""What bubblewrap shows and hides."""

import subprocess
from pathlib import Path

import needs
import pytest
from course import courses

import devopssim
from devopssim.course.author import Source, load_source
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.sandbox import Limits, bubblewrap, choose_sandbox, host
from devopssim.course.grader.submissions import Submission


def test_bubblewrap_hides_the_source_even_beside_python(tmp_path: Path, sandboxed: str) -> None:
    secret = Path(devopssim.__file__).parent / "course" / "grader" / "reports" / "templates"
    assert list(secret.iterdir())
    sandbox = choose_sandbox(sandboxed, secret=[secret])
    course = load_source(courses.only("01-values", tmp_path / "course"))
    path = courses.hand_in(
        tmp_path / "ada", "01-values", x01_a=f"import os\nmedian = 6.5 if not os.listdir({str(secret)!r}) else 1.0"
    )
    assert Grader(source=course, sandbox=sandbox).grade(Submission(student="ada", path=path)).points == 10


def test_bubblewrap_shows_what_lies_below_the_folder_that_it_gives_for_scratch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's checkout, and Python in it, may lie below /tmp."""
    needs.require("bubblewrap", found=bubblewrap.problem() is None, how="`apt-get install bubblewrap`.")
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "file").touch()
    folders = [*host.folders(), tmp_path / "shown"]
    monkeypatch.setattr(host, "folders", lambda: folders)
    words = [*bubblewrap.Bubblewrap().arguments(Limits()), "/bin/ls", str(tmp_path / "shown")]
    assert subprocess.run(words, capture_output=True, text=True, check=False).stdout == "file\n"


def test_an_answer_may_read_the_recorded_logs(tmp_path: Path, values: Source, sandboxed: str) -> None:
    reading = "from devopssim.livelab import recorded\nmedian = 6.5 if len(recorded.log('by_hand')) else 1.0"
    path = courses.hand_in(tmp_path / "ada", "01-values", x01_a=reading)
    grade = Grader(source=values, sandbox=choose_sandbox(sandboxed)).grade(Submission(student="ada", path=path))
    assert (grade.points, grade.remarks) == (10, [])
