"""A load balancer in front of two slots, blue and green: releases without an interruption, and canaries."""

import socket
from dataclasses import dataclass
from typing import Final

from devopssim.errors import InvalidInputError
from devopssim.livelab.engine import LOCALHOST, ServiceAnswer, ask, wait_until
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.production import ProductionEnvironment
from devopssim.livelab.workspace import Workspace

PLACES: Final = ("blue", "green")
"""Slots of production behind the load balancer."""
WHOLE: Final = 100
"""All traffic, in percent."""


@dataclass(frozen=True)
class Traffic:
    """HAProxy and its weights: the share of requests that each slot gets.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    production : ProductionEnvironment
        The environment with the slots.

    Examples
    --------
    >>> lab.traffic.up()  # doctest: +SKIP
    >>> lab.traffic.release("green")  # doctest: +SKIP
    >>> lab.traffic.shift(blue=90, green=10)  # doctest: +SKIP
    """

    workspace: Workspace
    production: ProductionEnvironment

    @property
    def port(self) -> int:
        """Port of 127.0.0.1 where users reach the shop through the load balancer."""
        return self.workspace.ports["load_balancer"]

    def up(self, image: str | None = None) -> None:
        """Start the load balancer with all traffic on blue.

        Parameters
        ----------
        image : str, optional
            Image of blue; default: the latest of the registry.
        """
        if self.production.container("postgres") is None:
            self.production.compose("up", "-d", "--wait", "postgres")
        self.release("blue", image)
        self.production.compose("up", "-d", "--no-deps", "load-balancer")
        wait_until(lambda: self.ask("/health").status == 200, "the load balancer to answer")

    def release(self, place: str, image: str | None = None) -> None:
        """Deploy an image into a slot, with unchanged traffic, and wait until it is healthy.

        Parameters
        ----------
        place : {"blue", "green"}
            Slot.
        image : str, optional
            Reference; default: the latest of the registry.

        Raises
        ------
        InvalidInputError
            Where the slot is unknown.
        LabError
            Where the service ends or stays unhealthy.
        """
        _checked(place)
        self.production.pin(f"{place.upper()}_IMAGE", image)
        self.production.compose("pull", place)
        self.production.compose("up", "-d", "--no-deps", place)
        self.production.wait_healthy(place)

    def weights(self) -> dict[str, int]:
        """Return the share of each slot in percent."""
        return {place: int(self._command(f"get weight shop/{place}").split()[0]) for place in PLACES}

    def shift(self, **percent: int) -> None:
        """Set the share of each slot: `shift(blue=90, green=10)` is a canary, `shift(blue=0, green=100)` a cut-over.

        Parameters
        ----------
        **percent : int
            Share of blue and of green.

        Raises
        ------
        InvalidInputError
            Where a slot is missing, a share is negative, or the sum differs from 100.
        LabError
            Where a slot with a share runs nothing, or the load balancer refuses.
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
            answer = self._command(f"set weight shop/{place} {percent[place]}")
            if answer.strip():
                message = f"the load balancer refused the weight of {place}: {answer.strip()}."
                raise LabError(message)
        self.workspace.journal.write("shifted", **percent)

    def rollback(self, place: str) -> None:
        """Take all traffic from a slot, and record that its release is rolled back."""
        other = PLACES[1 - PLACES.index(_checked(place))]
        self.shift(**{other: WHOLE, place: 0})
        image = self.production.need(place).attrs["Image"]
        self.workspace.journal.write("rolled_back", image=image, place=place)

    def ask(self, path: str = "/", *, post: object = None) -> ServiceAnswer:
        """Send a request to the shop through the load balancer; the header `x-place` names the slot that answered."""
        return ask(self.port, path, post=post)

    def _command(self, command: str) -> str:
        """Send a command to HAProxy's runtime interface and return its answer."""
        try:
            with socket.create_connection((LOCALHOST, self.workspace.ports["weights"]), timeout=5) as connection:
                connection.sendall(command.encode() + b"\n")
                return b"".join(iter(lambda: connection.recv(4096), b"")).decode()
        except OSError as error:
            message = "the load balancer does not run; start it with `traffic.up()`."
            raise LabError(message) from error


def _checked(place: str) -> str:
    """Return a slot's name; raise InvalidInputError where it is unknown."""
    if place not in PLACES:
        message = f"place={place!r} (where a release runs) must be blue or green."
        raise InvalidInputError(message)
    return place
