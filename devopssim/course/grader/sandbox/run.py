"""Run a notebook in a sandbox from the outside: send the job, read what comes with deadlines and bounds, end it for certain."""

import base64
import json
import os
import selectors
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Protocol

from devopssim.course.answers import Json, Question, loads
from devopssim.course.grader.sandbox.limits import MEGABYTE, Limits
from devopssim.errors import DevopssimError, InvalidInputError

GRACE: Final = 2.0
CHECK_EVERY: Final = 0.2
ERRORS_KEPT: Final = 2000


class SandboxError(DevopssimError):
    """The sandbox itself does not work: the grader's trouble, never the student's."""


@dataclass(frozen=True, kw_only=True)
class SandboxStep:
    """One cell to run (`source` may be empty) and the questions to ask after it, by name."""

    id: str
    source: str = ""
    questions: Mapping[str, Question] = field(default_factory=dict)


class Started(Protocol):
    """A sandbox that has started: a process whose standard output is the channel."""

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process."""

    def memory(self) -> int:
        """Return the bytes in use, 0 where the sandbox limits them by itself."""

    def end(self) -> None:
        """End everything in it, whatever it does, and leave nothing behind."""


class Sandbox(Protocol):
    """A way to run the program `inside` with limits."""

    @property
    def name(self) -> str:
        """What reports call it."""

    def start(self, limits: Limits) -> Started:
        """Start it; it waits for its job on the standard input."""

    @property
    def folder(self) -> str | None:
        """Where the notebook's files go inside it; None for a new folder of the host."""

    @property
    def closed(self) -> bool:
        """Whether it promises that the course's solutions cannot be read inside."""

    @property
    def uid(self) -> int | None:
        """The user that the program inside must become, if it does not run as one already."""


@dataclass(kw_only=True)
class SandboxRun:
    """What came out: answers by question, errors by step, and the steps that killed the kernel, with why."""

    answers: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, Json] = field(default_factory=dict)
    killed: dict[str, str] = field(default_factory=dict)
    seconds: float = 0
    starts: int = 0


def run_in_sandbox(
    sandbox: Sandbox, steps: Sequence[SandboxStep], files: Mapping[str, bytes], limits: Limits
) -> SandboxRun:
    """Run the steps; where one kills the kernel, begin again without it, as often and as long as the limits allow.

    Raises SandboxError where the sandbox does not start.
    """
    result, left, began = SandboxRun(), list(steps), time.monotonic()
    while left and result.starts <= limits.restarts:
        remaining = limits.notebook_seconds - result.seconds
        if remaining <= 0:
            break
        deadline_limits = replace(limits, notebook_seconds=remaining)
        result.starts += 1
        culprit = _Attempt(sandbox, left, deadline_limits, result).go(files)
        if culprit is None:
            return result
        left = [step for step in left if step.id != culprit]
        if not any(step.questions.keys() - result.answers.keys() for step in left):
            return result
    for step in left:
        result.killed.setdefault(step.id, "not reached: the notebook's time was used up.")
    result.seconds = max(result.seconds, time.monotonic() - began)
    return result


class _Attempt:
    """One start of the sandbox."""

    def __init__(self, sandbox: Sandbox, steps: Sequence[SandboxStep], limits: Limits, result: SandboxRun) -> None:
        self.sandbox, self.steps, self.limits, self.result = sandbox, steps, limits, result
        self.places = {step.id: place for place, step in enumerate(steps)}
        self.questions: Collection[str] = {name for step in steps for name in step.questions}
        self.ready, self.finished = False, False
        self.current: str | None = None
        self.received = 0
        self.why = "the kernel died."

    def go(self, files: Mapping[str, bytes]) -> str | None:
        """Return the step that killed the kernel, None if all were done."""
        started = self.sandbox.start(self.limits)
        try:
            self._send_job(started, files)
            began = time.monotonic()
            for line in self._lines(started):
                if not self.ready and line.get("ready") is True:
                    self.ready, began = True, time.monotonic()
                elif not self.ready:
                    raise SandboxError(f"the sandbox ({self.sandbox.name}) did not start: {line.get('trouble')}")
                self._take(line)
                if self.finished:
                    break
            if not self.ready:
                raise SandboxError(f"the sandbox ({self.sandbox.name}) did not start: {_last_words(started)}")
            self.result.seconds += time.monotonic() - began
        finally:
            started.end()
            close(started.process)
        if self.finished:
            return None
        culprit = self.current if self.current is not None else self.steps[0].id
        self.result.killed[culprit] = self.why
        return culprit

    def _send_job(self, started: Started, files: Mapping[str, bytes]) -> None:
        job = {
            "uid": self.sandbox.uid,
            "folder": self.sandbox.folder,
            "closed": self.sandbox.closed,
            "limits": asdict(self.limits),
            "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
            "steps": [
                {
                    "id": step.id,
                    "source": step.source,
                    "questions": [(name, asked.to_json()) for name, asked in step.questions.items()],
                }
                for step in self.steps
            ],
        }
        stream = started.process.stdin
        if stream is None:
            raise SandboxError("the sandbox has no standard input.")
        try:
            with stream:
                stream.write(json.dumps(job).encode())
        except BrokenPipeError:
            return  # it died before it read its job; that it never gets ready tells

    def _lines(self, started: Started) -> Iterator[dict[str, Any]]:
        """Yield messages until the sandbox ends, a deadline passes, or a bound is broken."""
        stream = started.process.stdout
        if stream is None:
            raise SandboxError("the sandbox has no standard output.")
        rest = b""
        deadline = self.overall = time.monotonic() + self.limits.start_seconds
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while True:
                now = time.monotonic()
                if now > deadline:
                    self.why = "it took longer than it may and did not let itself be interrupted."
                    return
                if started.memory() > self.limits.memory_mb * MEGABYTE:
                    self.why = f"it used more than {self.limits.memory_mb} MB of memory."
                    return
                if not selector.select(min(CHECK_EVERY, deadline - now)):
                    continue
                piece = os.read(stream.fileno(), 65536)
                self.received += len(piece)
                if not piece:
                    return
                if self.received > self.limits.answers_mb * MEGABYTE:
                    self.why = f"it sent more than {self.limits.answers_mb} MB."
                    return
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    if message := _message(line):
                        deadline = self._deadline(message, deadline)
                        yield message

    def _deadline(self, message: dict[str, Any], deadline: float) -> float:
        """Each step has its own time, all of them together have the notebook's, however many messages are forged."""
        now = time.monotonic()
        if not self.ready:
            if message.get("ready") is not True:
                return deadline
            self.overall = now + self.limits.notebook_seconds
        elif not self._goes_on(message):
            return deadline
        return min(self.overall, now + self.limits.cell_seconds + GRACE)

    def _goes_on(self, message: dict[str, Any]) -> bool:
        """Whether a message says that a later step than the present one has begun; steps begin in order, and once."""
        began = message.get("began")
        now = -1 if self.current is None else self.places[self.current]
        return isinstance(began, str) and self.places.get(began, -1) > now

    def _take(self, message: dict[str, Any]) -> None:
        """Believe as little as possible: known names only, and the first answer to each question."""
        began, ended, answered = message.get("began"), message.get("ended"), message.get("answer")
        if isinstance(began, str) and self._goes_on(message):
            self.current = began
        elif isinstance(ended, str) and ended in self.places:
            if message.get("error") is not None:
                self.result.errors.setdefault(ended, message["error"])
        elif isinstance(answered, str) and answered in self.questions:
            self.result.answers.setdefault(answered, message.get("is"))
        elif message.get("finished") is True:
            self.finished = True


def close(process: subprocess.Popen[bytes]) -> None:
    """Close what connects us with an ended process, and collect it."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()
    process.wait()


def _message(line: bytes) -> dict[str, Any] | None:
    try:
        message = loads(line)
    except InvalidInputError:
        return None
    return message if isinstance(message, dict) else None


def _last_words(started: Started) -> str:
    started.process.kill()
    stream = started.process.stderr
    words = stream.read(ERRORS_KEPT).decode("utf-8", "replace") if stream else ""
    return " ".join(words.split()[-40:]) or "it said nothing."
