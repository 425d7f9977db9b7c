"""Asking a service on 127.0.0.1, and nowhere else."""

import base64
import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from devopssim.livelab.errors import LabError

SHOWN: Final = 60
"""Characters of an answer that a message quotes."""
HERE: Final = "127.0.0.1"
PATIENCE: Final = 120.0
ANSWERS: Final = 20.0
"""Seconds that an answer may take; a busy machine needs some. Where nobody listens, a question ends at once."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a service answered: status (0: nothing came), text, headers in lower case, seconds."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def json(self) -> Any:
        """Return the text, read as JSON. Raises LabError where nothing came, or something else."""
        if self.status == 0:
            message = f"nobody answered (waited {self.seconds:.1f} s); `devopssim livelab status` and `docker ps -a` show what runs."
            raise LabError(message)
        try:
            return json.loads(self.text)
        except ValueError:
            message = (
                f"the answer, with status {self.status}, is no JSON: {self.text[:SHOWN]!r}; `.text` holds all of it."
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
    timeout: float = ANSWERS,
) -> Answer:
    """Ask http://127.0.0.1:`port``path`; `post` is sent as JSON. A service that does not answer has status 0."""
    sent = dict(headers or {})
    if login:
        sent["Authorization"] = "Basic " + base64.b64encode(":".join(login).encode()).decode()
    body = None if post is None else json.dumps(post)
    if body is not None:
        sent["Content-Type"] = "application/json"
    target = path + ("?" + urlencode(query) if query else "")
    began = time.monotonic()
    connection = http.client.HTTPConnection(HERE, port, timeout=timeout)
    try:
        connection.request("GET" if body is None else "POST", target, body=body, headers=sent)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return Answer(status=0, seconds=time.monotonic() - began)
    finally:
        connection.close()
    known = {name.lower(): value for name, value in response.getheaders()}
    return Answer(status=response.status, text=text, headers=known, seconds=time.monotonic() - began)


def until(holds: Callable[[], object], what: str, *, patience: float = PATIENCE, every: float = 0.1) -> None:
    """Wait until `holds()` is true; raises LabError, naming `what` was waited for, after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            message = f"waited {patience:g} s for {what}, in vain; `devopssim livelab status` and `docker ps -a` show the state."
            raise LabError(message)
        time.sleep(every)
