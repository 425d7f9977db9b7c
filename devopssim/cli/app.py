"""`devopssim app`: serve the comparison widget as a page in the browser."""

import sys
from typing import Final

import click

DEFAULT_PORT: Final = 8866


@click.command()
@click.option(
    "--port", type=int, default=DEFAULT_PORT, show_default=True, help="Port on 127.0.0.1 that serves the page."
)
@click.option("--no-browser", is_flag=True, help="Serve the page without opening a browser.")
def command(*, port: int, no_browser: bool) -> None:
    """Serve the page until Ctrl-C. It is light or dark as your system is."""
    from devopssim.widgets import ADDRESS, check_port, serve

    check_port(port)
    sys.stderr.write(f"Serving the page at http://{ADDRESS}:{port}/; press Ctrl-C to stop.\n")
    serve(port=port, browser=not no_browser)
