"""GitLab's runner: what it needs on this machine is named before anything begins."""

import pytest

from devopssim.livelab.errors import LabError
from devopssim.livelab.parts import gitlab


def test_a_missing_program_that_the_runner_copies_by_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gitlab, "_node", lambda: "node")
    monkeypatch.setattr(gitlab, "find_program", lambda name: None if name == "rsync" else name)
    with pytest.raises(
        LabError, match=r"by rsync, which is not installed; install it \(Debian, Ubuntu: `apt-get install rsync`\)"
    ):
        gitlab.runner()
