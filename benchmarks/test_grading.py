"""What grading costs with a prepared process, and without one: elapsed time of six submissions of one notebook."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from course.grader import load

from devopssim.course.grader.sandbox.bubblewrap import Bubblewrap


class Cold(Bubblewrap):
    """A bubblewrap that starts Python for each notebook."""

    @contextmanager
    def prepared(self, imports: Sequence[str]) -> Iterator[None]:
        del imports
        yield


@pytest.mark.benchmark(group="grading")
@pytest.mark.parametrize("sandbox", [Bubblewrap, Cold], ids=["prepared", "cold"])
def test_submissions(benchmark: Any, sandbox: type[Bubblewrap], tmp_path: Path) -> None:
    folders = iter(tmp_path / str(number) for number in range(9))

    def grade() -> load.Load:
        folder = next(folders)
        return load.graded(sandbox(secret=[folder]), 6, 2, folder)

    assert benchmark.pedantic(grade, rounds=2).wrong == {}
