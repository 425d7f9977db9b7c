"""A load balancer before two places, blue and green: releases that users do not notice, and canaries."""

import socket
from dataclasses import dataclass
from typing import Final

from devopssim.errors import InvalidInputError
from devopssim.livelab.engine import LOCALHOST, ServiceAnswer, ask, wait_until
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.production import ProductionEnvironment
from devopssim.livelab.workspace import Workspace

PLACES: Final = ("blue", "green")
WHOLE: Final = 100


@dataclass(frozen=True)
class Traffic:
    """HAProxy with its weights: which place gets how many of a hundred requests."""

    workspace: Workspace
    production: ProductionEnvironment

    @property
    def port(self) -> int:
        """Where users reach the shop through the load balancer, on 127.0.0.1."""
        return self.workspace.ports["load_balancer"]

    def up(self, image: str | None = None) -> None:
        """Start the load balancer with all traffic on blue, which runs `image` (None: the latest of the registry)."""
        if self.production.container("postgres") is None:
            self.production.compose("up", "-d", "--wait", "postgres")
        self.release("blue", image)
        self.production.compose("up", "-d", "--no-deps", "load-balancer")
        wait_until(lambda: self.ask("/health").status == 200, "the load balancer to answer")

    def release(self, place: str, image: str | None = None) -> None:
        """Put an image into a place, without changing who gets traffic, and wait until it is healthy."""
        _known(place)
        self.production.pin(f"{place.upper()}_IMAGE", image)
        self.production.compose("pull", place)
        self.production.compose("up", "-d", "--no-deps", place)
        self.production.wait_healthy(place)

    def weights(self) -> dict[str, int]:
        """Return how much each place gets, in percent."""
        return {place: int(self._command(f"get weight shop/{place}").split()[0]) for place in PLACES}

    def shift(self, **percent: int) -> None:
        """Give each place its share: `shift(blue=90, green=10)` is a canary, `shift(blue=0, green=100)` a cut-over.

        Raises InvalidInputError unless both are named and make 100.
        """
        if set(percent) != set(PLACES) or sum(percent.values()) != WHOLE or min(percent.values()) < 0:
            given = ", ".join(f"{place}={share}" for place, share in percent.items())
            message = f"{given} (percent of the traffic) must name blue and green and make 100; for example blue=90, green=10."
            raise InvalidInputError(message)
        for place, share in percent.items():
            if share and self.production.container(place) is None:
                message = (
                    f"{place} runs nothing that could take traffic; put a release there first: `release({place!r})`."
                )
                raise LabError(message)
        for place in sorted(PLACES, key=lambda place: -percent[place]):  # never both at nothing
            said = self._command(f"set weight shop/{place} {percent[place]}")
            if said.strip():
                message = f"the load balancer refused the weight of {place}: {said.strip()}."
                raise LabError(message)
        self.workspace.journal.write("shifted", **percent)

    def rollback(self, place: str) -> None:
        """Take all traffic away from a place: its release is taken back."""
        other = PLACES[1 - PLACES.index(_known(place))]
        self.shift(**{other: WHOLE, place: 0})
        image = self.production.need(place).attrs["Image"]
        self.workspace.journal.write("rolled_back", image=image, place=place)

    def ask(self, path: str = "/", *, post: object = None) -> ServiceAnswer:
        """Ask the shop as a user would, through the load balancer; the header `x-place` tells who answered."""
        return ask(self.port, path, post=post)

    def _command(self, words: str) -> str:
        """Give a command to HAProxy's runtime interface."""
        try:
            with socket.create_connection((LOCALHOST, self.workspace.ports["weights"]), timeout=5) as line:
                line.sendall(words.encode() + b"\n")
                return b"".join(iter(lambda: line.recv(4096), b"")).decode()
        except OSError as error:
            message = "the load balancer does not run; start it with `traffic.up()`."
            raise LabError(message) from error


def _known(place: str) -> str:
    if place not in PLACES:
        message = f"place={place!r} (where a release runs) must be blue or green."
        raise InvalidInputError(message)
    return place
