"""What a private engine adds to the machine's network, bridges and firewall rules, and how to take it away again.

Docker leaves both behind when it ends. What was there before the private engine started is noted, and stays.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psutil

from devopssim.files import write_text
from devopssim.livelab.engine.commands import run

BRIDGE: Final = re.compile(r"docker0|br-[0-9a-f]{12}")
"""Names of Docker's bridges."""
OF_DOCKER: Final = re.compile(r"\bDOCKER\b|DOCKER-[A-Z0-9-]+|docker0|br-[0-9a-f]{12}|MASQUERADE")
"""What marks a firewall rule or chain as Docker's, if it came with the engine."""
FIREWALLS: Final = ("iptables", "ip6tables")
"""Programs whose rules are noted and restored."""
PATH: Final = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
"""Folders of the system's programs."""


def note_network(file: Path) -> None:
    """Write down bridges and firewall rules; call it before the engine starts.

    Parameters
    ----------
    file : Path
        Where to write them; an existing note of an engine that was killed is older, so it stays.
    """
    if not file.exists():
        rules = {firewall: _rules(firewall) for firewall in FIREWALLS}
        write_text(file, json.dumps({"bridges": _bridges(), "rules": rules}))


def restore_network(file: Path) -> None:
    """Remove the bridges and firewall rules of Docker that came after the note, and the note; call it when no engine runs.

    Parameters
    ----------
    file : Path
        What `note_network` wrote; without it nothing is removed.
    """
    if not file.exists():
        return
    before: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    for bridge in set(_bridges()) - set(before["bridges"]):
        run(["ip", "link", "delete", bridge], check=False)
    for firewall in FIREWALLS:
        for command in undoing(before["rules"].get(firewall, {}), _rules(firewall)):
            run([shutil.which(firewall, path=PATH) or firewall, "--wait", *command], check=False)
    file.unlink()


def undoing(before: dict[str, list[str]], now: dict[str, list[str]]) -> Iterator[list[str]]:
    """Yield the arguments of `iptables` that turn the present rules into the earlier ones, as far as they are Docker's.

    Parameters
    ----------
    before, now : dict of str to list of str
        Lines of `iptables-save` by table, without counters.

    Examples
    --------
    >>> now = {"nat": [":DOCKER -", "-A PREROUTING -j DOCKER", "-A DOCKER -i docker0 -j RETURN", "-A INPUT -j mine"]}
    >>> for command in undoing({"nat": []}, now):
    ...     print(*command)
    -t nat -D PREROUTING -j DOCKER
    -t nat -D DOCKER -i docker0 -j RETURN
    -t nat -X DOCKER
    """
    for table, lines in now.items():
        added = [line for line in lines if line not in before.get(table, ()) and OF_DOCKER.search(line)]
        for line in (line for line in added if line.startswith("-A ")):
            yield ["-t", table, "-D", *_words(line)[1:]]
        for line in (line for line in added if line.startswith(":")):
            yield ["-t", table, "-X", line[1:].split()[0]]
        for policy in (
            line[1:].split() for line in before.get(table, ()) if line.startswith(":") and line not in lines
        ):
            yield ["-t", table, "-P", *policy]


def _rules(firewall: str) -> dict[str, list[str]]:
    """Return the rules of a firewall by table; empty where its program is missing or refuses."""
    program = shutil.which(f"{firewall}-save", path=PATH)
    done = run([program], check=False) if program else None
    tables: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in done.output.splitlines() if done and done.ok else ():
        if line.startswith("*"):
            lines = tables.setdefault(line[1:], [])
        elif line.startswith((":", "-A ")):
            lines.append(line.split(" [")[0])
    return tables


def _words(line: str) -> list[str]:
    """Return the words of a rule; a comment in quotes is one word."""
    return [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]


def _bridges() -> list[str]:
    """Return the names of Docker's bridges on this machine."""
    return sorted(name for name in psutil.net_if_addrs() if BRIDGE.fullmatch(name))
