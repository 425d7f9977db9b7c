"""A Dask cluster as the place where work is done; needs the package `distributed`."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Final

from devopssim.errors import InvalidInputError

PATIENCE: Final = "10s"


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Yield an executor of the scheduler at this address; raise InvalidInputError where there is none."""
    try:
        from dask.distributed import Client
    except ImportError as error:
        raise InvalidInputError("--dask needs Dask; install it with `pip install 'dask[distributed]'`.") from error
    try:
        check_address(address)
        client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call] # Dask is not typed
    except (OSError, ValueError, TimeoutError) as error:
        message = (
            f"--dask {address!r}: no scheduler answers there ({error}); give an address such as tcp://127.0.0.1:8786."
        )
        raise InvalidInputError(message) from error
    with client:
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call] # as above


def check_address(address: str) -> None:
    """Raise ValueError for what can be no scheduler's address; a client would only find out half-made, and not end well."""
    from distributed.comm.addressing import parse_address, parse_host_port
    from distributed.comm.registry import get_backend

    scheme, place = parse_address(address)
    get_backend(scheme)
    parse_host_port(place)
