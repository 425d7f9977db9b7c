"""What every sandbox offers, what it is asked to run, and what comes out of it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import IO, Protocol

from devopssim.course.answers import Json, Question
from devopssim.course.grader.sandbox.limits import Limits
from devopssim.errors import DevopssimError


class SandboxError(DevopssimError):
    """Report that the sandbox itself does not work: the grader's trouble, never the student's."""


@dataclass(frozen=True, kw_only=True)
class SandboxStep:
    """One cell to run, and the questions to ask after it.

    Parameters
    ----------
    id : str
        The step's name.
    source : str, default ""
        The cell's source; empty for a step that only asks.
    questions : mapping of str to Question
        Questions by name.

    Examples
    --------
    >>> SandboxStep(id="01-a", source="lead = 12.5", questions={"test-01-a#0": Question(name="lead")}).id
    '01-a'
    """

    id: str
    source: str = ""
    questions: Mapping[str, Question] = field(default_factory=dict)


@dataclass(kw_only=True)
class SandboxRun:
    """What came out of a sandbox.

    Parameters
    ----------
    answers : dict of str to Json
        Answers by question.
    errors : dict of str to Json
        Errors by step; steps that ended well are left out.
    killed : dict of str to str
        Why the kernel ended, by the step that ended it; also the steps that were never reached.
    seconds : float, default 0
        Elapsed time of the steps; where the notebook's time ran out, the starts of the sandbox are included.
    starts : int, default 0
        How often the sandbox was started.
    timed_out : bool, default False
        Whether a limit of time ended a cell or the notebook.
    """

    answers: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, Json] = field(default_factory=dict)
    killed: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    starts: int = 0
    timed_out: bool = False


class SandboxProcess(Protocol):
    """The protocol of what was started: a process, as `subprocess.Popen` shows it."""

    @property
    def pid(self) -> int:
        """Its number in this process's namespace."""

    @property
    def stdin(self) -> IO[bytes] | None:
        """The near end of its standard input."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """The near end of its standard output."""

    @property
    def stderr(self) -> IO[bytes] | None:
        """The near end of its standard error."""

    def kill(self) -> None:
        """End it."""

    def wait(self) -> int:
        """Wait until it has ended."""


class Started(Protocol):
    """The protocol of a started sandbox: a process whose standard output is the channel."""

    @property
    def process(self) -> SandboxProcess:
        """The process that was started."""

    def memory(self) -> int:
        """Return the bytes in use, 0 where the sandbox limits them itself."""

    def processor_seconds(self) -> float:
        """Return the processor time used, 0 where the sandbox limits it itself."""

    def end(self) -> None:
        """End everything in it and leave nothing behind."""


class Sandbox(Protocol):
    """The protocol of sandboxes: a way to run the program `inside` with limits."""

    @property
    def name(self) -> str:
        """Its name in reports."""

    def start(self, limits: Limits) -> Started:
        """Start the program, which waits for its job on standard input."""

    def prepared(self, imports: Sequence[str]) -> AbstractContextManager[None]:
        """Make starts cheap for the length of a block, where the sandbox can: import once what the statements name."""

    @property
    def folder(self) -> str | None:
        """Where the notebook's files go inside it; a relative path starts from the program's working directory."""

    @property
    def closed(self) -> bool:
        """Whether it promises that the course's solutions cannot be read inside."""

    @property
    def uid(self) -> int | None:
        """The user that the program inside has to become; None if it runs as one already."""
