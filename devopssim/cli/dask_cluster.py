"""A Dask cluster as the place where work is done; needs the package `distributed`."""

import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Final

from devopssim.errors import InvalidInputError

PATIENCE: Final = "10s"
ADDRESS: Final = re.compile(r"((tcp|tls|ws|wss|ucx)://)?([^\s:/\[\]]+|\[[0-9a-fA-F:.]+\]):[0-9]+/?")
"""What can be a scheduler's address. Dask's client would find out half-made, and print a traceback at the program's end."""
EXAMPLE: Final = "give an address such as tcp://127.0.0.1:8786."


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Yield an executor of the scheduler at this address; raise InvalidInputError where there is none."""
    try:
        from dask.distributed import Client
    except ImportError as error:
        raise InvalidInputError("--dask needs Dask; install it with `pip install 'dask[distributed]'`.") from error
    if not ADDRESS.fullmatch(address):
        raise InvalidInputError(f"--dask {address!r}: can be no scheduler's address; {EXAMPLE}")
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call] # Dask is not typed
    except (OSError, ValueError, TimeoutError) as error:
        raise InvalidInputError(f"--dask {address!r}: no scheduler answers there ({error}); {EXAMPLE}") from error
    with client:
        yield client.get_executor(pure=False)  # type: ignore[no-untyped-call] # as above
