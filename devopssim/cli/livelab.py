"""`devopssim livelab up | status | down | env | record | purge`: the live lab from a terminal."""

import argparse
import shlex
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from devopssim.livelab import Lab

NAME: Final = "lab"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    up = _action(actions, "up", "start the lab: engine, images, registry, the shop's repository, production")
    up.add_argument("--port", type=int, help="where users reach the shop on 127.0.0.1 (default: a free port)")
    status = _action(actions, "status", "show what there is of any lab on this machine", named=False)
    status.add_argument("--json", action="store_true", help="as JSON, for programs")
    down = _action(actions, "down", "remove everything of the lab; your repository is kept if you changed it")
    down.add_argument("--discard", action="store_true", help="do not keep your repository either")
    _action(actions, "env", 'print what a terminal needs to find the lab: eval "$(devopssim livelab env)"')
    log = _action(actions, "log", "write the event log of the lab, for `devopssim kpis`")
    log.add_argument("--out", metavar="FILE", required=True, help="a .csv or .parquet file")
    record = _action(actions, "record", "do an exercise by script in a lab of its own and keep its log", named=False)
    record.add_argument("exercise", help="by_hand, automate, operate, secure, or all")
    record.add_argument(
        "--out", metavar="DIR", default="data/recorded", help="where the log goes (default: %(default)s)"
    )
    _action(actions, "purge", "remove the images and the engine's data that are kept for next time", named=False)


def run(arguments: argparse.Namespace) -> int:
    """Do the action."""
    from devopssim.cli import DONE

    actions = {
        "up": _up,
        "status": _status,
        "down": _down,
        "env": _env,
        "log": _log,
        "record": _record,
        "purge": _purge,
    }
    actions[arguments.action](arguments)
    return DONE


def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str, *, named: bool = True
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text, description=text)
    if named:
        parser.add_argument("--name", default=NAME, help="the lab's name (default: %(default)s)")
    return parser


def _up(arguments: argparse.Namespace) -> None:
    from devopssim import livelab

    started = livelab.up(arguments.name, port=arguments.port)
    print(_greeting(started))


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


def _status(arguments: argparse.Namespace) -> None:
    import json
    from dataclasses import asdict

    from devopssim import livelab

    found = livelab.status()
    if arguments.json:
        print(json.dumps([asdict(it) for it in found], indent=2))
    elif not found:
        print("No lab runs on this machine, and nothing of one is left.")
    for it in found if not arguments.json else ():
        print(f"{it.lab:20} {it.type:10} {it.name}")


def _down(arguments: argparse.Namespace) -> None:
    from devopssim import livelab

    kept = livelab.down(arguments.name, keep_work=not arguments.discard)
    if kept:
        print(f"Your repository is kept in {kept}.")
    print(f"The lab {arguments.name!r} is gone.")


def _env(arguments: argparse.Namespace) -> None:
    from devopssim import livelab

    known = livelab.attach(arguments.name).workspace.own_environment()
    for key, value in known.items():
        print(f"export {key}={shlex.quote(value)}")


def _log(arguments: argparse.Namespace) -> None:
    from devopssim import events, livelab

    log = livelab.attach(arguments.name).log()
    events.write(log, arguments.out)
    print(f"{arguments.out}: {len(log)} events.")


def _record(arguments: argparse.Namespace) -> None:
    from devopssim.livelab import EXERCISES, record

    chosen = list(EXERCISES) if arguments.exercise == "all" else [arguments.exercise]
    for name in chosen:
        path = record(name, arguments.out, say=lambda words: print(f"  {words}", file=sys.stderr))
        print(path)


def _purge(_arguments: argparse.Namespace) -> None:
    from devopssim.livelab import purge_cache

    purge_cache()
    print("Nothing is kept for next time any more.")
