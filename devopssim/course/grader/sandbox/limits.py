"""What a student's code may use."""

from dataclasses import dataclass, fields

from devopssim.errors import InvalidInputError

MEGABYTE = 1024**2


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds for one notebook; generous, because the machine may be busy with others.

    Parameters
    ----------
    cell_seconds : float, default 60
        Elapsed time of one cell.
    notebook_seconds : float, default 600
        Elapsed time of all cells together, over all restarts.
    start_seconds : float, default 180
        Elapsed time until the sandbox runs and has imported what notebooks use; the student's time starts after it.
    memory_mb : int, default 1024
        Memory, in megabytes of 1024² bytes.
    disk_mb : int, default 32
        Disk, in megabytes.
    processes : int, default 64
        Processes and threads at once.
    answers_mb : int, default 8
        All output that may leave the sandbox, in megabytes.
    restarts : int, default 3
        How often a notebook is restarted without the cell that killed it; may be 0.

    Raises
    ------
    InvalidInputError
        For another limit at or below 0.

    Examples
    --------
    >>> Limits(cell_seconds=0)
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: cell_seconds=0 (a limit of the sandbox) must be above 0.
    """

    cell_seconds: float = 60
    notebook_seconds: float = 600
    start_seconds: float = 180
    memory_mb: int = 1024
    disk_mb: int = 32
    processes: int = 64
    answers_mb: int = 8
    restarts: int = 3

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value <= 0 and field.name != "restarts":
                raise InvalidInputError(f"{field.name}={value} (a limit of the sandbox) must be above 0.")
