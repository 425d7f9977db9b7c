"""`devopssim parameters`: every parameter of a scenario with its evidence."""

import argparse
import sys

from devopssim.cli.scenarios import named


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("part", nargs="?", metavar="PART", help="only this part: demand, team, process, quality, …")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the cards as JSON")
    form.add_argument("--markdown", action="store_true", help="print the cards as a Markdown table")
    form.add_argument(
        "--toml", metavar="SCENARIO", help="print a scenario (a preset or a TOML file) with every value stated"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the cards."""
    import json

    from devopssim.cli import DONE
    from devopssim.scenario import cards_as_markdown, cards_as_text, dumps, evidence_cards

    if arguments.toml:
        sys.stdout.write(dumps(named(arguments.toml)))
        return DONE
    chosen = evidence_cards(arguments.part)
    if arguments.json:
        print(json.dumps(chosen, indent=1))
    elif arguments.markdown:
        sys.stdout.write(cards_as_markdown(chosen))
    else:
        sys.stdout.write(cards_as_text(chosen))
    return DONE
