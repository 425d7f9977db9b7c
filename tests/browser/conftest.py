"""One browser and one JupyterLab for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import pages, servers
from playwright.sync_api import Browser

# Replications are short here, so that they finish while a test waits, also without the fast engine.
NOTEBOOKS = {
    "compare": "from devopssim import AGILE, DEVOPS, WATERFALL, vary, widgets\n"
    "year = {scenario.name: vary(scenario, {'years': 1}) for scenario in (WATERFALL, AGILE, DEVOPS)}\n"
    "widgets.compare(year, replications=3)",
    "explore": "from devopssim import DEVOPS, vary, widgets\n"
    "widgets.explore(vary(DEVOPS, {'years': 0.5}), replications=3)",
    "board": "from devopssim import DEVOPS, widgets\nwidgets.board(DEVOPS, years=0.5)",
}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with pages.chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    """A JupyterLab with one notebook for each widget."""
    folder: Path = tmp_path_factory.mktemp("lab")
    for name, cell in NOTEBOOKS.items():
        pages.notebook(folder / f"{name}.ipynb", cell)
    with servers.jupyterlab(folder) as server:
        yield server
