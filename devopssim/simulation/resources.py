"""Resources: equal units that work queues for, granted in the order of the requests.

The interface is that of `simpy.Resource`, at about three fifths of its cost, since a grant is one event:

    with machines.request() as request:
        yield request
        yield env.timeout(hours)

A unit that is released goes to the oldest request at that moment. Nothing here measures; the process that works records.
"""

from collections import deque
from typing import Any, Protocol, Self

from simpy import Environment, Event

from devopssim.errors import InvalidInputError


class Grants(Protocol):
    """What grants requests: machines, coding slots, people."""

    env: Environment

    def release(self, request: Any) -> None:
        """Take back what was granted, or withdraw a request that still waits."""


class Request(Event):
    """A request for one unit; the event happens when it is granted.

    The end of its `with` block releases the unit or withdraws the request, also when the process fails or is interrupted.
    """

    def __init__(self, resource: Grants) -> None:
        super().__init__(resource.env)
        self.resource = resource

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not GeneratorExit:  # the run has ended: nobody waits for the unit any more
            self.resource.release(self)


class Resource:
    """`capacity` equal units; requests are granted in their order.

    `Resource(env, capacity=0)` grants nothing. Raises InvalidInputError for fewer than 0.
    """

    __slots__ = ("env", "free", "queue")

    def __init__(self, env: Environment, capacity: int) -> None:
        if capacity < 0:
            raise InvalidInputError(f"capacity={capacity} (units of a resource) must be 0 or more.")
        self.env = env
        self.free = capacity
        self.queue: deque[Request] = deque()

    def request(self) -> Request:
        """Request a unit."""
        request = Request(self)
        if self.free:
            self.free -= 1
            request.succeed()
        else:
            self.queue.append(request)
        return request

    def release(self, request: Request) -> None:
        """Release the unit of a request to the next in the queue; withdraw a request that still waits."""
        if not request.triggered:
            self.queue.remove(request)
        elif self.queue:
            self.queue.popleft().succeed()
        else:
            self.free += 1
