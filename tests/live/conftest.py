"""One lab for all the tests of the chapter, in its order; and the times of its steps, printed at the end."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import docker
import pytest
from live.steps import Timed

from devopssim import livelab as labs
from devopssim.livelab import Lab, workspace
from devopssim.livelab.engine import find_or_start_engine

COURSE: Final = "test-course"

_times: list[tuple[str, float]] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show how long each step of the chapter took on this machine; no test passes or fails by it."""
    if _times:
        terminalreporter.section("times of the live lab's steps")
        for step, seconds in _times:
            terminalreporter.write_line(f"{seconds:7.1f} s  {step}")


@pytest.fixture(scope="session")
def timed() -> Timed:
    """A clock for the steps of the chapter, used in a `with` block."""

    @contextmanager
    def note(step: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        _times.append((step, time.monotonic() - began))

    return note


@pytest.fixture(scope="session")
def lab(timed: Timed) -> Iterator[Lab]:
    """The lab in which the chapter is done from its first to its last exercise."""
    labs.down(COURSE, keep_work=False)  # what a run that was killed left
    with timed("lab up, with all images that are not there yet"):
        started = labs.up(COURSE, progress=False)
    yield started
    with timed("lab down"):
        started.down(keep_work=False)


@pytest.fixture(scope="session")
def shipped(lab: Lab, timed: Timed) -> Lab:
    """The lab after the chapter's first release by hand, with the chapter's own commands."""
    with timed("docker login"):
        lab.sh(
            f"docker login {lab.registry.address} -u {workspace.USER} --password-stdin", stdin=lab.registry.password()
        )
    with timed("docker build, the first"):
        lab.sh(f"docker build -t {lab.workspace.image}:latest .")
    with timed("docker push --all-tags, the first"):
        lab.sh(f"docker push {lab.workspace.image} --all-tags")
    with timed("docker compose pull"):
        lab.sh("docker compose pull", cwd=lab.workspace.production)
    with timed("docker compose up -d, until healthy"):
        lab.sh("docker compose up -d", cwd=lab.workspace.production)
        lab.production.wait_healthy("web")
    return lab


@pytest.fixture
def client() -> Iterator[docker.DockerClient]:
    """A client of the engine that runs now."""
    found = find_or_start_engine().client()
    yield found
    found.close()


@pytest.fixture
def named() -> Iterator[Callable[[str], str]]:
    """Names for labs of one test, which are taken down at its end whatever happened to them."""
    given: list[str] = []

    def name(word: str) -> str:
        given.append(f"test-{word}-{os.getpid()}")
        return given[-1]

    yield name
    for each in given:
        labs.down(each, keep_work=False)
