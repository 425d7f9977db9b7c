"""Removing what labs made, and nothing else: everything of a lab carries its label."""

import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import docker
from docker.errors import APIError, NotFound

from devopssim.livelab.engine.container_engine import Engine, purge_private_engine, stop_private_engine
from devopssim.livelab.engine.images import LABEL, SHARED, explain_engine_errors
from devopssim.livelab.engine.paths import images_folder, lab_folder, labs_folder
from devopssim.livelab.errors import LabError

IMAGE_REMOVAL_TIMEOUT: Final = 15.0
"""Seconds for removing images, children before parents."""
Filters = dict[str, str | list[str] | bool]


@dataclass(frozen=True, kw_only=True)
class Leftover:
    """Something that carries a lab's label: its type (container, network, volume, image), its name and the lab."""

    type: str
    name: str
    lab: str


def leftovers(client: docker.DockerClient, lab: str | None = None) -> list[Leftover]:
    """Return what is there of a lab, or of all labs."""
    wanted: Filters = {"label": LABEL if lab is None else f"{LABEL}={lab}"}
    with explain_engine_errors("list what labs left"):
        containers = client.containers.list(all=True, filters=wanted, ignore_removed=True)
        networks, volumes = client.networks.list(filters=wanted), client.volumes.list(filters=wanted)
        # Not `client.images.list`: it asks for each one, which may be gone by then.
        images = client.api.images(filters=wanted)
        return [
            *(Leftover(type="container", name=str(it.name), lab=it.labels[LABEL]) for it in containers),
            *(Leftover(type="network", name=str(it.name), lab=it.attrs["Labels"][LABEL]) for it in networks),
            *(Leftover(type="volume", name=str(it.name), lab=it.attrs["Labels"][LABEL]) for it in volumes),
            *(Leftover(type="image", name=_name_of(it), lab=it["Labels"][LABEL]) for it in images),
        ]


def remove_labelled(client: docker.DockerClient, lab: str) -> None:
    """Remove everything that carries the label of this lab; safe to repeat."""
    wanted: Filters = {"label": f"{LABEL}={lab}"}
    with explain_engine_errors("clean up"):
        _remove_all(client.containers.list(all=True, filters=wanted, ignore_removed=True), _remove_container)
        _remove_all(client.networks.list(filters=wanted), lambda network: network.remove())
        _remove_all(client.volumes.list(filters=wanted), lambda volume: volume.remove(force=True))
        _remove_images(client, wanted)


def remove_shared_images(client: docker.DockerClient) -> None:
    """Remove the images that all labs used, unless one uses them still, be it another user's on the same engine."""
    if not remaining_labs() and all(it.lab == SHARED for it in leftovers(client)):
        remove_labelled(client, SHARED)


def remaining_labs() -> list[str]:
    """Return the names of the labs of this machine."""
    return sorted(path.name for path in labs_folder().glob("*") if path.is_dir())


def stop_unused_engine(engine: Engine) -> None:
    """Stop the private engine once no lab needs it; engines of others are left alone."""
    if engine.private and not remaining_labs():
        stop_private_engine()


def remove_lab_folder(lab: str) -> None:
    """Remove the lab's folder."""
    shutil.rmtree(lab_folder(lab), ignore_errors=True)
    with suppress(OSError):
        labs_folder().rmdir()


def purge_cache() -> None:
    """Remove what is kept for the next lab: images as files, and the private engine's data.

    Raises LabError while a lab runs.
    """
    if labs := remaining_labs():
        message = f"the lab {labs[0]!r} runs still; take it down first: `devopssim livelab down --name {labs[0]}`."
        raise LabError(message)
    purge_private_engine()
    shutil.rmtree(images_folder(), ignore_errors=True)


def _remove_images(client: docker.DockerClient, wanted: Filters) -> None:
    """Remove images, children before parents, which takes some rounds."""
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
    container.remove(force=True, v=True)


def _remove_all(things: Iterable[Any], remove: Callable[[Any], object]) -> None:
    for thing in things:
        with suppress(NotFound):
            remove(thing)
