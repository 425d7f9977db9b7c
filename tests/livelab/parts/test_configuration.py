"""What users get from the web hosts, whatever the load balancer's order."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from itertools import chain, cycle, repeat
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from devopssim.livelab.engine import LOCALHOST, run
from devopssim.livelab.parts import Configuration
from devopssim.livelab.parts.configuration import HOSTS

Balanced = Callable[[Iterator[str]], Configuration]


@pytest.fixture
def balanced() -> Iterator[Balanced]:
    """A function that returns a configuration whose users reach these hosts, one after the other."""
    servers = []

    def behind(hosts: Iterator[str]) -> Configuration:
        class Balancer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host = next(hosts)
                self.send_response(200)
                if host:
                    self.send_header("X-Slot", host)
                self.end_headers()
                self.wfile.write(json.dumps({"host": host}).encode())

            def log_message(self, *_: object) -> None:
                """Write nothing."""

        server = ThreadingHTTPServer((LOCALHOST, 0), Balancer)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        workspace: Any = SimpleNamespace(ports={"load_balancer": server.server_port})
        production: Any = None
        return Configuration(workspace, production)

    yield behind
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("first", [HOSTS, HOSTS[::-1]])
def test_answers_come_in_the_order_of_the_hosts(balanced: Balanced, first: tuple[str, ...]) -> None:
    assert list(balanced(cycle(first)).answers().items()) == [(host, {"host": host}) for host in HOSTS]


def test_a_host_is_found_although_another_one_answers_several_times_in_a_row(balanced: Balanced) -> None:
    assert list(balanced(chain(repeat("green", 9), repeat("blue"))).answers()) == ["blue", "green"]


def test_a_host_without_requests_is_absent(balanced: Balanced) -> None:
    assert list(balanced(repeat("green")).answers()) == ["green"]
    assert balanced(repeat("")).answers() == {}


@pytest.mark.parametrize(
    ("status", "weight", "answer"),
    [
        ("UP", 100, "yes"),
        ("UP 1/2", 100, "yes"),
        ("UP", 0, "no"),
        ("DOWN", 100, "no"),
        ("DOWN 1/2", 100, "no"),
        ("DRAIN", 100, "no"),
    ],
)
def test_a_host_serves_while_the_load_balancer_sends_it_requests(status: str, weight: int, answer: str) -> None:
    statistics = f"# pxname,svname,status,weight\nshop,blue,{status},{weight}\n"

    class RuntimeInterface(StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            self.wfile.write(statistics.encode())

    program = resources.files("devopssim.livelab") / "templates" / "shop" / "hosts" / "balancer.py"
    with TCPServer((LOCALHOST, 0), RuntimeInterface) as server:
        Thread(target=server.handle_request, daemon=True).start()
        done = run(
            [sys.executable, str(program), "serves", "blue"],
            env={**os.environ, "BALANCER": f"{LOCALHOST}:{server.server_address[1]}"},
        )
    assert done.output == f"{answer}\n"
