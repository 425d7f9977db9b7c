"""Feature flags: deployed code that a setting shows to nobody, to some users or to all of them, without a deployment."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from devopssim.errors import InvalidInputError
from devopssim.files import write_text
from devopssim.livelab import templates
from devopssim.livelab.engine import ask
from devopssim.livelab.parts.drills import HOOK_UP
from devopssim.livelab.parts.repository import Repository
from devopssim.livelab.workspace import Workspace

FLAG: Final = "special-offers"
"""Flag of the feature that `add_feature` commits."""
REQUIREMENT: Final = "openfeature-sdk>=0.8\n"
"""Library that the feature asks about its flag."""
ALL: Final = 100
"""All users, in percent."""
BROKEN: Final = 500
"""HTTP status from which an answer is a failure of the service."""


@dataclass(frozen=True)
class FeatureFlags:
    """The file of flags that the slots blue and green read, in flagd's format; the shop asks it through OpenFeature.

    Parameters
    ----------
    workspace : Workspace
        The lab.
    repository : Repository
        The student's repository.

    Examples
    --------
    >>> lab.flags.roll_out("special-offers", percent=10)  # doctest: +SKIP
    >>> lab.flags.survey()["seen"].value_counts().to_dict()  # doctest: +SKIP
    {'as before': 181, 'feature': 19}
    >>> lab.flags.kill("special-offers")  # doctest: +SKIP
    """

    workspace: Workspace
    repository: Repository

    @property
    def file(self) -> Path:
        """File of the flags."""
        return self.workspace.production / "flags" / "flags.json"

    def add_feature(self) -> str:
        """Commit special offers behind the flag `special-offers`, unless they are there, and return the head's hash."""
        folder = self.repository.folder
        if (folder / "shop" / "flags.py").exists():
            return self.repository.head()
        templates.copy("flagged", folder, {})
        for name, lines in (("shop/__init__.py", HOOK_UP), ("requirements.txt", REQUIREMENT)):
            write_text(folder / name, (folder / name).read_text(encoding="utf-8") + lines)
        return self.repository.commit("Special offers, behind a flag")

    def roll_out(self, flag: str, *, percent: int) -> None:
        """Show a feature to a share of the users; each user sees the same until the share changes.

        Parameters
        ----------
        flag : str
            Name of the flag.
        percent : int
            Share of the users, from 0 to 100.

        Raises
        ------
        InvalidInputError
            Where the flag is unknown or the share out of range.
        """
        if not 0 <= percent <= ALL:
            message = f"percent={percent!r} (of the users who see {flag}) must be from 0 to {ALL}."
            raise InvalidInputError(message)
        shares = [["on", percent], ["off", ALL - percent]]
        self._change(flag, percent, state="ENABLED", targeting={"fractional": shares})

    def kill(self, flag: str) -> None:
        """Hide a feature from all users at once: the kill switch.

        Parameters
        ----------
        flag : str
            Name of the flag.

        Raises
        ------
        InvalidInputError
            Where the flag is unknown.
        """
        self._change(flag, 0, state="DISABLED")

    def changes(self) -> pd.DataFrame:
        """Return one row per change of a flag: seconds (since the lab's start), flag, percent."""
        start = self.workspace.start
        facts = self.workspace.journal.facts("flag")
        rows = [(float(fact["at"]) - start, fact["name"], fact["percent"]) for fact in facts]
        return pd.DataFrame(rows, columns=["seconds", "flag", "percent"])

    def survey(self, users: int = 200) -> pd.DataFrame:
        """Ask for the products once as each of some users, through the load balancer.

        Parameters
        ----------
        users : int, default 200
            Number of users.

        Returns
        -------
        DataFrame
            Index `user`; columns slot (that answered) and seen (as before, feature or error).
        """
        port = self.workspace.ports["load_balancer"]
        rows = {}
        for user in (f"user-{number}" for number in range(1, users + 1)):
            answer = ask(port, "/products", headers={"X-User": user})
            works = 0 < answer.status < BROKEN
            seen = "feature" if "x-feature" in answer.headers else "as before"
            rows[user] = (answer.headers.get("x-slot", ""), seen if works else "error")
        return pd.DataFrame.from_dict(rows, orient="index", columns=["slot", "seen"]).rename_axis("user")

    def _change(self, flag: str, percent: int, **settings: Any) -> None:
        """Write settings of a flag into the file, whole, and record what users see from now on."""
        content = json.loads(self.file.read_text(encoding="utf-8"))
        if flag not in content["flags"]:
            message = f"flag={flag!r} must be one of {', '.join(content['flags'])}; {self.file} defines them."
            raise InvalidInputError(message)
        content["flags"][flag] |= settings
        write_text(self.file, json.dumps(content, indent=2) + "\n")
        self.workspace.journal.write("flag", name=flag, percent=percent)
