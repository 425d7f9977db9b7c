"""The lab's clock: real time at the lab's start, then steady, so that a machine whose clock is set meanwhile measures right.

All processes of a lab share it through a file beside the journal. After a reboot it starts anew from real time.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

from devopssim.files import write_text

JUMP = 1.0
"""Seconds that real time and the lab's clock may differ without a jump; both are disciplined by the same network time."""


@dataclass(frozen=True)
class LabClock:
    """Clock of one lab, in seconds since 1970.

    Parameters
    ----------
    path : Path
        File with the moment at which the clock was set.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     clock = LabClock(Path(folder) / "clock.json")
    ...     abs(clock.now() - time.time()) < 1, clock.now() <= clock.now()
    (True, True)
    """

    path: Path

    def now(self) -> float:
        """Return the current time."""
        return self._offset() + _steady()

    def of(self, real: float) -> float:
        """Return the lab's time of a moment by the machine's present clock, such as an event of the engine just now."""
        ahead = self.now() - time.time()
        return real + ahead if abs(ahead) > JUMP else real

    def _offset(self) -> float:
        """Return what the steady clock lacks; set the clock where it was not set since the machine's start."""
        steady = _steady()
        try:
            known = json.loads(self.path.read_text(encoding="utf-8"))
            if known["steady"] <= steady:
                return float(known["real"]) - float(known["steady"])
        except (OSError, ValueError, KeyError):
            pass
        real = time.time()
        write_text(self.path, json.dumps({"real": real, "steady": steady}))
        return real - steady


def _steady() -> float:
    """Return the seconds since the machine's start, which nobody can set; the same in all processes."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # counts sleep as well, where it exists
    return time.monotonic() if boot is None else time.clock_gettime(boot)
