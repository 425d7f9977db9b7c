"""Compose files in one form: what Compose itself makes of a file where it is installed, and its short forms everywhere.

References
----------
Compose file reference, https://docs.docker.com/reference/compose-file/services/; `docker compose config`,
https://docs.docker.com/reference/cli/docker/compose/config/.
"""

import json
import subprocess
import tempfile
from collections.abc import Mapping
from typing import Any, Final

from devopssim.errors import InvalidInputError

SECONDS: Final = 10
READS_ELSEWHERE: Final = {"include", "extends", "env_file", "label_file", "file", "secrets", "configs", "provider"}
"""Keys by which Compose reads other files or addresses; a student's file that has one is left to our own reading."""
VERSION: Final = ("docker", "compose", "version")
CONFIG: Final = (
    "docker",
    "compose",
    "-f",
    "-",
    "config",
    "--format",
    "json",
    "--no-interpolate",
    "--no-path-resolution",
)


def normal_compose(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a compose file in one form, however it was written.

    Where `docker compose` is installed, it reads the file first, and refuses what it would refuse in production. In the result,
    published ports are texts `"80:5000"`, `environment` and `depends_on` are mappings, and a health check's `test` is a list.

    Parameters
    ----------
    tree : mapping
        The parsed file.

    Returns
    -------
    dict
        The file in one form; parts other than services are unchanged.

    Raises
    ------
    InvalidInputError
        If Compose refuses the file.

    Examples
    --------
    >>> web = {"image": "shop", "ports": [{"target": 5000, "published": "80"}], "depends_on": ["postgres"]}
    >>> normal_compose({"services": {"web": web, "postgres": {"image": "postgres:16"}}})["services"]["web"]["ports"]
    ['80:5000']
    """
    return in_one_form(tree if _keys(tree) & READS_ELSEWHERE else _as_compose_reads_it(tree))


def in_one_form(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return a compose file with its short forms written out, as `normal_compose` does it where Compose is missing.

    Parameters
    ----------
    tree : mapping
        The parsed file.

    Returns
    -------
    dict
        The file in one form.

    Examples
    --------
    >>> in_one_form({"services": {"web": {"environment": ["A=1"]}}})
    {'services': {'web': {'environment': {'A': '1'}}}}
    """
    services = tree.get("services")
    if not isinstance(services, Mapping):
        return dict(tree)
    return {**tree, "services": {name: _service(service) for name, service in services.items()}}


def _as_compose_reads_it(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what `docker compose config` prints, in an empty folder; the file itself where Compose is missing or hangs."""
    if not _compose_is_there():
        return tree
    with tempfile.TemporaryDirectory() as empty:
        try:
            done = subprocess.run(
                CONFIG, input=json.dumps(tree), cwd=empty, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return tree
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise InvalidInputError(f"docker compose refuses the file: {lines[-1][:200] if lines else 'without a reason'}.")
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def _compose_is_there() -> bool:
    try:
        done = subprocess.run(VERSION, capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _keys(part: Any) -> set[str]:
    """Return every key of a tree, at any depth."""
    if isinstance(part, Mapping):
        return {str(key) for key in part}.union(*(_keys(value) for value in part.values()))
    return set().union(*map(_keys, part)) if isinstance(part, list) else set()


def _service(service: Any) -> Any:
    if not isinstance(service, Mapping):
        return service
    made = dict(service)
    if isinstance(made.get("ports"), list):
        made["ports"] = [_port(port) for port in made["ports"]]
    if isinstance(made.get("environment"), list):
        pairs = (str(text).partition("=") for text in made["environment"])
        made["environment"] = {name: value if sign else f"${{{name}}}" for name, sign, value in pairs}
    if isinstance(
        made.get("environment"), Mapping
    ):  # a name without a value is passed on from the caller's environment
        made["environment"] = {
            name: f"${{{name}}}" if value is None else value for name, value in made["environment"].items()
        }
    if isinstance(made.get("depends_on"), list):
        made["depends_on"] = {str(name): {"condition": "service_started"} for name in made["depends_on"]}
    health = made.get("healthcheck")
    if isinstance(health, Mapping) and isinstance(health.get("test"), str):
        made["healthcheck"] = {**health, "test": ["CMD-SHELL", health["test"]]}
    return made


def _port(port: Any) -> str:
    """Return a port as `[address:]published:target`."""
    if not isinstance(port, Mapping):
        return str(port)
    parts = (port.get("host_ip"), port.get("published"), port.get("target"))
    return ":".join(str(part) for part in parts if part not in {None, ""})
