"""Where the course can be run: the files for Codespaces and Binder, and the pages about it, agree with the project's own scripts."""

import json
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from devopssim.cli import COMMANDS

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ("docs/running-the-course.md", "docs/instructor.md", "notebooks/README.md")
CONTAINER: Final[dict[str, Any]] = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
INSTALL: Final = (ROOT / "requirements" / "install.sh").read_text()


def commands(page: str) -> list[str]:
    """Return the command lines of a page: the lines of its blocks, and the project's commands in its sentences."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    return lines + re.findall(r"(?<!`)`((?:make|devopssim|requirements/\S+) [^`]+)`", text)


def oldest_python() -> tuple[int, int]:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    found = re.search(r"(\d+)\.(\d+)", wanted)
    assert found
    return int(found[1]), int(found[2])


def test_a_codespace_installs_by_the_projects_own_script_and_has_an_engine() -> None:
    script, lock, *_ = shlex.split(CONTAINER["postCreateCommand"])
    assert os.access(ROOT / script, os.X_OK)
    assert (ROOT / "requirements" / f"{lock}.txt").is_file()
    assert any("docker-in-docker" in feature for feature in CONTAINER["features"])
    assert "course start my-course" in CONTAINER["postCreateCommand"]


def test_the_pythons_of_codespaces_and_binder_are_new_enough() -> None:
    said = [CONTAINER["image"], (ROOT / "binder" / "runtime.txt").read_text()]
    found = [re.search(r"(?:python[:-])(\d+)\.(\d+)", text) for text in said]
    assert all(match and (int(match[1]), int(match[2])) >= oldest_python() for match in found)


def test_binder_installs_the_same_lock_and_devopssim_itself_as_the_projects_script_does() -> None:
    wanted = [
        line for line in (ROOT / "binder" / "requirements.txt").read_text().splitlines() if not line.startswith("#")
    ]
    (line,) = wanted
    assert (ROOT / "binder" / line.removeprefix("--requirement ")).resolve() == ROOT / "requirements" / "notebook.txt"
    build = (ROOT / "binder" / "postBuild").read_text()
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)
    assert "set -eu" in build
    for option in ("--no-deps", "--no-build-isolation", "--editable ."):
        assert option in build
        assert option in INSTALL


def test_the_script_for_binder_is_a_shell_script_without_mistakes_in_form() -> None:
    subprocess.run(["sh", "-n", ROOT / "binder" / "postBuild"], check=True)


def test_the_lock_that_places_install_can_build_devopssim_and_start_the_course() -> None:
    lock = (ROOT / "requirements" / "notebook.txt").read_text()
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    needed = [re.split(r"[<>=~\[ ]", name)[0] for name in backend] + [
        "editables",
        "jupyterlab",
        "nbgrader",
        "ipywidgets",
    ]
    assert [name for name in needed if not re.search(rf"^{name}==", lock, re.MULTILINE)] == []


@pytest.mark.parametrize("page", PAGES)
def test_commands_on_a_page_exist(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    lines = commands(page)
    assert lines
    for line in lines:
        words = shlex.split(line, comments=True)
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), line
        elif words[0].endswith("devopssim"):
            assert words[1] in COMMANDS, line
        elif words[0].startswith("requirements/"):
            assert os.access(ROOT / words[0], os.X_OK), line


@pytest.mark.parametrize("page", PAGES)
def test_links_on_a_page_lead_somewhere(page: str) -> None:
    here = (ROOT / page).parent
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if "://" not in link and not (here / link).exists()] == []


def test_conda_has_what_the_course_needs_as_well() -> None:
    wanted = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    plain = {re.split(r"[<>=]", name)[0] for name in wanted if isinstance(name, str)}
    assert {"jupyterlab", "nbgrader", "ipywidgets"} <= plain
