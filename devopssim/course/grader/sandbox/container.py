"""A container: no network, read-only, no capabilities, an unprivileged user, limits on memory, processes, CPU and disk.

Without `image`, the container starts from an almost empty image and shows this machine's Python and packages, read-only: nothing
is downloaded or built, and the versions are the grader's. An engine on another machine (a service of a CI job) cannot see
these folders; give it an image with Python and this package.
"""

import io
import os
import platform
import shutil
import subprocess
import tarfile
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import psutil

from devopssim.course.grader.sandbox import host
from devopssim.course.grader.sandbox.limits import Limits
from devopssim.course.grader.sandbox.protocol import SandboxError
from devopssim.errors import DevopssimError

LABEL: Final = "devopssim.grading"
CLIENT_TIMEOUT: Final = 30
TRIES: Final = 3
FILES: Final = 10_000
"""Most files on the disk of a sandbox: empty files fill the memory instead of the disk."""
USERS: Final = "root:x:0:0::/:/bin/sh\nstudent:x:65534:65534::/tmp:/bin/sh\n"


@dataclass(frozen=True, kw_only=True)
class StartedContainer:
    """A running container and the client that is attached to it."""

    process: subprocess.Popen[bytes]
    container: str

    def memory(self) -> int:
        """Return 0: the engine limits memory itself."""
        return 0

    def processor_seconds(self) -> float:
        """Return 0: the engine limits the processor itself."""
        return 0

    def end(self) -> None:
        """Remove the container with all its processes; a later grader removes one that the engine fails to end within the timeout."""
        self.process.kill()  # first: the engine waits until the container's output has been read
        for _ in range(TRIES):
            with suppress(subprocess.TimeoutExpired):
                removed = _docker("rm", "--force", self.container)
                if removed.returncode == 0 or "No such container" in removed.stderr:
                    break


class Container:
    """A sandbox of a container engine, through its command line client.

    Parameters
    ----------
    secret : sequence of Path, default ()
        Folders that stay hidden even if they lie beside Python.
    image : str, optional
        Image with Python and this package.

    Raises
    ------
    SandboxError
        If the engine cannot import the almost empty image.
    """

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
        """Start a container with the program inside, which waits for its job."""
        name = f"devopssim-grading-{uuid.uuid4().hex[:12]}"
        program = ["python", *host.command()[1:]] if self.own_image else host.command()
        process = subprocess.Popen(
            [*self.arguments(limits, name), self.image, *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        return StartedContainer(process=process, container=name)

    @staticmethod
    def prepared(imports: Sequence[str]) -> AbstractContextManager[None]:  # noqa: ARG004 - as all sandboxes
        """Prepare nothing: a container has no right to make the namespaces that keep two notebooks in it apart."""
        return nullcontext()

    def arguments(self, limits: Limits, name: str) -> list[str]:
        """Return the client's command line up to the image."""
        memory = f"{limits.memory_mb}m"
        command = [
            *_client(),
            "run",
            "--rm",
            "--interactive",
            "--name",
            name,
            "--label",
            f"{LABEL}={platform.node()}:{os.getpid()}",
        ]
        command += [
            "--network",
            "none",
            "--read-only",
            "--tmpfs",
            f"/tmp:rw,nosuid,nodev,size={limits.disk_mb}m,nr_inodes={FILES},mode=1777",
        ]
        command += [
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
        command += [
            "--cap-drop",
            "ALL",
            "--security-opt",
            "no-new-privileges",
            "--user",
            "65534:65534",
            "--log-driver",
            "none",
        ]
        command += ["--pull", "never", "--workdir", "/tmp"]
        for key, value in host.ENVIRONMENT.items():
            if not (self.own_image and key == "PATH"):
                command += ["--env", f"{key}={value}"]
        if not self.own_image:
            for folder in host.folders():
                command += ["--mount", f"type=bind,source={folder},target={folder},readonly"]
            for path in host.hidden(*self.secret):
                covered = f"type=bind,source={os.devnull},target={path},readonly"
                command += [
                    "--mount",
                    f"type=tmpfs,target={path},tmpfs-size=4096,tmpfs-mode=0555" if path.is_dir() else covered,
                ]
        return command


def problem() -> str | None:
    """Return why a container cannot be used on this machine, None if it can."""
    if shutil.which("docker") is None:
        return "no docker client is installed"
    try:
        version = _docker("version", "--format", "{{.Server.Version}}")
    except subprocess.TimeoutExpired:
        return "the container engine does not answer"
    return None if version.returncode == 0 else f"no container engine answers ({version.stderr.strip()[:160]})"


def _client() -> list[str]:
    """Return the client's first arguments: the engine that the live lab uses, so that one engine serves both."""
    try:
        return ["docker", "--host", _host()]
    except (ImportError, DevopssimError):
        return ["docker"]


@cache
def _host() -> str:
    """Return the engine's address; a missing engine raises and stays uncached, since it may be started later."""
    from devopssim.livelab import find_engine  # noqa: PLC0415 - needs docker-py, which grading does not

    engine = find_engine()
    if engine is None:
        raise SandboxError("no container engine answers.")
    return engine.host


def _docker(*arguments: str, standard_input: bytes | None = None) -> subprocess.CompletedProcess[str]:
    """Run the client with arguments and a standard input; return its status and its output as text."""
    process = subprocess.run(
        [*_client(), *arguments], input=standard_input, capture_output=True, timeout=CLIENT_TIMEOUT, check=False
    )
    return subprocess.CompletedProcess(
        arguments,
        process.returncode,
        process.stdout.decode("utf-8", "replace"),
        process.stderr.decode("utf-8", "replace"),
    )


def _bare_image() -> str:
    """Return the name of an image that holds only mount points and a list of users; import it on the first use."""
    layer = _layer()
    name = f"devopssim-grading:{sha256(layer).hexdigest()[:12]}"
    if _docker("image", "inspect", name).returncode != 0:
        imported = _docker("import", "--change", f"LABEL {LABEL}=image", "-", name, standard_input=layer)
        if imported.returncode != 0:
            raise SandboxError(f"the engine cannot import the sandbox's image: {imported.stderr.strip()[:200]}")
    return name


def _layer() -> bytes:
    """Return the image's only layer as a tar archive; the same content gives the same bytes and so the same name."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for folder in ("tmp", "proc", "sys", "dev", "etc", "usr"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = (
                tarfile.DIRTYPE,
                0o1777 if folder == "tmp" else 0o755,
            )  # some engines keep the layer's mode
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
    """Remove containers of graders on this machine that were killed before they could remove them."""
    listed = _docker("ps", "--all", "--filter", f"label={LABEL}", "--format", f'{{{{.ID}}}} {{{{.Label "{LABEL}"}}}}')
    for line in listed.stdout.splitlines():
        container, _, owner = line.partition(" ")
        node, _, pid = owner.partition(":")
        if node == platform.node() and pid.isdigit() and not psutil.pid_exists(int(pid)):
            with suppress(subprocess.TimeoutExpired):
                _docker("rm", "--force", container)
