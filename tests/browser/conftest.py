"""One browser and one JupyterLab for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import pages, servers
from playwright.sync_api import Browser

NOTEBOOKS = {
    "compare": "import devopssim as ds\nwidget = ds.widgets.compare(replications=4)\nwidget",
    "explore": "import devopssim as ds\nds.widgets.explore(replications=4)",
    "board": "import devopssim as ds\nds.widgets.board(years=0.5)",
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
