"""`devopssim app`: the comparison with its sliders, as a page in the browser."""

import argparse
import sys
from typing import Final

USUAL_PORT: Final = 8866


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--port", type=int, default=USUAL_PORT, help=f"serve the page at this port of 127.0.0.1 (default {USUAL_PORT})"
    )
    parser.add_argument("--no-browser", action="store_true", help="only serve the page, do not open it")
    parser.add_argument("--dark", action="store_true", help="light words on a dark page")


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    from devopssim.cli import DONE
    from devopssim.widgets import ADDRESS, check_port, serve

    check_port(arguments.port)
    sys.stderr.write(f"The page is at http://{ADDRESS}:{arguments.port}/ in a moment; Ctrl-C ends it.\n")
    serve(port=arguments.port, theme="dark" if arguments.dark else "light", browser=not arguments.no_browser)
    return DONE
