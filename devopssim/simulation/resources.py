"""Resources: equal units that work queues for, granted in the order of the requests.

The interface is that of `simpy.Resource`, at about three fifths of its cost, since a grant is one event::

    with machines.request() as request:
        yield request
        yield env.timeout(hours)

A released unit goes to the oldest request at that moment. Resources measure nothing: the process that uses one records.
"""

from collections import deque
from typing import Any, Protocol, Self

from simpy import Environment, Event

from devopssim.errors import InvalidInputError


class Grants(Protocol):
    """Protocol of what grants requests: machines, coding slots, people."""

    env: Environment

    def release(self, request: Any) -> None:
        """Take back a granted unit, or withdraw a request that still waits."""


class Request(Event):
    """Event that a requested unit is granted.

    The end of its `with` block releases the unit or withdraws the request, also when the process fails or is interrupted.

    Parameters
    ----------
    resource : Grants
        The resource that grants the unit and takes it back.
    """

    def __init__(self, resource: Grants) -> None:
        super().__init__(resource.env)
        self.resource = resource

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is not GeneratorExit:  # the run has ended, and with it the queue
            self.resource.release(self)


class Resource:
    """Grant `capacity` equal units in the order of the requests (first in, first out).

    Parameters
    ----------
    env : simpy.Environment
        Environment in which the requests wait.
    capacity : int
        Number of units, 0 or more; with 0, every request waits for ever.

    Attributes
    ----------
    free : int
        Units that are available now.
    queue : deque of Request
        Requests that wait, the oldest first.

    Raises
    ------
    InvalidInputError
        If `capacity` is negative.

    Examples
    --------
    Two jobs of 3 hours share one machine; the second ends after 6 hours.

    >>> env = Environment()
    >>> machine = Resource(env, capacity=1)
    >>> def job():
    ...     with machine.request() as request:
    ...         yield request
    ...         yield env.timeout(3)
    ...         print(env.now)
    >>> for _ in range(2):
    ...     process = env.process(job())
    >>> env.run()
    3
    6
    """

    __slots__ = ("env", "free", "queue")

    def __init__(self, env: Environment, capacity: int) -> None:
        if capacity < 0:
            raise InvalidInputError(f"capacity={capacity} (units of a resource) must be 0 or more.")
        self.env = env
        self.free = capacity
        self.queue: deque[Request] = deque()

    def request(self) -> Request:
        """Return a request for one unit; it is granted at once if a unit is free."""
        request = Request(self)
        if self.free:
            self.free -= 1
            request.succeed()
        else:
            self.queue.append(request)
        return request

    def release(self, request: Request) -> None:
        """Pass the unit of a request on to the oldest waiting request; withdraw a request that still waits."""
        if not request.triggered:
            self.queue.remove(request)
        elif self.queue:
            self.queue.popleft().succeed()
        else:
            self.free += 1
