"""Print the calibration table: model, the field's band, and the distance to it, as Markdown.

python tests/validation/calibration.py
"""

import importlib
import sys
from pathlib import Path

from devopssim.cards import cards


def table() -> str:
    """Return the table and the list of parameters that were tuned; takes half a minute."""
    test = importlib.import_module("validation.test_calibration")
    lines = ["| preset | KPI | model | from | to | the field | distance |", "|---|---|--:|--:|--:|---|--:|"]
    for (scenario, kpi), band in test.BANDS.items():
        estimate, low, high = test.interval(scenario, kpi)
        distance = max(0.0, band.low - estimate, estimate - band.high)
        numbers = " | ".join(f"{number:.3g}" for number in (estimate, low, high))
        field = f"{band.low:.3g} to {band.high:.3g} ({band.said_by})"
        lines.append(f"| {scenario} | {kpi} | {numbers} | {field} | {distance:.3g} |")
    tuned = "\n".join(f"- `{card['name']}` = {card['default']:g} {card['unit']}" for card in cards() if card["tuned"])
    return "\n".join([*lines, "", "Defaults that were tuned to land there:", "", tuned])


def main() -> None:
    """Print the table."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file, it finds its sisters as pytest does
    sys.stdout.write(table() + "\n")


if __name__ == "__main__":
    main()
