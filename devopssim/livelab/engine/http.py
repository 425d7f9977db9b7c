"""Ask services on 127.0.0.1, and nowhere else."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import requests

from devopssim.livelab.errors import LabError

QUOTED: Final = 60
"""Characters of an answer that a message quotes."""
LOCALHOST: Final = "127.0.0.1"
WAIT_TIMEOUT: Final = 120.0
"""Seconds to wait for a condition, unless the caller names others."""
ANSWER_TIMEOUT: Final = 20.0
"""Seconds that an answer may take; a busy machine needs some. Where nobody listens, a request ends at once."""


@dataclass(frozen=True, kw_only=True)
class ServiceAnswer:
    """What a service answered: status (0: nothing came), text, headers in lower case, seconds."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def json(self) -> Any:
        """Return the text, read as JSON. Raise LabError where nothing came, or something else."""
        if self.status == 0:
            message = f"nobody answered (waited {self.seconds:.1f} s); `devopssim livelab status` and `docker ps -a` show what runs."
            raise LabError(message)
        try:
            return json.loads(self.text)
        except ValueError:
            message = (
                f"the answer, with status {self.status}, is no JSON: {self.text[:QUOTED]!r}; `.text` holds all of it."
            )
            raise LabError(message) from None


def ask(
    port: int,
    path: str = "/",
    *,
    query: Mapping[str, str] | None = None,
    post: Any = None,
    login: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = ANSWER_TIMEOUT,
) -> ServiceAnswer:
    """Ask http://127.0.0.1:`port``path`; `post` is sent as JSON. A service that does not answer has status 0."""
    began = time.monotonic()
    try:
        with requests.Session() as session:
            session.trust_env = False  # a proxy or a .netrc of the user's is not meant for this machine
            response = session.request(
                "GET" if post is None else "POST",
                f"http://{LOCALHOST}:{port}{path}",
                params=query,
                json=post,
                auth=login,
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
            )
    except requests.RequestException:
        return ServiceAnswer(status=0, seconds=time.monotonic() - began)
    return ServiceAnswer(
        status=response.status_code,
        text=response.content.decode("utf-8", "replace"),
        headers={name.lower(): value for name, value in response.headers.items()},
        seconds=time.monotonic() - began,
    )


def wait_until(holds: Callable[[], object], what: str, *, patience: float = WAIT_TIMEOUT, every: float = 0.1) -> None:
    """Wait until `holds()` is true; raise LabError, naming `what` was waited for, after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            message = f"waited {patience:g} s for {what}, in vain; `devopssim livelab status` and `docker ps -a` show the state."
            raise LabError(message)
        time.sleep(every)
