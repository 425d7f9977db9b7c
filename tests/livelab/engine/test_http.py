"""What asking a service on this machine returns, and what it says where the answer is of no use."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from devopssim.livelab import LabError
from devopssim.livelab.engine.http import LOCALHOST, ask

PAGES = {"/products": b'{"espresso": 150}', "/broken": b"Internal Server Error"}


class Shop(BaseHTTPRequestHandler):
    """Answers with JSON, as the shop does, or with an error's plain text."""

    def do_GET(self) -> None:
        self.send_response(500 if self.path == "/broken" else 200)
        self.end_headers()
        self.wfile.write(PAGES[self.path])

    def log_message(self, *said: object) -> None:
        """Keep quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer((LOCALHOST, 0), Shop) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_an_answer_is_read_as_json(port: int) -> None:
    assert ask(port, "/products").json() == {"espresso": 150}


def test_no_proxy_stands_between(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    assert ask(port, "/products").status == 200


def test_where_nobody_listens_the_error_says_so() -> None:
    with socket.socket() as taken:
        taken.bind((LOCALHOST, 0))  # bound, but nobody listens: no other process can answer there
        answer = ask(taken.getsockname()[1])
    assert answer.status == 0
    with pytest.raises(LabError, match=r"no answer .* `devopssim livelab status`"):
        answer.json()


def test_an_answer_that_is_no_json_is_quoted(port: int) -> None:
    with pytest.raises(LabError, match=r"status 500, is not JSON: 'Internal Server Error'"):
        ask(port, "/broken").json()
