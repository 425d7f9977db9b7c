"""A load balancer in front of two slots, blue and green: releases without an interruption, and canaries."""

import socket
from dataclasses import dataclass
from typing import Final

from devopssim.errors import InvalidInputError
from devopssim.livelab.engine import LOCALHOST, ServiceAnswer, ask, wait_until
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts.production import ProductionEnvironment
from devopssim.livelab.workspace import Workspace

SLOTS: Final = ("blue", "green")
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

    def release(self, slot: str, image: str | None = None) -> None:
        """Deploy an image into a slot, with unchanged traffic, and wait until it is healthy.

        Parameters
        ----------
        slot : {"blue", "green"}
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
        _checked(slot)
        self.production.pin(f"{slot.upper()}_IMAGE", image)
        self.production.compose("pull", slot)
        self.production.compose("up", "-d", "--no-deps", slot)
        self.production.wait_healthy(slot)

    def weights(self) -> dict[str, int]:
        """Return the share of each slot in percent."""
        return {slot: int(self._command(f"get weight shop/{slot}").split()[0]) for slot in SLOTS}

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
        if set(percent) != set(SLOTS) or sum(percent.values()) != WHOLE or min(percent.values()) < 0:
            given = ", ".join(f"{slot}={share}" for slot, share in percent.items())
            message = f"{given} (percent of the traffic) must name blue and green and add up to 100; for example blue=90, green=10."
            raise InvalidInputError(message)
        for slot, share in percent.items():
            if share and self.production.container(slot) is None:
                message = f"slot {slot} runs no release that could take traffic; deploy one first: `traffic.release({slot!r})`."
                raise LabError(message)
        began = self.workspace.journal.clock.now()  # what fails from now on may follow from the shift
        for slot in sorted(SLOTS, key=lambda slot: -percent[slot]):  # at no moment are both weights 0
            answer = self._command(f"set weight shop/{slot} {percent[slot]}")
            if answer.strip():
                message = f"the load balancer refused the weight of {slot}: {answer.strip()}."
                raise LabError(message)
        self.workspace.journal.write("shifted", at=began, **percent)

    def rollback(self, slot: str) -> None:
        """Take all traffic from a slot, and record that its release is rolled back."""
        other = SLOTS[1 - SLOTS.index(_checked(slot))]
        self.workspace.journal.write("recovering")
        self.shift(**{other: WHOLE, slot: 0})
        image = self.production.need(slot).attrs["Image"]
        self.workspace.journal.write("rolled_back", image=image, slot=slot)

    def ask(self, path: str = "/", *, post: object = None) -> ServiceAnswer:
        """Send a request to the shop through the load balancer; the header `x-slot` names the slot that answered."""
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


def _checked(slot: str) -> str:
    """Return a slot's name; raise InvalidInputError where it is unknown."""
    if slot not in SLOTS:
        message = f"slot={slot!r} (in which a release runs) must be blue or green."
        raise InvalidInputError(message)
    return slot
