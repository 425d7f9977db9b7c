"""`devopssim livelab up | status | down | env | log | record | purge`: control the live lab from a terminal."""

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

name_option: Final = click.option("--name", default=NAME, show_default=True, help="Name of the lab.")


@click.group(cls=CommandGroup)
def command() -> None:
    """Start, show and remove the live lab on a container engine."""


@command.command("up", help="Start the lab: container engine, images, registry, the shop's repository and production")
@name_option
@click.option("--port", type=int, help="Port on 127.0.0.1 that serves the shop (default: a free port).")
@click.option(
    "--student",
    metavar="ID",
    help="Student whose lab it is (default: DEVOPSSIM_STUDENT, or that of the course's copy in this folder).",
)
def up(*, name: str, port: int | None, student: str | None) -> None:
    """Start the lab and print the next steps."""
    from devopssim import livelab

    print(_greeting(livelab.up(name, port=port, student=student)))


def _greeting(lab: "Lab") -> str:
    workspace = lab.workspace
    name = "" if lab.name == NAME else f" --name {lab.name}"
    engine = f"{workspace.engine.version} ({workspace.engine.found})"
    return "\n".join(
        (
            f"The lab {lab.name!r} is up on engine {engine}, with images from {workspace.images.origin}.",
            *([f"  started again     {', '.join(lab.mended)}"] if lab.mended else []),
            *([f"  student           {lab.student}"] if lab.student else []),
            f"  your repository   {workspace.shop}",
            f"  production        {workspace.production}  (compose files)",
            f"  registry          {workspace.registry}  (user student, password in {workspace.secret('registry')})",
            f"  the shop          {lab.production.url}  (available after the first deployment)",
            "",
            f'Set up a terminal with: eval "$(devopssim livelab env{name})". Then, for example:',
            f'  docker login "$REGISTRY" -u student --password-stdin < {workspace.secret("registry")}',
            f'  cd {workspace.shop} && docker build -t "$REGISTRY/shop:latest" . && docker push "$REGISTRY/shop" --all-tags',
            f"  cd {workspace.production} && docker compose pull && docker compose up -d",
            f"Remove the lab with: devopssim livelab down{name}",
        )
    )


@command.command("status", help="List the objects of all labs on this machine")
@json_option
def status(*, in_json: bool) -> int:
    """Print the objects of all labs; exit with 1 if the engine of one does not answer."""
    import json
    from dataclasses import asdict

    from devopssim import livelab

    objects = livelab.status()
    if in_json:
        print(json.dumps([asdict(thing) for thing in objects], indent=2))
    elif not objects:
        print("This machine has no running lab and no remains of one.")
    else:
        print("\n".join(f"{thing.lab:20} {thing.type:10} {thing.name}" for thing in objects))
    dead = livelab.dead_engines()
    for lab, host in dead.items():
        print(
            f"devopssim: the container engine of lab {lab!r} ({host}) does not answer; start it, or run `devopssim livelab down --name {lab}`.",
            file=sys.stderr,
        )
    return int(bool(dead))


@command.command("down", help="Remove the lab; your repository is kept if you changed it")
@name_option
@click.option("--discard", is_flag=True, help="Remove your repository even if you changed it.")
@click.option("--forget", is_flag=True, help="Remove the lab's files although its engine is gone for good.")
def down(*, name: str, discard: bool, forget: bool) -> None:
    """Remove the lab."""
    from devopssim import livelab

    kept = livelab.down(name, keep_work=not discard, forget=forget)
    if kept:
        print(f"Your repository is kept in {kept}.")
    print(f"The lab {name!r} is removed.")


@command.command("env", help='Print environment variables for a terminal: eval "$(devopssim livelab env)"')
@name_option
def env(*, name: str) -> None:
    """Print the lab's environment as shell assignments."""
    from devopssim import livelab

    for key, value in livelab.attach(name).workspace.own_environment().items():
        print(f"export {key}={shlex.quote(value)}")


@command.command("log", help="Write the lab's event log, for example for `devopssim kpis`")
@name_option
@click.option("--out", type=FILE, metavar="FILE", required=True, help="Write the log to this .csv or .parquet file.")
def log(*, name: str, out: Path) -> None:
    """Write the lab's event log."""
    from devopssim import events, livelab

    lab_log = livelab.attach(name).log()
    events.write(lab_log, out)
    print(f"{out}: {len(lab_log)} events written.")


@command.command("record", help="Run a scripted exercise in a separate lab and store its log")
@click.argument(
    "exercise", metavar="EXERCISE", help="by_hand, automate, accept, configure, operate, on_call, secure, or all."
)
@click.option(
    "--out", type=FILE, metavar="DIR", default=Path("data/recorded"), show_default=True, help="Folder for the log."
)
def record(*, exercise: str, out: Path) -> None:
    """Run one scripted exercise, or all of them, and store the logs."""
    from devopssim.livelab import EXERCISES
    from devopssim.livelab import record as record_exercise

    for name in list(EXERCISES) if exercise == "all" else [exercise]:
        print(record_exercise(name, out, report=lambda line: print(f"  {line}", file=sys.stderr)))


@command.command("purge", help="Remove cached images and engine data")
def purge() -> None:
    """Remove cached images and engine data."""
    from devopssim.livelab import purge_cache

    purge_cache()
    print("Cached images and engine data are removed.")
