"""Print the validation table: every reference figure, ours beside it with its interval, as Markdown.

python tests/validation/table.py
"""

import importlib
import sys
from pathlib import Path

CASES = (
    "test_v1_flow_ladder",
    "test_v2_phase_gates",
    "test_v3_brooks",
    "test_v4_pipeline",
    "test_v5_real_change",
    "test_v6_theory",
)


def table() -> str:
    """Return the table of all cases; running them takes about a minute."""
    lines = [
        "| case | figure | reference | ours | from | to | replications | agrees |",
        "|---|---|--:|--:|--:|--:|--:|---|",
    ]
    for name in CASES:
        for row in importlib.import_module(f"validation.{name}").rows():
            numbers = " | ".join(f"{number:.5g}" for number in (row.reference, row.ours, row.low, row.high))
            lines.append(
                f"| {row.case} | {row.figure} | {numbers} | {row.replications} | {'yes' if row.agrees else 'NO'} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a file, it finds its sisters as pytest does
    sys.stdout.write(table() + "\n")


if __name__ == "__main__":
    main()
