"""`devopssim livelab up | status | down | env | log | record | purge`: the live lab from a terminal."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from devopssim.cli.command_group import CommandGroup
from devopssim.cli.options import FILE, json_option

if TYPE_CHECKING:
    from devopssim.livelab import Lab

NAME: Final = "lab"

name_option: Final = click.option("--name", default=NAME, show_default=True, help="The lab's name.")


@click.group(cls=CommandGroup)
def command() -> None:
    """Start, show and remove the live lab on a container engine."""


@command.command("up", help="start the lab: engine, images, registry, the shop's repository, production")
@name_option
@click.option("--port", type=int, help="Where users reach the shop on 127.0.0.1 (default: a free port).")
def up(*, name: str, port: int | None) -> None:
    """Start the lab and print how to go on."""
    from devopssim import livelab

    print(_greeting(livelab.up(name, port=port)))


def _greeting(lab: "Lab") -> str:
    place = lab.workspace
    name = "" if lab.name == NAME else f" --name {lab.name}"
    return "\n".join(
        (
            f"The lab {lab.name!r} is up, on engine {place.engine.version} ({place.engine.found}), images from {place.images.origin}.",
            f"  your repository   {place.shop}",
            f"  production        {place.production}  (compose files)",
            f"  registry          {place.registry}  (user student, password in {place.secret('registry')})",
            f"  the shop          {lab.production.url}  (after the first deployment)",
            "",
            f'In a terminal: eval "$(devopssim livelab env{name})", then for example',
            f'  docker login "$REGISTRY" -u student --password-stdin < {place.secret("registry")}',
            f'  cd {place.shop} && docker build -t "$REGISTRY/shop:latest" . && docker push "$REGISTRY/shop" --all-tags',
            f"  cd {place.production} && docker compose pull && docker compose up -d",
            f"At the end: devopssim livelab down{name}",
        )
    )


@command.command("status", help="show what there is of any lab on this machine")
@json_option
def status(*, in_json: bool) -> None:
    """Print what there is of any lab."""
    import json
    from dataclasses import asdict

    from devopssim import livelab

    objects = livelab.status()
    if in_json:
        print(json.dumps([asdict(it) for it in objects], indent=2))
    elif not objects:
        print("No lab runs on this machine, and nothing of one is left.")
    else:
        print("\n".join(f"{it.lab:20} {it.type:10} {it.name}" for it in objects))


@command.command("down", help="remove everything of the lab; your repository is kept if you changed it")
@name_option
@click.option("--discard", is_flag=True, help="Do not keep your repository either.")
def down(*, name: str, discard: bool) -> None:
    """Remove the lab."""
    from devopssim import livelab

    kept = livelab.down(name, keep_work=not discard)
    if kept:
        print(f"Your repository is kept in {kept}.")
    print(f"The lab {name!r} is gone.")


@command.command("env", help='print what a terminal needs to find the lab: eval "$(devopssim livelab env)"')
@name_option
def env(*, name: str) -> None:
    """Print the lab's environment as shell assignments."""
    from devopssim import livelab

    for key, value in livelab.attach(name).workspace.own_environment().items():
        print(f"export {key}={shlex.quote(value)}")


@command.command("log", help="write the event log of the lab, for `devopssim kpis`")
@name_option
@click.option("--out", type=FILE, metavar="FILE", required=True, help="A .csv or .parquet file.")
def log(*, name: str, out: Path) -> None:
    """Write the lab's event log."""
    from devopssim import events, livelab

    lab_log = livelab.attach(name).log()
    events.write(lab_log, out)
    print(f"{out}: {len(lab_log)} events.")


@command.command("record", help="do an exercise by script in a lab of its own and keep its log")
@click.argument("exercise", metavar="EXERCISE", help="by_hand, automate, operate, secure, or all.")
@click.option(
    "--out", type=FILE, metavar="DIR", default=Path("data/recorded"), show_default=True, help="Where the log goes."
)
def record(*, exercise: str, out: Path) -> None:
    """Do an exercise by script, or all of them, and keep the logs."""
    from devopssim.livelab import EXERCISES
    from devopssim.livelab import record as record_exercise

    for name in list(EXERCISES) if exercise == "all" else [exercise]:
        print(record_exercise(name, out, report=lambda words: print(f"  {words}", file=sys.stderr)))


@command.command("purge", help="remove the images and the engine's data that are kept for next time")
def purge() -> None:
    """Remove what is cached for the next lab."""
    from devopssim.livelab import purge_cache

    purge_cache()
    print("Nothing is kept for next time any more.")
