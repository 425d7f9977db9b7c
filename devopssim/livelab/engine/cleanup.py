"""Removal of what labs made, and of nothing else: everything of a lab carries its label."""

import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import docker
from docker.errors import APIError, NotFound

from devopssim.livelab.engine.container_engine import (
    Engine,
    find_engine,
    purge_private_engine,
    still_answering,
    stop_private_engine,
)
from devopssim.livelab.engine.identity import lab_of
from devopssim.livelab.engine.images import LABEL, SHARED, explain_engine_errors
from devopssim.livelab.engine.paths import images_folder, lab_folder, labs_folder
from devopssim.livelab.errors import LabError

IMAGE_REMOVAL_TIMEOUT: Final = 15.0
"""Seconds for removing images, children before parents."""
REMOVAL_SECONDS: Final = 30
"""Seconds for the end of a removal that another process began."""
Filters = dict[str, str | list[str] | bool]
"""Filters of the engine's API."""


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """Something that carries a lab's label.

    Parameters
    ----------
    type : {"container", "network", "volume", "image", "folder"}
        Kind of thing.
    name : str
        Its name; tags or the start of the id for an image.
    lab : str
        Identity of the lab (`identity_of`); `shared` for images that all labs use.

    Examples
    --------
    >>> Leftover(type="network", name="devopssim-lab-1f40a9c3_default", lab="lab-1f40a9c3").lab
    'lab-1f40a9c3'
    """

    type: str
    name: str
    lab: str


def leftovers(client: docker.DockerClient, lab: str | None = None) -> list[Leftover]:
    """Return what the engine holds of a lab.

    Parameters
    ----------
    client : DockerClient
        Client of the engine.
    lab : str, optional
        Identity of the lab; default: all labs.

    Returns
    -------
    list of Leftover
        Containers, networks, volumes, images.

    Raises
    ------
    LabError
        Where the engine does not answer.
    """
    wanted: Filters = {"label": LABEL if lab is None else f"{LABEL}={lab}"}
    with explain_engine_errors("list the objects of labs"):
        containers = client.containers.list(all=True, filters=wanted, ignore_removed=True)
        networks, volumes = client.networks.list(filters=wanted), client.volumes.list(filters=wanted)
        # Not `client.images.list`: it asks for each one, which may be gone by then.
        images = client.api.images(filters=wanted)
        return [
            *(
                Leftover(type="container", name=str(container.name), lab=container.labels[LABEL])
                for container in containers
            ),
            *(
                Leftover(type="network", name=str(network.name), lab=network.attrs["Labels"][LABEL])
                for network in networks
            ),
            *(Leftover(type="volume", name=str(volume.name), lab=volume.attrs["Labels"][LABEL]) for volume in volumes),
            *(Leftover(type="image", name=_name_of(image), lab=image["Labels"][LABEL]) for image in images),
        ]


def reserve(client: docker.DockerClient, lab: str) -> None:
    """Create the volume of a lab's registry, so that others who use the engine see the lab and keep the images that it is about to use.

    Parameters
    ----------
    client : DockerClient
        Client of the engine.
    lab : str
        Identity of the lab.

    Raises
    ------
    LabError
        Where the engine holds a lab of this identity already.
    """
    if held := [leftover.name for leftover in leftovers(client, lab) if leftover.type != "image"]:
        name = lab.rpartition("-")[0]
        message = (
            f"the container engine holds lab {name!r} ({held[0]}) already: its files were removed, or it is of another machine with "
            f"the same name and folders; remove it with `devopssim livelab down --name {name}`, or choose another name."
        )
        raise LabError(message)
    client.volumes.create(name=f"devopssim-{lab}-registry", labels={LABEL: lab})


def remove_labelled(client: docker.DockerClient, lab: str) -> None:
    """Remove everything that carries the label of a lab; safe to repeat.

    Parameters
    ----------
    client : DockerClient
        Client of the engine.
    lab : str
        Identity of the lab, or `shared`.

    Raises
    ------
    LabError
        Where the engine does not answer or refuses.
    """
    wanted: Filters = {"label": f"{LABEL}={lab}"}
    with explain_engine_errors("clean up"):
        _remove_all(client.containers.list(all=True, filters=wanted, ignore_removed=True), _remove_container)
        _remove_all(client.networks.list(filters=wanted), lambda network: network.remove())
        _remove_all(client.volumes.list(filters=wanted), lambda volume: volume.remove(force=True))
        _remove_images(client, wanted)


def remove_container(client: docker.DockerClient, name: str) -> None:
    """Remove the container of a name with its anonymous volumes, running or not, if there is one."""
    _remove_all(client.containers.list(all=True, filters={"name": f"^/?{name}$"}), _remove_container)


def remove_shared_images(client: docker.DockerClient) -> None:
    """Remove the images that all labs use, unless a lab still needs them, including another user's on the same engine."""
    if not remaining_labs() and all(leftover.lab == SHARED for leftover in leftovers(client)):
        remove_labelled(client, SHARED)


def remaining_labs() -> list[str]:
    """Return the names of the labs of this machine, sorted."""
    return sorted(path.name for path in labs_folder().glob("*") if path.is_dir())


def stop_unused_engine(engine: Engine) -> None:
    """Stop the private engine after the last lab, including other users' labs on it; engines of the user keep running."""
    if engine.private and not remaining_labs() and still_answering(engine):
        with suppress(LabError):  # the end of another lab stops it at this moment
            if not holds_other_labs(engine):
                stop_private_engine()


def holds_other_labs(engine: Engine) -> bool:
    """Return whether an engine holds a lab that this cache does not know, such as that of another user.

    Parameters
    ----------
    engine : Engine
        Container engine.

    Raises
    ------
    LabError
        Where the engine does not answer.
    """
    client = engine.client()
    try:
        labs = {lab_of(leftover.lab) for leftover in leftovers(client) if leftover.type != "image"}
    finally:
        client.close()
    return not labs <= set(remaining_labs())


def remove_lab_folder(lab: str) -> None:
    """Remove the folder of a lab."""
    shutil.rmtree(lab_folder(lab), ignore_errors=True)
    with suppress(OSError):
        labs_folder().rmdir()


def purge_cache() -> None:
    """Remove what is cached for the next lab: images as files, and the private engine's data.

    Raises
    ------
    LabError
        While a lab runs, or another user's lab runs on the private engine.

    Examples
    --------
    >>> purge_cache()  # doctest: +SKIP
    """
    if labs := remaining_labs():
        message = f"lab {labs[0]!r} still exists; remove it first: `devopssim livelab down --name {labs[0]}`."
        raise LabError(message)
    engine = find_engine()
    if engine and engine.private and holds_other_labs(engine):
        message = (
            f"the private engine ({engine.host}) holds labs of another user or cache, which `devopssim livelab status` lists; "
            "purge the cache once their owners have removed them."
        )
        raise LabError(message)
    purge_private_engine()
    shutil.rmtree(images_folder(), ignore_errors=True)


def _remove_images(client: docker.DockerClient, wanted: Filters) -> None:
    """Remove images, children before parents, which takes several rounds."""
    deadline = time.monotonic() + IMAGE_REMOVAL_TIMEOUT
    while images := client.api.images(all=True, filters=wanted):
        for image in images:
            with suppress(APIError):
                client.images.remove(image["Id"], force=True)
        if time.monotonic() > deadline:
            break


def _name_of(image: dict[str, Any]) -> str:
    """Return an image's tags, or the start of its id where it has none."""
    tags = [tag for tag in image["RepoTags"] or () if tag != "<none>:<none>"]
    return ", ".join(tags) or str(image["Id"])[: len("sha256:") + 12]


def _remove_container(container: Any) -> None:
    """Remove a container with its anonymous volumes, running or not; wait for the end of a removal that is in progress."""
    try:
        container.remove(force=True, v=True)
    except APIError as error:
        if error.status_code != HTTPStatus.CONFLICT:
            raise
        container.wait(condition="removed", timeout=REMOVAL_SECONDS)


def _remove_all(things: Iterable[Any], remove: Callable[[Any], object]) -> None:
    """Remove things; one that another process removed first is skipped."""
    for thing in things:
        with suppress(NotFound):
            remove(thing)
