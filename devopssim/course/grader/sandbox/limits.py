"""What a student's code may use."""

from dataclasses import dataclass, fields

from devopssim.errors import InvalidInputError

MEGABYTE = 1024**2


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds on the clock, megabytes and counts, for one notebook; generous, because the machine may be busy with others."""

    cell_seconds: float = 60
    notebook_seconds: float = 600
    start_seconds: float = 180
    """Until the sandbox is up and has imported what notebooks use; not the student's time."""
    memory_mb: int = 1024
    disk_mb: int = 32
    processes: int = 64
    answers_mb: int = 8
    """All that may leave the sandbox."""
    restarts: int = 3
    """How often a notebook is begun again without the cell that killed it."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value <= 0 and field.name != "restarts":
                raise InvalidInputError(f"{field.name}={value} (a limit of the sandbox) must be above 0.")
