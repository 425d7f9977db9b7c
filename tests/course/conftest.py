"""The small course, read once for each module, and a sandbox where there is one."""

import needs
import pytest
from course import courses

from devopssim.course.author import Source, load_source
from devopssim.course.grader.sandbox import bubblewrap


@pytest.fixture(scope="module")
def whole_course() -> Source:
    return load_source(courses.SOURCE)


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return load_source(courses.only("01-values", tmp_path_factory.mktemp("values") / "course"))


@pytest.fixture
def sandboxed() -> str:
    reason = bubblewrap.problem()
    needs.require("bubblewrap", found=reason is None, how=f"`apt-get install bubblewrap` ({reason}).")
    return "bubblewrap"
