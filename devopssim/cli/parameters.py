"""`devopssim parameters`: list every parameter of a scenario with its evidence."""

import sys

import click

from devopssim.cli.options import json_option, only_one_of
from devopssim.cli.scenarios import named


@click.command()
@click.argument("part", required=False, metavar="[PART]", help="List only this part: demand, team, process, quality, …")
@json_option
@click.option("--markdown", is_flag=True, help="Print the evidence cards as a Markdown table.")
@click.option("--toml", metavar="SCENARIO", help="Print a scenario (preset or TOML file) as TOML with all its values.")
def command(*, part: str | None, in_json: bool, markdown: bool, toml: str | None) -> None:
    """Print the evidence cards."""
    import json

    from devopssim.scenario import cards_as_markdown, cards_as_text, dumps, evidence_cards

    only_one_of({"--json": in_json, "--markdown": markdown, "--toml": toml is not None})
    if toml is not None:
        sys.stdout.write(dumps(named(toml)))
    elif in_json:
        print(json.dumps(evidence_cards(part), indent=1))
    else:
        sys.stdout.write((cards_as_markdown if markdown else cards_as_text)(evidence_cards(part)))
