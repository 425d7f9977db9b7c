"""Run replications on a Dask cluster; requires the package `distributed`."""

import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Final

from devopssim.errors import InvalidInputError

CONNECT_TIMEOUT: Final = "10s"
ADDRESS: Final = re.compile(r"((tcp|tls|ws|wss|ucx)://)?([^\s:/\[\]]+|\[[0-9a-fA-F:.]+\]):[0-9]+/?")
"""The form of a scheduler address. It is checked here because Dask's client would print a traceback at exit."""
EXAMPLE: Final = "tcp://127.0.0.1:8786"


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Yield an executor of the scheduler at this address; raise InvalidInputError if none answers."""
    try:
        from dask.distributed import Client
    except ImportError as error:
        raise InvalidInputError("--dask requires Dask; install it with `pip install 'dask[distributed]'`.") from error
    if not ADDRESS.fullmatch(address):
        raise InvalidInputError(f"--dask {address!r}: expected [PROTOCOL://]HOST:PORT, for example {EXAMPLE}.")
    try:
        client = Client(address, timeout=CONNECT_TIMEOUT, set_as_default=False)  # type: ignore[no-untyped-call] # Dask is not typed
    except (OSError, ValueError, TimeoutError) as error:
        raise InvalidInputError(
            f"--dask {address!r}: no scheduler answers ({error}); start one there, or pass its address, for example {EXAMPLE}."
        ) from error
    with client:
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call] # as above
