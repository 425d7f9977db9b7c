"""A container registry with a login, on 127.0.0.1."""

import io
import json
import tarfile
from dataclasses import dataclass
from typing import Any, Final

import bcrypt
from docker.errors import APIError

from devopssim.livelab.engine import LOCALHOST, CompletedCommand, ServiceAnswer, ask, explain_engine_errors, wait_until
from devopssim.livelab.errors import LabError
from devopssim.livelab.workspace import USER, Workspace, free_ports

CONFIGURATION: Final = {
    "version": 0.1,
    "log": {"level": "warn"},
    "storage": {"filesystem": {"rootdirectory": "/var/lib/registry"}, "delete": {"enabled": True}},
    "http": {"addr": ":5000"},
    "auth": {"htpasswd": {"realm": "devopssim", "path": "/etc/docker/registry/htpasswd"}},
}
"""Configuration of the registry."""
MANIFESTS: Final = (
    "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json"
)
"""Media types of manifests; without them the registry answers with a digest of an old form."""
REGISTRY: Final = "registry"
"""Name of the service in the journal; it is no part of the compose project."""
TRIES: Final = 5
"""Attempts to start the registry; each takes other ports."""


@dataclass(frozen=True)
class Registry:
    """The lab's registry: where images are published.

    Parameters
    ----------
    workspace : Workspace
        The lab.

    Examples
    --------
    >>> lab.registry.login().ok  # doctest: +SKIP
    True
    >>> lab.registry.tags("shop")  # doctest: +SKIP
    ['latest']
    """

    workspace: Workspace

    @property
    def address(self) -> str:
        """Address `localhost:PORT`, as names of images contain it."""
        return self.workspace.registry

    def start(self) -> None:
        """Start the registry with a password of its own; where another program took its port, try others.

        Raises
        ------
        LabError
            Where the engine refuses, or the registry does not answer in time.
        """
        for attempt in range(TRIES):
            try:
                self._start()
                break
            except APIError as error:
                self._remove()
                if "port" not in str(error) or attempt == TRIES - 1:
                    with explain_engine_errors("start the registry"):
                        raise
                self.workspace.ports.update(free_ports())
        wait_until(self.answers, "the registry to answer")

    def answers(self) -> bool:
        """Return whether the registry answers and accepts the lab's password."""
        return self._request("/v2/").status == 200

    def heal(self) -> list[str]:
        """Start a registry that is stopped, dead or removed again, with the images that it held.

        Returns
        -------
        list of str
            `["registry"]` where that was necessary, else empty.

        Raises
        ------
        LabError
            Where another program took its port meanwhile, or the engine refuses.
        """
        if self.answers():
            return []
        with explain_engine_errors("start the registry again"):
            self._remove()
            self._start()
        wait_until(self.answers, "the registry to answer")
        return [REGISTRY]

    def login(self) -> CompletedCommand:
        """Log in as the student; the password goes to standard input."""
        command = ["docker", "login", self.address, "-u", USER, "--password-stdin"]
        return self.workspace.run(command, stdin=self.password())

    def password(self) -> str:
        """Return the registry's password; `workspace.secret("registry")` is the file that holds it."""
        return self.workspace.secret("registry").read_text()

    def repositories(self) -> list[str]:
        """Return the names of published images."""
        return list(self._ask("/v2/_catalog").json()["repositories"])

    def tags(self, repository: str = "shop") -> list[str]:
        """Return the tags of an image, sorted; empty where it was never published."""
        answer = self._ask(f"/v2/{repository}/tags/list")
        return sorted(answer.json().get("tags") or []) if answer.status == 200 else []

    def digest(self, tag: str = "latest", repository: str = "shop") -> str | None:
        """Return the digest (`sha256:…`) of a tag, or None where the tag is missing."""
        return self._ask(f"/v2/{repository}/manifests/{tag}").headers.get("docker-content-digest")

    def _ask(self, path: str) -> ServiceAnswer:
        """Send a request to the registry, logged in; raise LabError where it does not answer."""
        answer = self._request(path)
        if answer.status == 0:
            message = f"the lab's registry at {self.address} does not answer; start it again: `devopssim livelab up --name {self.workspace.name}`."
            raise LabError(message)
        return answer

    def _request(self, path: str) -> ServiceAnswer:
        """Send a request to the registry, logged in."""
        login = (USER, self.password())
        return ask(self.workspace.ports["registry"], path, login=login, headers={"Accept": MANIFESTS})

    def _start(self) -> None:
        """Create the volume and the container, copy the settings in, and start it."""
        workspace = self.workspace
        labels = dict([workspace.label.split("=")])
        volume = workspace.client.volumes.create(name=f"{workspace.project}-registry", labels=labels)
        container = workspace.client.containers.create(
            workspace.images.registry,
            name=f"{workspace.project}-registry",
            labels=labels,
            ports={"5000/tcp": (LOCALHOST, workspace.ports["registry"])},
            volumes={volume.name: {"bind": "/var/lib/registry", "mode": "rw"}},
        )
        hashed = bcrypt.hashpw(self.password().encode(), bcrypt.gensalt(rounds=5)).decode()
        files = {"config.yml": json.dumps(CONFIGURATION), "htpasswd": f"{USER}:{hashed}\n"}
        container.put_archive("/etc/docker/registry", archive_of(files))
        container.start()

    def _remove(self) -> None:
        """Remove the container, if there is one."""
        for container in self.workspace.client.containers.list(
            all=True, filters={"name": f"^/?{self.workspace.project}-registry$"}
        ):
            container.remove(force=True)


def archive_of(files: dict[str, Any]) -> bytes:
    """Return a tar archive of texts.

    Parameters
    ----------
    files : dict of str to str
        Text by file name.

    Examples
    --------
    >>> with tarfile.open(fileobj=io.BytesIO(archive_of({"htpasswd": "student:…"}))) as archive:
    ...     archive.getnames()
    ['htpasswd']
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()
