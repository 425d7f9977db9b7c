"""Images of the lab: official ones where Docker Hub answers, otherwise the same roles built from Debian packages."""

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

import docker
from docker.errors import APIError, BuildError, DockerException, ImageNotFound

from devopssim.errors import InvalidInputError
from devopssim.files import whole_file
from devopssim.livelab.engine.commands import run
from devopssim.livelab.engine.container_engine import Engine
from devopssim.livelab.engine.debian import SUITE, base_archive, debian_base, remove_unfinished
from devopssim.livelab.engine.paths import images_folder
from devopssim.livelab.errors import LabError, explanation_of

LABEL: Final = "devopssim.lab"
"""Label of everything that a lab makes; its value is the lab's identity."""
SHARED: Final = "shared"
"""The label's value on images that all labs of a machine use; they are removed with the last lab."""
OFFICIAL: Final = {
    "python": "python:3.12-slim",
    "postgres": "postgres:16",
    "registry": "registry:2",
    "prometheus": "prom/prometheus:v3.1.0",
    "haproxy": "haproxy:3.0",
    "alertmanager": "prom/alertmanager:v0.28.1",
}
"""Official image of each role."""
ROLES: Final = tuple(OFFICIAL)
"""Roles of the images."""
TOOLS: Final = ("nagios", "tshark")
"""Tools of single exercises; the image of each is built when it is first asked for."""
HUB_PYTHON: Final = "devopssim/python:hub"
"""The official image of Python with this machine's certificates."""
AT_ONCE: Final = 2
"""Images that are built at the same time."""

Report = Callable[[str], object]
"""Function that receives a short description of the current step, for a progress bar."""


@dataclass(frozen=True, kw_only=True)
class Images:
    """A reference for each role.

    Parameters
    ----------
    origin : {"hub", "debian"}
        Where the images come from.
    python, postgres, registry, prometheus, haproxy, alertmanager : str
        Reference of the image of each role.

    Examples
    --------
    >>> Images(origin="hub", **OFFICIAL).postgres
    'postgres:16'
    """

    origin: str
    python: str
    postgres: str
    registry: str
    prometheus: str
    haproxy: str
    alertmanager: str

    def references(self) -> set[str]:
        """Return the references of all roles."""
        return {getattr(self, role) for role in ROLES}


def provide_images(engine: Engine, report: Report = print) -> Images:
    """Make sure that the engine has an image for each role.

    Parameters
    ----------
    engine : Engine
        Container engine.
    report : Callable, default print
        Receives the name of each step.

    Returns
    -------
    Images
        References of the images.

    Raises
    ------
    InvalidInputError
        Where the variable `DEVOPSSIM_IMAGES` is neither hub nor debian. Without it, Docker Hub is used if it answers.
    LabError
        Where the images can neither be pulled nor built.
    """
    client = engine.client()
    try:
        return _from_hub(client, report) if _origin(client) == "hub" else _from_debian(client, engine, report)
    finally:
        client.close()


def provide_tool(engine: Engine, images: Images, tool: str) -> str:
    """Make sure that the engine has the image of a tool, which is built of Debian's packages.

    Parameters
    ----------
    engine : Engine
        Container engine.
    images : Images
        Images of the lab; the tool's is built on one of theirs.
    tool : str
        One of `TOOLS`.

    Returns
    -------
    str
        Reference of the image.

    Raises
    ------
    LabError
        Where it cannot be built, for example without a network.
    """
    base = _tool_base(images.origin)
    reference = _tool_tag(tool, base)
    client = engine.client()
    try:
        if not _has(client, reference):
            with explain_engine_errors(f"build the image for {tool}"), resources.as_file(_recipe(tool)) as folder:
                client.images.build(
                    path=str(folder), tag=reference, buildargs={"BASE_IMAGE": base}, labels={LABEL: SHARED}, rm=True
                )
    finally:
        client.close()
    return reference


def prune_shared_images(client: docker.DockerClient, needed: set[str]) -> None:
    """Remove shared images that no lab needs any more: those of older recipes, and what interrupted builds left.

    Parameters
    ----------
    client : DockerClient
        Client of the engine.
    needed : set of str
        References of images that labs use; the present recipes' are kept as well.
    """
    kept = needed | {_tagged(name) for name in ("base", *ROLES)} | {HUB_PYTHON}
    kept |= {_tool_tag(tool, _tool_base(origin)) for tool in TOOLS for origin in ("hub", "debian")}
    with explain_engine_errors("prune old images"):
        for image in client.api.images(filters={"label": f"{LABEL}={SHARED}"}):
            tags = [tag for tag in image["RepoTags"] or () if tag != "<none>:<none>"]
            if not kept & set(tags):
                for reference in tags or [image["Id"]]:
                    with suppress(APIError):  # a container or a younger image still needs it
                        client.images.remove(reference)
    for archive in (*images_folder().glob("debian-*.tar"), *images_folder().glob("roles-*.tar")):
        if archive not in (base_archive(), _roles_archive()):
            archive.unlink(missing_ok=True)
    remove_unfinished()


def _origin(client: docker.DockerClient) -> str:
    """Return where the images come from: hub or debian."""
    origin = os.environ.get("DEVOPSSIM_IMAGES", "")
    if origin not in {"", "hub", "debian"}:
        message = f"DEVOPSSIM_IMAGES={origin!r} (source of the images) must be hub or debian; unset it to use Docker Hub where it answers."
        raise InvalidInputError(message)
    return origin or ("hub" if hub_answers(client) else "debian")


def hub_answers(client: docker.DockerClient) -> bool:
    """Return whether the engine reaches the official images, or has them all.

    Parameters
    ----------
    client : DockerClient
        Client of the engine.
    """
    if all(_has(client, reference) for reference in OFFICIAL.values()):
        return True
    try:
        client.images.get_registry_data(OFFICIAL["registry"])
    except (DockerException, OSError):
        return False
    return True


def _from_hub(client: docker.DockerClient, report: Report) -> Images:
    """Pull the official images that are missing."""
    for role, reference in OFFICIAL.items():
        report(f"image for {role}: {reference}")
        if not _has(client, reference):
            with explain_engine_errors(f"pull {reference}"):
                repository, tag = reference.split(":")
                client.images.pull(repository, tag)
    chosen = dict(OFFICIAL)
    if _own_certificates():
        with explain_engine_errors("build the shop's base image"):
            chosen["python"] = _with_certificates(client, OFFICIAL["python"], HUB_PYTHON)
    return Images(origin="hub", **chosen)


def _from_debian(client: docker.DockerClient, engine: Engine, report: Report) -> Images:
    """Load the images from the cache, or build them."""
    base, chosen = _tagged("base"), {role: _tagged(role) for role in ROLES}
    archive = _roles_archive()
    if not all(_has(client, reference) for reference in (base, *chosen.values())):
        if archive.exists():
            report("load the images built earlier on this machine")
            with explain_engine_errors("load the images"), archive.open("rb") as stream:
                client.images.load(stream)
        else:
            _build(client, engine, chosen, report)
            if not engine.private:  # which keeps its images anyway
                report("store the images for the next lab")
                _keep(engine, (base, *chosen.values()), archive)
    return Images(origin="debian", **chosen)


def _build(client: docker.DockerClient, engine: Engine, chosen: dict[str, str], report: Report) -> None:
    """Build the base and, several at a time, the image of each role on it."""
    report("base image from Debian packages")
    _import_base(client, debian_base())
    if _own_certificates():
        with explain_engine_errors("add certificates to the base image"):
            _with_certificates(client, _tagged("base"), _tagged("base"))
    report(f"images for {', '.join(chosen)} from Debian packages")
    with ThreadPoolExecutor(AT_ONCE) as builders:
        built = {builders.submit(_build_role, engine, role, reference): role for role, reference in chosen.items()}
        for number, done in enumerate(as_completed(built), start=1):
            done.result()
            report(f"images from Debian packages: {number} of {len(built)}, last for {built[done]}")


def _import_base(client: docker.DockerClient, archive: Path) -> None:
    """Import the root file system as the base image."""
    base = _tagged("base")
    if _has(client, base):
        return
    repository, tag = base.split(":")
    with explain_engine_errors("import the base image"):
        answer = client.api.import_image_from_file(
            str(archive), repository=repository, tag=tag, changes=[f"LABEL {LABEL}={SHARED}", 'CMD ["bash"]']
        )
    if not _has(client, base):
        message = f"the base image could not be imported: {explanation_of(str(answer)) or answer}."
        raise LabError(message)


def _build_role(engine: Engine, role: str, reference: str) -> None:
    """Build the image of one role."""
    client = engine.client()  # one for each builder
    try:
        with explain_engine_errors(f"build the image for {role}"), resources.as_file(_recipe(role)) as folder:
            client.images.build(
                path=str(folder), tag=reference, buildargs={"BASE_IMAGE": _tagged("base")}, rm=True, forcerm=True
            )
    finally:
        client.close()


def _own_certificates() -> Path | None:
    """Return the file of certificates that this machine trusts beside the usual ones, or None."""
    named = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
    return Path(named) if named and Path(named).is_file() else None


def _with_certificates(client: docker.DockerClient, base: str, reference: str) -> str:
    """Add this machine's certificates (which are public) to an image, so that pip works inside as it does outside."""
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
    """Write the images to a file of the cache."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(archive) as part:
        run(["docker", "--host", engine.host, "save", "--output", part, *references])


def _tagged(name: str) -> str:
    """Return the reference of the base or of a role's image; other recipes have another tag."""
    return f"devopssim/{name}:{SUITE}-{_fingerprint()}"


def _recipe(name: str) -> Traversable:
    """Return the folder with the Dockerfile of a role or tool."""
    return resources.files("devopssim.livelab") / "templates" / "images" / name


def _tool_base(origin: str) -> str:
    """Return the image of Debian that tools are built on, by where the lab's images come from."""
    return OFFICIAL["python"] if origin == "hub" else _tagged("base")


def _tool_tag(tool: str, base: str) -> str:
    """Return the reference of a tool's image; another recipe or base has another tag."""
    content = (_recipe(tool) / "Dockerfile").read_bytes() + base.encode()
    return f"devopssim/{tool}:{hashlib.sha256(content).hexdigest()[:12]}"


def _roles_archive() -> Path:
    """Return the file of the images that were built on this machine."""
    return images_folder() / f"roles-{_fingerprint()}.tar"


def _fingerprint() -> str:
    """Return a name for the recipes of the images; changed recipes make new images."""
    files = sorted((entry for role in ROLES for entry in _recipe(role).iterdir()), key=str)
    certificates = _own_certificates()
    content = b"".join(entry.read_bytes() for entry in files) + (certificates.read_bytes() if certificates else b"")
    return hashlib.sha256(content + SUITE.encode()).hexdigest()[:12]


def _has(client: docker.DockerClient, reference: str) -> bool:
    """Return whether the engine has an image."""
    try:
        client.images.get(reference)
    except ImageNotFound:
        return False
    return True


@contextmanager
def explain_engine_errors(doing: str) -> Iterator[None]:
    """Turn an error of the engine into a LabError of one line.

    Parameters
    ----------
    doing : str
        What is being done, for the message `cannot …`.

    Examples
    --------
    >>> with explain_engine_errors("start the registry"):
    ...     raise OSError("bind: address already in use")
    Traceback (most recent call last):
    devopssim.livelab.errors.LabError: cannot start the registry: a port that the lab needs is in use; ...
    """
    try:
        yield
    except BuildError as error:
        output = "".join(str(part.get("stream", part.get("error", ""))) for part in error.build_log)
        message = f"cannot {doing}: {explanation_of(output) or ' '.join(output.split())[-300:] or error.msg}."
        raise LabError(message) from error
    except (APIError, DockerException, OSError) as error:
        message = f"cannot {doing}: {explanation_of(str(error)) or error}."
        raise LabError(message) from error
