"""Whatever a lab could leave behind: on the engine, among processes, ports, files and mounts."""

import os
import socket
import subprocess
from pathlib import Path

import psutil

from devopssim.livelab.engine import LOCALHOST, find_or_start_engine, identity_of, lab_folder, leftovers


def traces(lab: str, ports: dict[str, int] | None = None) -> list[str]:
    """Return what there is of a lab on this machine; `ports` are those that it had."""
    return [
        *_on_the_engine(lab),
        *(f"process {words}" for words in _processes(lab)),
        *(f"port {name}" for name, port in (ports or {}).items() if not _is_free(port)),
        *(f"folder {path}" for path in (lab_folder(lab),) if path.exists()),
        *(f"mount {line}" for line in _lines(Path("/proc/mounts")) if str(lab_folder(lab)) in line),
    ]


def network() -> tuple[list[str], list[str]]:
    """Return Docker's bridges on this machine, and its firewall's rules without their counters."""
    saved = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True).stdout
    rules = [line.split(" [")[0] for line in saved.splitlines() if line.startswith((":", "-A"))]
    return sorted(name for name in psutil.net_if_addrs() if name.startswith(("docker0", "br-"))), sorted(rules)


def _on_the_engine(lab: str) -> list[str]:
    client = find_or_start_engine().client()
    try:
        named = client.containers.list(
            all=True, filters={"name": f"devopssim-{identity_of(lab)}-"}, ignore_removed=True
        )
        labelled = leftovers(client, identity_of(lab))
        return [*(f"{it.type} {it.name}" for it in labelled), *(f"container {it.name}" for it in named)]
    finally:
        client.close()


def _processes(lab: str) -> list[str]:
    """Return the command lines of processes that name the lab as a word, this one and its parent's left out."""
    own = {os.getpid(), os.getppid()}
    found = [path for path in Path("/proc").glob("[0-9]*/cmdline") if int(path.parent.name) not in own]
    words = [line.split("\0") for path in found for line in _lines(path)]
    return [" ".join(each).strip() for each in words if lab in each]


def _is_free(port: int) -> bool:
    try:
        socket.create_server((LOCALHOST, port)).close()
    except OSError:
        return False
    return True


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:  # a process that ended meanwhile
        return []
