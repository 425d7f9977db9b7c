"""Pages in a real browser: their requests, the errors on their consoles, and screenshots."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import needs
from browser.servers import Server
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Route, sync_playwright

FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HERE: Final = ("127.0.0.1", "localhost", "")
PATIENCE: Final = 180_000
"""Milliseconds until a test fails; long, because a busy computer is slow, not wrong."""
ARTEFACTS: Final = Path(__file__).parents[2] / "artefacts"
SPLASH: Final = "Failed to execute 'removeChild' on 'Node'"
"""JupyterLab's own error: two splash screens at once, of the start and of a change of theme, remove the same element. The widgets
never call `removeChild`."""


@dataclass
class Watched:
    """A page, the addresses on other computers that it requested, and the errors on its console."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def shot(self, name: str) -> None:
        """Save a screenshot of the whole page for a person to check."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield the browser of this computer, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=needs.browser(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched(
    browser: Browser, *, dark: bool = False, calm: bool = False, size: tuple[int, int] = (1400, 1500)
) -> Iterator[Watched]:
    """Yield a new watched page; requests to other computers are recorded and aborted."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce" if calm else "no-preference",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    seen = Watched(page=page)

    def guard(route: Route, request: Request) -> None:
        if urlsplit(request.url).hostname in HERE or request.url.startswith(("data:", "blob:", "file:")):
            route.continue_()
        else:
            seen.outside.append(request.url)
            route.abort()

    def record_error(message: ConsoleMessage) -> None:
        if message.type == "error":
            seen.errors.append(f"{message.text} ({message.location.get('url', '')})")

    page.route("**/*", guard)
    page.on("console", record_error)
    page.on("pageerror", lambda error: None if SPLASH in str(error) else seen.errors.append(str(error)))
    try:
        yield seen
    finally:
        context.close()


def notebook(path: Path, *cells: str) -> None:
    """Write a notebook with these cells."""
    content = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{index}",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": source,
            }
            for index, source in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(content))


def open_notebook(seen: Watched, lab: Server, name: str, *, dark: bool = False) -> None:
    """Open a notebook alone on the page, and run all of it."""
    page = seen.page
    page.goto(f"{lab.address}/doc/tree/{name}?token={lab.token}")
    page.wait_for_function("window.jupyterapp?.restored?.then ? window.jupyterapp.restored.then(() => true) : false")
    theme(page, dark=dark)
    page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")
    page.wait_for_function(
        "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus === 'connected'"
    )
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")


def theme(page: Page, *, dark: bool) -> None:
    """Make JupyterLab light or dark."""
    name = "JupyterLab Dark" if dark else "JupyterLab Light"
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
    page.wait_for_selector(f"body[data-jp-theme-name='{name}']", state="attached")
    page.wait_for_selector("#jupyterlab-splash", state="detached")


def until(true: Callable[[], Any], what: str, *, seconds: float = PATIENCE / 1000) -> Any:
    """Return what `true` returns as soon as it is true; fail after the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := true():
            return value
        time.sleep(0.05)
    raise AssertionError(f"timed out after {seconds:g} s, waiting until {what}")
