"""The comparison as a page of its own, served by Voilà on this computer."""

import json
import os
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any, Final, NoReturn

from devopssim.errors import InvalidInputError

ADDRESS: Final = "127.0.0.1"
"""Address at which `serve` offers the page: this machine only."""
TITLE: Final = "devopssim"
HEADING: Final = """# Waterfall, agile, DevOps: what changes, and why?

Each column shows one workflow. All workflows receive the same requests, have the same team and use the same random numbers. Choose a
workflow, move a slider, and read what changes and why. Use the model to learn and to compare; it does not forecast a real
organisation."""
CELLS: Final = ("import devopssim\ndevopssim.widgets.compare()",)
EXTENSIONS: Final = ("@jupyter-widgets/jupyterlab-manager", "@voila-dashboards/widgets-manager8", "anywidget")
"""JupyterLab extensions that the page loads; other installed ones may require a whole JupyterLab."""
HIGHEST_PORT: Final = 65535


def serve(*, port: int, browser: bool = True) -> None:
    """Serve `widgets.compare` at http://127.0.0.1:`port`/ until Ctrl-C or the signal TERM.

    The page is light or dark as the reader's system is.

    Parameters
    ----------
    port : int
        Port, 1 to 65535.
    browser : bool
        Open the page in a browser.

    Raises
    ------
    InvalidInputError
        If the port is out of range or in use, or Voilà is not installed.

    Examples
    --------
    >>> serve(port=0)
    Traceback (most recent call last):
        ...
    devopssim.errors.InvalidInputError: port=0 (port of the page) must lie between 1 and 65535.
    """
    check_port(port)
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(Path(__file__).parent), os.environ.get("JUPYTER_PATH")])
    )
    voila = _voila()
    signal.signal(signal.SIGTERM, _interrupt)
    with tempfile.TemporaryDirectory(prefix="devopssim-app-") as folder:
        path = Path(folder) / f"{TITLE}.ipynb"
        path.write_text(json.dumps(notebook()), encoding="utf-8")
        options = [f"--port={port}", "--Voila.port_retries=0", f"--Voila.ip={ADDRESS}"]
        options += [f"--VoilaConfiguration.extension_allowlist={name}" for name in EXTENSIONS]
        options += ["--template=devopssim", "--Voila.log_level=ERROR", *([] if browser else ["--no-browser"])]
        voila.launch_instance(argv=[str(path), *options])


def check_port(port: int) -> None:
    """Check that a page can be served at this port.

    Parameters
    ----------
    port : int
        Port, 1 to 65535.

    Raises
    ------
    InvalidInputError
        If the port is out of range or in use; the message suggests another port.

    Examples
    --------
    >>> check_port(0)
    Traceback (most recent call last):
        ...
    devopssim.errors.InvalidInputError: port=0 (port of the page) must lie between 1 and 65535.
    """
    if not 1 <= port <= HIGHEST_PORT:
        raise InvalidInputError(f"port={port} (port of the page) must lie between 1 and {HIGHEST_PORT}.")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # POSIX: a port that was in use a moment ago counts as free; on Windows the option would share a port in use
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise InvalidInputError(
                f"port={port} (port of the page) cannot be used: {error.strerror}; choose another port, for example --port {port % HIGHEST_PORT + 1}."
            ) from error


def notebook() -> dict[str, Any]:
    """Return the notebook behind the page, in nbformat 4: a heading and the widget.

    Examples
    --------
    >>> [cell["cell_type"] for cell in notebook()["cells"]]
    ['markdown', 'code']
    """
    heading = {"cell_type": "markdown", "id": "heading", "metadata": {}, "source": HEADING}
    code: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"cell-{index}",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": source,
        }
        for index, source in enumerate(CELLS)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": [heading, *code], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _voila() -> Any:
    """Return Voilà's application class; raise InvalidInputError if it is not installed."""
    try:
        from voila.app import Voila  # type: ignore[import-untyped] # noqa: PLC0415 - slow, and part of the extra `notebook`
    except ModuleNotFoundError as error:
        message = f'the page requires {error.name}, which is not installed; run pip install "devopssim[notebook]" or `make lab`.'
        raise InvalidInputError(message) from error
    return Voila


def _interrupt(*_: object) -> NoReturn:
    """Turn the signal TERM into Ctrl-C, which Voilà handles."""
    raise KeyboardInterrupt
