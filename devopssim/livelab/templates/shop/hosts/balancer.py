"""One host at the load balancer: does it serve, drain it (no new requests), or let it serve again.

    python balancer.py serves|drain|serve HOST

The load balancer's runtime interface listens at the address in the variable BALANCER.
"""

import csv
import os
import socket
import sys
import time

PATIENCE = 30


def command(text: str) -> str:
    """Send a command to HAProxy and return its answer; empty where it does not run yet."""
    host, port = os.environ["BALANCER"].split(":")
    try:
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(text.encode() + b"\n")
            return b"".join(iter(lambda: connection.recv(4096), b"")).decode()
    except OSError:
        return ""


def state(host: str) -> dict[str, str]:
    """Return HAProxy's statistics of a host."""
    rows = csv.DictReader(command("show stat").lstrip("# ").splitlines())
    return next((row for row in rows if (row["pxname"], row["svname"]) == ("shop", host)), {})


def serves(host: str) -> bool:
    """Return whether the host gets requests, as it does while its status is UP 1/2: one health check came too late."""
    now = state(host)
    return now.get("status", "").startswith("UP") and now["weight"] != "0"


def drain(host: str) -> bool:
    """Send no new request to the host, and return whether the present ones have ended."""
    command(f"set server shop/{host} state drain")
    return state(host).get("scur", "0") == "0"


def serve(host: str) -> bool:
    """Let the host serve, and return whether its health check has passed."""
    command(f"set server shop/{host} state ready")
    command(f"set weight shop/{host} 100")
    return serves(host)


def main(action: str, host: str) -> int:
    """Do what the command line asks for."""
    if action == "serves":
        print("yes" if serves(host) else "no")
        return 0
    done = {"drain": drain, "serve": serve}[action]
    deadline = time.monotonic() + PATIENCE
    while not done(host):
        if time.monotonic() > deadline:
            print(f"{host} does not {action} after {PATIENCE} s: {state(host).get('status', 'no load balancer')}")
            return 1
        time.sleep(0.1)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
