#!/usr/bin/env python3
"""Take nbgrader's instructor pages (formgrader, lists of courses and assignments) out of this Python's JupyterLab, or bring them back.

Making student copies needs nbgrader as a library only, and students would see buttons that lead nowhere.

    .venv/bin/python requirements/hide_nbgrader.py [show]
"""

import json
import sys
from pathlib import Path

PARTS = ("formgrader", "validate_assignment", "assignment_list", "course_list")
CONFIGURATION = Path(sys.prefix, "etc", "jupyter")


def change(path: Path, where: tuple[str, ...], values: dict[str, bool]) -> None:
    """Set values in a JSON file of Jupyter's, and keep its others."""
    settings = json.loads(path.read_text()) if path.is_file() else {}
    part = settings
    for name in where:
        part = part.setdefault(name, {})
    part.update(values)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings, indent=2) + "\n")


def main() -> None:
    """Hide the pages, or show them."""
    shown = sys.argv[1:] == ["show"]
    extensions = {f"nbgrader.server_extensions.{part}": shown for part in PARTS}
    # read after nbgrader's own nbgrader.json, because its name sorts later
    server = CONFIGURATION / "jupyter_server_config.d" / "nbgrader_hidden.json"
    change(server, ("ServerApp", "jpserver_extensions"), extensions)
    change(CONFIGURATION / "labconfig" / "page_config.json", ("disabledExtensions",), {"@jupyter/nbgrader": not shown})


main()
