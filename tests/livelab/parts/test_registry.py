"""The certificate with which the registry speaks HTTPS, and who accepts it."""

import ssl
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from devopssim.livelab.engine import LOCALHOST, ask
from devopssim.livelab.parts.registry import self_signed


class Answer(BaseHTTPRequestHandler):
    """Answers every request."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    key, certificate = self_signed("localhost")
    (tmp_path / "own.key").write_text(key, encoding="utf-8")
    (tmp_path / "own.crt").write_text(certificate, encoding="utf-8")
    return tmp_path / "own.crt"


@pytest.fixture
def port(certificate: Path) -> Iterator[int]:
    """The port of a service that shows the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    with HTTPServer((LOCALHOST, 0), Answer) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that turn away are expected
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_lab_accepts_the_registry_s_own_certificate(port: int, certificate: Path) -> None:
    assert ask(port, certificate=certificate).status == 200


def test_the_lab_refuses_an_impostor_with_another_certificate(port: int, certificate: Path, tmp_path: Path) -> None:
    (tmp_path / "other.crt").write_text(self_signed("localhost")[1], encoding="utf-8")
    assert ask(port, certificate=tmp_path / "other.crt").status == 0
    assert ask(port, certificate=certificate).status == 200


def test_a_registry_with_a_certificate_is_not_asked_in_clear_text(port: int) -> None:
    assert ask(port).status == 0
