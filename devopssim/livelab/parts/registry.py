"""A container registry with a login, on 127.0.0.1."""

import datetime as dt
import io
import json
import tarfile
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import bcrypt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from docker.errors import APIError

from devopssim.files import write_text
from devopssim.livelab.engine import (
    LOCALHOST,
    CompletedCommand,
    ServiceAnswer,
    ask,
    explain_engine_errors,
    remove_container,
    wait_until,
    write_secret,
)
from devopssim.livelab.errors import LabError
from devopssim.livelab.workspace import USER, Workspace, free_ports

SETTINGS: Final = "/etc/docker/registry"
"""Folder of the registry's settings in its container."""
CONFIGURATION: Final[dict[str, Any]] = {
    "version": 0.1,
    "log": {"level": "warn"},
    "storage": {"filesystem": {"rootdirectory": "/var/lib/registry"}, "delete": {"enabled": True}},
    "http": {"addr": ":5000"},
    "auth": {"htpasswd": {"realm": "devopssim", "path": f"{SETTINGS}/htpasswd"}},
}
"""Configuration of the registry."""
TLS: Final = {"certificate": f"{SETTINGS}/registry.crt", "key": f"{SETTINGS}/registry.key"}
"""Configuration of TLS."""
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

    @property
    def certificate(self) -> Path | None:
        """File of the certificate that the registry shows; None while it speaks plain HTTP."""
        path = self.workspace.folder / "secrets" / "registry.crt"
        return path if path.exists() else None

    def use_tls(self) -> None:
        """Start the registry again with a certificate of its own for `localhost`, so that it speaks HTTPS only.

        The engine takes any certificate from a registry on 127.0.0.1; the lab's own requests accept this one only.

        Raises
        ------
        LabError
            Where the engine refuses, or another program took the port meanwhile.
        """
        key, certificate = self_signed("localhost")
        write_secret(self.workspace.secret("registry").with_name("registry.key"), key)
        write_text(self.workspace.folder / "secrets" / "registry.crt", certificate)
        self.heal()

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
        options: dict[str, Any] = {"headers": {"Accept": MANIFESTS}, "certificate": self.certificate}
        return ask(self.workspace.ports["registry"], path, login=login, **options)

    def _start(self) -> None:
        """Create the volume and the container, copy the settings in, and start it."""
        workspace = self.workspace
        labels = workspace.labels
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
        if self.certificate:
            secrets = self.certificate.parent
            files |= {name: (secrets / name).read_text(encoding="utf-8") for name in ("registry.crt", "registry.key")}
            files["config.yml"] = json.dumps({**CONFIGURATION, "http": {**CONFIGURATION["http"], "tls": TLS}})
        container.put_archive(SETTINGS, archive_of(files))
        container.start()

    def _remove(self) -> None:
        """Remove the container, if there is one."""
        remove_container(self.workspace.client, f"{self.workspace.project}-registry")


def self_signed(name: str) -> tuple[str, str]:
    """Return a new private key and a certificate for a name and for 127.0.0.1, signed with that key, valid for 90 days.

    Parameters
    ----------
    name : str
        Name of the host.

    Returns
    -------
    tuple of (str, str)
        Key and certificate, in PEM.

    Examples
    --------
    >>> key, certificate = self_signed("localhost")
    >>> key.splitlines()[0], certificate.splitlines()[0]
    ('-----BEGIN PRIVATE KEY-----', '-----BEGIN CERTIFICATE-----')
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name), x509.IPAddress(ip_address(LOCALHOST))]
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))  # clocks differ
        .not_valid_after(now + dt.timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return plain.decode(), certificate.public_bytes(pem).decode()


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
