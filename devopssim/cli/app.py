"""`devopssim app`: the comparison with its sliders, as a page in the browser."""

import sys
from typing import Final

import click

USUAL_PORT: Final = 8866


@click.command()
@click.option(
    "--port", type=int, default=USUAL_PORT, show_default=True, help="Serve the page at this port of 127.0.0.1."
)
@click.option("--no-browser", is_flag=True, help="Only serve the page, do not open it.")
@click.option("--dark", is_flag=True, help="Light words on a dark page.")
def command(*, port: int, no_browser: bool, dark: bool) -> None:
    """Serve until Ctrl-C."""
    from devopssim.widgets import ADDRESS, check_port, serve

    check_port(port)
    sys.stderr.write(f"The page is at http://{ADDRESS}:{port}/ in a moment; Ctrl-C ends it.\n")
    serve(port=port, theme="dark" if dark else "light", browser=not no_browser)
