"""The images that the lab stands on: official ones where Docker Hub answers, the same roles from Debian packages elsewhere."""

import hashlib
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import docker
from docker.errors import APIError, BuildError, DockerException, ImageNotFound

from devopssim.errors import InvalidInputError
from devopssim.files import whole_file
from devopssim.livelab.engine.commands import run
from devopssim.livelab.engine.container_engine import Engine
from devopssim.livelab.engine.paths import images_folder
from devopssim.livelab.errors import LabError, explanation_of

LABEL: Final = "devopssim.lab"
"""Everything that a lab makes carries this label, with the lab's name."""
SHARED: Final = "shared"
"""The label's value on images that all labs of a machine use; they go with the last lab."""
OFFICIAL: Final = {
    "python": "python:3.12-slim",
    "postgres": "postgres:16",
    "registry": "registry:2",
    "prometheus": "prom/prometheus:v3.1.0",
    "haproxy": "haproxy:3.0",
}
ROLES: Final = tuple(OFFICIAL)
BASE: Final = "devopssim/debian:12"
SUITE: Final = "bookworm"
AT_ONCE: Final = 2
"""How many images are built at one time."""

Say = Callable[[str], object]
"""Gets a few words on what is being done; a progress bar for one."""


@dataclass(frozen=True, kw_only=True)
class Images:
    """A reference for each role, and where they come from: `hub` or `debian`."""

    origin: str
    python: str
    postgres: str
    registry: str
    prometheus: str
    haproxy: str


def provide_images(engine: Engine, say: Say = print) -> Images:
    """Make sure that the engine has an image for each role, and return the references.

    `DEVOPSSIM_IMAGES` (`hub` or `debian`) decides where they come from; without it, Docker Hub if it answers.
    Raises LabError where neither way works.
    """
    client = engine.client()
    try:
        return _from_hub(client, say) if _origin(client) == "hub" else _from_debian(client, engine, say)
    finally:
        client.close()


def _origin(client: docker.DockerClient) -> str:
    wish = os.environ.get("DEVOPSSIM_IMAGES", "")
    if wish not in {"", "hub", "debian"}:
        message = f"DEVOPSSIM_IMAGES={wish!r} (where images come from) must be hub or debian, or not set."
        raise InvalidInputError(message)
    return wish or ("hub" if hub_answers(client) else "debian")


def hub_answers(client: docker.DockerClient) -> bool:
    """Whether the engine reaches the official images, or has them all."""
    if all(_has(client, reference) for reference in OFFICIAL.values()):
        return True
    try:
        client.images.get_registry_data(OFFICIAL["registry"])
    except (DockerException, OSError):
        return False
    return True


def _from_hub(client: docker.DockerClient, say: Say) -> Images:
    for role, reference in OFFICIAL.items():
        say(f"image for {role}: {reference}")
        if not _has(client, reference):
            with explain_engine_errors(f"pull {reference}"):
                repository, tag = reference.split(":")
                client.images.pull(repository, tag)
    chosen = dict(OFFICIAL)
    if _own_certificates():
        with explain_engine_errors("build the shop's base image"):
            chosen["python"] = _with_certificates(client, OFFICIAL["python"], "devopssim/python:hub")
    return Images(origin="hub", **chosen)


def _from_debian(client: docker.DockerClient, engine: Engine, say: Say) -> Images:
    chosen = {role: f"devopssim/{role}:debian12" for role in ROLES}
    archive = images_folder() / f"roles-{_fingerprint()}.tar"
    if not all(_has(client, reference) for reference in (BASE, *chosen.values())):
        if archive.exists():
            say("images built earlier on this machine")
            with explain_engine_errors("load the images"), archive.open("rb") as stream:
                client.images.load(stream)
        else:
            _build(client, engine, chosen, say)
            if not engine.private:  # which keeps its images anyway
                say("keep the images for next time")
                _keep(engine, (BASE, *chosen.values()), archive)
    return Images(origin="debian", **chosen)


def _build(client: docker.DockerClient, engine: Engine, chosen: dict[str, str], say: Say) -> None:
    """Build the base and, a few at a time, the image of each role on it."""
    say("base image from Debian packages")
    _import_base(client, debian_base())
    say(f"images for {', '.join(chosen)} from Debian packages")
    with ThreadPoolExecutor(AT_ONCE) as builders:
        built = {builders.submit(_build_role, engine, role, reference): role for role, reference in chosen.items()}
        for number, done in enumerate(as_completed(built), start=1):
            done.result()
            say(f"images from Debian packages: {number} of {len(built)}, last for {built[done]}")


def debian_base() -> Path:
    """Return a root file system of Debian as a tar archive, made by mmdebstrap where it is not there yet."""
    archive = images_folder() / f"debian-{SUITE}-{platform.machine()}.tar"
    if archive.exists():
        return archive
    if not shutil.which("mmdebstrap"):
        message = (
            "Docker Hub does not answer, and mmdebstrap, which makes images from Debian packages instead, is not installed; "
            "check the network, or install it (Debian, Ubuntu: `apt-get install mmdebstrap`)."
        )
        raise LabError(message)
    archive.parent.mkdir(parents=True, exist_ok=True)
    leave_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale", "info")]
    mirror = [it for it in [os.environ.get("DEVOPSSIM_DEBIAN_MIRROR")] if it]  # otherwise Debian's own
    with whole_file(archive) as part:
        options = ("--variant=minbase", "--include=ca-certificates", "--format=tar", *leave_out)
        run(["mmdebstrap", *options, "--dpkgopt=force-unsafe-io", SUITE, str(part), *mirror])
    return archive


def _import_base(client: docker.DockerClient, archive: Path) -> None:
    if _has(client, BASE):
        return
    repository, tag = BASE.split(":")
    with explain_engine_errors("import the base image"):
        answer = client.api.import_image_from_file(
            str(archive), repository=repository, tag=tag, changes=[f"LABEL {LABEL}={SHARED}", 'CMD ["bash"]']
        )
    if not _has(client, BASE):
        message = f"the base image could not be imported: {explanation_of(str(answer)) or answer}."
        raise LabError(message)


def _build_role(engine: Engine, role: str, reference: str) -> None:
    recipe = resources.files("devopssim.livelab") / "templates" / "images" / role
    client = engine.client()  # one for each builder
    try:
        with explain_engine_errors(f"build the image for {role}"), resources.as_file(recipe) as folder:
            client.images.build(path=str(folder), tag=reference, buildargs={"BASE_IMAGE": BASE}, rm=True, forcerm=True)
            if role == "python" and _own_certificates():
                _with_certificates(client, reference, reference)
    finally:
        client.close()


def _own_certificates() -> Path | None:
    """Return the file of certificates that this machine was told to trust beside the usual ones, if there is any."""
    named = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
    return Path(named) if named and Path(named).is_file() else None


def _with_certificates(client: docker.DockerClient, base: str, reference: str) -> str:
    """Add this machine's certificates (which are public) to an image, so that pip works in it where it works outside."""
    import io  # noqa: PLC0415 - rarely needed
    import tarfile  # noqa: PLC0415

    certificates = _own_certificates()
    recipe = (
        f"FROM {base}\nCOPY certificates.crt /etc/ssl/certs/devopssim.crt\n"
        f"ENV PIP_CERT=/etc/ssl/certs/devopssim.crt\nLABEL {LABEL}={SHARED}\n"
    )
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        for name, content in (
            ("Dockerfile", recipe.encode()),
            ("certificates.crt", certificates.read_bytes() if certificates else b""),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    context.seek(0)
    client.images.build(fileobj=context, custom_context=True, tag=reference, rm=True, forcerm=True)
    return reference


def _keep(engine: Engine, references: tuple[str, ...], archive: Path) -> None:
    """Write the images to a file of the cache; older ones, of other recipes, go."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    for old in archive.parent.glob("roles-*.tar"):
        old.unlink()
    with whole_file(archive) as part:
        run(["docker", "--host", engine.host, "save", "--output", part, *references])


def _fingerprint() -> str:
    """Return a name for the recipes of the images, so that a change of them makes new images."""
    folder = resources.files("devopssim.livelab") / "templates" / "images"
    files = sorted((entry for role in ROLES for entry in (folder / role).iterdir()), key=str)
    certificates = _own_certificates()
    content = b"".join(entry.read_bytes() for entry in files) + (certificates.read_bytes() if certificates else b"")
    return hashlib.sha256(content + SUITE.encode()).hexdigest()[:12]


def _has(client: docker.DockerClient, reference: str) -> bool:
    try:
        client.images.get(reference)
    except ImageNotFound:
        return False
    return True


@contextmanager
def explain_engine_errors(doing: str) -> Iterator[None]:
    """Turn what the engine says went wrong while `doing` into a LabError of one line."""
    try:
        yield
    except BuildError as error:
        said = "".join(str(part.get("stream", part.get("error", ""))) for part in error.build_log)
        message = f"cannot {doing}: {explanation_of(said) or ' '.join(said.split())[-300:] or error.msg}."
        raise LabError(message) from error
    except (APIError, DockerException, OSError) as error:
        message = f"cannot {doing}: {explanation_of(str(error)) or error}."
        raise LabError(message) from error
