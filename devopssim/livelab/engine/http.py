"""HTTP requests to services on 127.0.0.1, and to nowhere else."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import requests

from devopssim.livelab.errors import LabError

QUOTED: Final = 60
"""Characters of an answer that a message quotes."""
LOCALHOST: Final = "127.0.0.1"
"""Address of every service of a lab."""
WAIT_TIMEOUT: Final = 120.0
"""Seconds to wait for a condition by default."""
ANSWER_TIMEOUT: Final = 20.0
"""Seconds that an answer may take; a busy machine needs some. A closed port fails at once."""


@dataclass(frozen=True, kw_only=True)
class ServiceAnswer:
    """Answer of a service.

    Parameters
    ----------
    status : int
        HTTP status; 0 without an answer.
    text : str, default ""
        Body.
    headers : Mapping of str to str, default {}
        Headers; names in lower case.
    seconds : float, default 0
        Duration.

    Examples
    --------
    >>> ServiceAnswer(status=200, text='{"status": "healthy"}').json()
    {'status': 'healthy'}
    """

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def json(self) -> Any:
        """Return the body, parsed as JSON.

        Raises
        ------
        LabError
            Where the service did not answer, or the body is not JSON.
        """
        if self.status == 0:
            message = (
                f"no answer after {self.seconds:.1f} s; `devopssim livelab status` and `docker ps -a` show what runs."
            )
            raise LabError(message)
        try:
            return json.loads(self.text)
        except ValueError:
            message = f"the answer, with status {self.status}, is not JSON: {self.text[:QUOTED]!r}; `.text` holds the full answer."
            raise LabError(message) from None


def ask(
    port: int,
    path: str = "/",
    *,
    query: Mapping[str, str] | None = None,
    post: Any = None,
    login: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    certificate: Path | None = None,
    timeout: float = ANSWER_TIMEOUT,
) -> ServiceAnswer:
    """Send a request to a service of the lab.

    Proxies and `.netrc` of the user are ignored, redirects are not followed.

    Parameters
    ----------
    port : int
        Port of 127.0.0.1.
    path : str, default "/"
        Path of the URL.
    query : Mapping, optional
        Parameters of the URL.
    post : optional
        Body of a POST request, sent as JSON; default: a GET request.
    login : tuple of (str, str), optional
        User and password.
    headers : Mapping, optional
        Additional headers.
    certificate : Path, optional
        Certificate that the service must show; the request goes by HTTPS. Default: HTTP.
    timeout : float, default 20
        Seconds.

    Returns
    -------
    ServiceAnswer
        Status 0 where the service does not answer.

    Examples
    --------
    >>> import socket
    >>> with socket.create_server((LOCALHOST, 0)) as server:
    ...     closed = server.getsockname()[1]
    >>> ask(closed).status
    0
    """
    began = time.monotonic()
    try:
        with requests.Session() as session:
            session.trust_env = False  # a proxy or a .netrc of the user's is not meant for this machine
            response = session.request(
                "GET" if post is None else "POST",
                f"{'https' if certificate else 'http'}://{LOCALHOST}:{port}{path}",
                params=query,
                json=post,
                auth=login,
                headers=headers,
                verify=str(certificate) if certificate else None,
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


def wait_until(holds: Callable[[], object], what: str, *, timeout: float = WAIT_TIMEOUT, every: float = 0.1) -> None:
    """Wait until a condition holds.

    Parameters
    ----------
    holds : Callable
        Function without arguments; true once the condition holds.
    what : str
        Description of the condition, for the error message.
    timeout : float, default 120
        Seconds.
    every : float, default 0.1
        Seconds between two checks.

    Raises
    ------
    LabError
        After the timeout.

    Examples
    --------
    >>> wait_until(lambda: True, "the shop to answer")
    """
    deadline = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > deadline:
            message = f"timed out after {timeout:g} s waiting for {what}; `devopssim livelab status` and `docker ps -a` show the state."
            raise LabError(message)
        time.sleep(every)
