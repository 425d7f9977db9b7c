"""The container engine of a test run: the one that answers, or the lab's private one, started here and stopped at the end."""

from contextlib import suppress
from functools import cache

import needs

_started: list[str] = []
"""Addresses of the private engines that this run started."""


def have_one() -> None:
    """Have a container engine run for the test that begins; it is missing only where none answers and none can be started."""
    from devopssim.errors import DevopssimError  # noqa: PLC0415 - the quick tests never need it
    from devopssim.livelab.engine import find_engine, start_private_engine  # noqa: PLC0415

    try:
        remove_labs_of_killed_runs()
        if find_engine() is None:  # at first, or because the last lab of an earlier test took it away
            _started.append(start_private_engine().host)
    except DevopssimError as error:
        needs.missing("a container engine", how=str(error))


@cache
def remove_labs_of_killed_runs() -> None:
    """Remove the labs `test-<word>-<process>` whose test run has ended; their engine may have gone with it."""
    from devopssim import livelab  # noqa: PLC0415
    from devopssim.livelab.engine import is_alive, remaining_labs, remove_lab_folder  # noqa: PLC0415

    for lab in remaining_labs():
        process = lab.rpartition("-")[2]
        if lab.startswith("test-") and not (process.isdigit() and is_alive(int(process))):
            with suppress(livelab.LabError):
                livelab.down(lab, keep_work=False)
            remove_lab_folder(lab)


def stop_ours() -> None:
    """Stop the private engine if this run started it and no lab needs it any more."""
    if _started:
        from devopssim.livelab.engine import find_engine, stop_unused_engine  # noqa: PLC0415

        found = find_engine()
        if found and found.host in _started:
            stop_unused_engine(found)
