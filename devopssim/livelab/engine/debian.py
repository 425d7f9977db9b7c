"""Root file system of Debian, made by mmdebstrap, and removal of what a killed build leaves."""

import os
import platform
import shutil
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Final

from devopssim.files import whole_file
from devopssim.livelab.engine.commands import TIMEOUT, ending_with_us, run
from devopssim.livelab.engine.paths import images_folder
from devopssim.livelab.engine.processes import mounts_below
from devopssim.livelab.errors import LabError

SUITE: Final = "trixie"
"""Release of Debian (13) that the images are made of, whatever the host runs."""
WORK: Final = "devopssim-debian-"
"""Beginning of the names of mmdebstrap's temporary folders."""
ISOLATED: Final = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
"""Command that runs another one with mounts and processes of its own, which end with it."""


def base_archive() -> Path:
    """Return the file of the root file system."""
    return images_folder() / f"debian-{SUITE}-{platform.machine()}.tar"


def debian_base() -> Path:
    """Return a root file system of Debian as a tar archive; mmdebstrap makes a missing one, and ends if this process ends.

    Raises
    ------
    LabError
        Where mmdebstrap is missing or fails.
    """
    archive = base_archive()
    if archive.exists():
        return archive
    if not shutil.which("mmdebstrap"):
        message = (
            "Docker Hub does not answer, and mmdebstrap, which builds images from Debian packages instead, is not installed; "
            "check the network, or install mmdebstrap (Debian, Ubuntu: `apt-get install mmdebstrap`)."
        )
        raise LabError(message)
    archive.parent.mkdir(parents=True, exist_ok=True)
    leave_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale", "info")]
    options = ("--variant=minbase", "--include=ca-certificates", "--format=tar", *leave_out)
    mirror = [url for url in [os.environ.get("DEVOPSSIM_DEBIAN_MIRROR")] if url]  # otherwise Debian's own
    with whole_file(archive) as part, TemporaryDirectory(prefix=WORK, ignore_cleanup_errors=True) as work:
        Path(work).chmod(0o755)  # mmdebstrap works in it as other users
        command = ["mmdebstrap", *options, "--dpkgopt=force-unsafe-io", SUITE, str(part), *mirror]
        run([*_isolated(), *command], env={**os.environ, "TMPDIR": work})
    return archive


def remove_unfinished() -> None:
    """Remove archives and temporary folders that a killed build left, once they are too old for a build in progress."""
    unfinished = [*images_folder().glob(".*.part"), *Path(gettempdir()).glob(f"{WORK}*")]
    for path in unfinished:
        with suppress(OSError):  # another process removed it first, or it belongs to another user
            if path.lstat().st_mtime > time.time() - TIMEOUT:
                continue
            if path.is_dir() and not path.is_symlink():
                if not mounts_below(path):
                    shutil.rmtree(path)
            else:
                path.unlink()


def _isolated() -> list[str]:
    """Return the beginning of a command that ends with this process, however that ends.

    As root, mounts end with it too. Only root may mount; mmdebstrap isolates itself for other users, and ends in order by SIGTERM.
    """
    is_root = run([*ISOLATED, "true"], check=False).ok
    return [*ending_with_us("KILL"), *ISOLATED] if is_root else ending_with_us()
