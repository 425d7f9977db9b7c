"""A container: no network, read-only, no capabilities, an unprivileged user, limits on memory, processes, CPU and disk.

Without `image`, the container starts from an almost empty image and sees this machine's Python and packages, read-only, so
that nothing is downloaded or built and the versions are the grader's. Where the engine runs on another machine (a service of
a CI job), its folders are not ours: give an image that has Python and this package.
"""

import io
import os
import platform
import shutil
import subprocess
import tarfile
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import psutil

from devopssim.course.grader.sandbox import host
from devopssim.course.grader.sandbox.limits import Limits
from devopssim.course.grader.sandbox.run import SandboxError
from devopssim.errors import DevopssimError

LABEL: Final = "devopssim.grading"
PATIENCE: Final = 30
TRIES: Final = 3
FILES: Final = 10_000
"""On the disk of a sandbox: files without content fill no disk, but memory."""
USERS: Final = "root:x:0:0::/:/bin/sh\nstudent:x:65534:65534::/tmp:/bin/sh\n"


@dataclass(frozen=True, kw_only=True)
class StartedContainer:
    """A running container and the client that is attached to it."""

    process: subprocess.Popen[bytes]
    container: str

    def memory(self) -> int:
        """The engine limits memory by itself."""
        return 0

    def end(self) -> None:
        """Remove the container, whatever runs in it; one that the engine cannot end by now is removed by a later grader."""
        self.process.kill()  # first: the engine waits until somebody has read what the container still sends
        for _ in range(TRIES):
            with suppress(subprocess.TimeoutExpired):
                removed = _docker("rm", "--force", self.container)
                if removed.returncode == 0 or "No such container" in removed.stderr:
                    break


class Container:
    """A sandbox of a container engine, through its command line client."""

    name = "container"
    folder = "/tmp/course"
    closed = True
    uid = None

    def __init__(self, secret: Sequence[Path] = (), image: str | None = None) -> None:
        self.secret = tuple(secret)
        self.own_image = image is not None
        self.image = image or _bare_image()
        _remove_orphans()

    def start(self, limits: Limits) -> StartedContainer:
        """Start a container."""
        name = f"devopssim-grading-{uuid.uuid4().hex[:12]}"
        program = ["python", *host.command()[1:]] if self.own_image else host.command()
        process = subprocess.Popen(
            [*self.arguments(limits, name), self.image, *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return StartedContainer(process=process, container=name)

    def arguments(self, limits: Limits, name: str) -> list[str]:
        """Return the client's command line up to the image."""
        memory = f"{limits.memory_mb}m"
        words = [
            *_client(),
            "run",
            "--rm",
            "--interactive",
            "--name",
            name,
            "--label",
            f"{LABEL}={platform.node()}:{os.getpid()}",
        ]
        words += [
            "--network",
            "none",
            "--read-only",
            "--tmpfs",
            f"/tmp:rw,nosuid,nodev,size={limits.disk_mb}m,nr_inodes={FILES},mode=1777",
        ]
        words += [
            "--shm-size",
            "16m",
            "--memory",
            memory,
            "--memory-swap",
            memory,
            "--pids-limit",
            str(limits.processes),
            "--cpus",
            "1",
        ]
        words += [
            "--cap-drop",
            "ALL",
            "--security-opt",
            "no-new-privileges",
            "--user",
            "65534:65534",
            "--log-driver",
            "none",
        ]
        words += ["--pull", "never", "--workdir", "/tmp"]
        for key, value in host.ENVIRONMENT.items():
            if not (self.own_image and key == "PATH"):
                words += ["--env", f"{key}={value}"]
        if not self.own_image:
            for folder in host.folders():
                words += ["--mount", f"type=bind,source={folder},target={folder},readonly"]
            for folder in host.hidden(*self.secret):
                words += ["--mount", f"type=tmpfs,target={folder},tmpfs-size=4096,tmpfs-mode=0555"]
        return words


def problem() -> str | None:
    """Say why no container can be used here, None where one can."""
    if shutil.which("docker") is None:
        return "no docker client is installed"
    try:
        asked = _docker("version", "--format", "{{.Server.Version}}")
    except subprocess.TimeoutExpired:
        return "the container engine does not answer"
    return None if asked.returncode == 0 else f"no container engine answers ({asked.stderr.strip()[:160]})"


def _client() -> list[str]:
    """Return the client's first words: the engine that the live lab finds, so that one started for the lab serves both."""
    try:
        return ["docker", "--host", _host()]
    except (ImportError, DevopssimError):
        return ["docker"]


@cache
def _host() -> str:
    """Return the engine's address; that there is none is not remembered, because one may be started."""
    from devopssim.livelab import find_engine  # noqa: PLC0415 - needs docker-py, which grading does not

    engine = find_engine()
    if engine is None:
        raise SandboxError("no container engine answers.")
    return engine.host


def _docker(*words: str, given: bytes | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*_client(), *words], input=given, capture_output=True, timeout=PATIENCE, check=False)
    return subprocess.CompletedProcess(
        words, done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    )


def _bare_image() -> str:
    """Return the name of an image with nothing in it but folders to mount on and a list of users; make it if need be."""
    layer = _layer()
    name = f"devopssim-grading:{sha256(layer).hexdigest()[:12]}"
    if _docker("image", "inspect", name).returncode != 0:
        made = _docker("import", "--change", f"LABEL {LABEL}=image", "-", name, given=layer)
        if made.returncode != 0:
            raise SandboxError(f"the engine cannot import the sandbox's image: {made.stderr.strip()[:200]}")
    return name


def _layer() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for folder in ("tmp", "proc", "sys", "dev", "etc", "usr"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755  # some engines keep this one
            tar.addfile(entry)
        for link, target in host.links().items():
            entry = tarfile.TarInfo(str(link).lstrip("/"))
            entry.type, entry.linkname = tarfile.SYMTYPE, str(target)
            tar.addfile(entry)
        entry = tarfile.TarInfo("etc/passwd")
        entry.size = len(USERS)
        tar.addfile(entry, io.BytesIO(USERS.encode()))
    return packed.getvalue()


def _remove_orphans() -> None:
    """Remove containers of graders on this machine that are no more: killed, they could not tidy up."""
    listed = _docker("ps", "--all", "--filter", f"label={LABEL}", "--format", f'{{{{.ID}}}} {{{{.Label "{LABEL}"}}}}')
    for line in listed.stdout.splitlines():
        container, _, owner = line.partition(" ")
        node, _, pid = owner.partition(":")
        if node == platform.node() and pid.isdigit() and not psutil.pid_exists(int(pid)):
            with suppress(subprocess.TimeoutExpired):
                _docker("rm", "--force", container)
