"""Run a notebook in a sandbox, seen from the outside: send the job, read messages with deadlines and bounds, end it for certain."""

import base64
import json
import os
import select
import selectors
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, Final

from devopssim.course.answers import Json, loads
from devopssim.course.grader.sandbox.limits import MEGABYTE, Limits
from devopssim.course.grader.sandbox.protocol import (
    Sandbox,
    SandboxError,
    SandboxProcess,
    SandboxRun,
    SandboxStep,
    Started,
)
from devopssim.errors import InvalidInputError

GRACE: Final = 2.0
PIECE: Final = 1 << 16
CHECK_EVERY: Final = 0.2
ERRORS_KEPT: Final = 2000
CORES: Final = 2
"""Cores that one cell may keep busy for all of its time."""
START_SPENT: Final = 1.0


def run_in_sandbox(
    sandbox: Sandbox, steps: Sequence[SandboxStep], files: Mapping[str, bytes], limits: Limits
) -> SandboxRun:
    """Run the steps; after a step that kills the kernel, restart without it, as often and as long as the limits allow.

    Parameters
    ----------
    sandbox : Sandbox
        Where they run.
    steps : sequence of SandboxStep
        The notebook's steps, with unique ids.
    files : mapping of str to bytes
        The course's public files, by path.
    limits : Limits
        What the code may use; also how often it is restarted.

    Returns
    -------
    SandboxRun
        Answers, errors, and the steps that killed the kernel.

    Raises
    ------
    SandboxError
        If the sandbox does not start.

    Examples
    --------
    >>> from devopssim.course.grader.sandbox.plain import Plain
    >>> run_in_sandbox(Plain(), [], {}, Limits()).starts
    0
    """
    result, left, began = SandboxRun(), list(steps), time.monotonic()
    while left and result.starts <= limits.restarts:
        remaining = limits.notebook_seconds - result.seconds
        if remaining <= 0:
            break
        deadline_limits = replace(limits, notebook_seconds=remaining)
        result.starts += 1
        culprit = _Attempt(sandbox, left, deadline_limits, result).run(files)
        if culprit is None:
            return result
        left = [step for step in left if step.id != culprit]
        if not any(step.questions.keys() - result.answers.keys() for step in left):
            return result
    for step in left:
        result.killed.setdefault(step.id, "not reached: the notebook's time was used up.")
        result.timed_out = True
    result.seconds = max(result.seconds, time.monotonic() - began)
    return result


def starts(sandbox: Sandbox) -> bool:
    """Return whether a sandbox starts, by starting it without any step.

    Parameters
    ----------
    sandbox : Sandbox
        The sandbox.

    Returns
    -------
    bool
        Whether the program inside got ready, and ended.

    Examples
    --------
    >>> from devopssim.course.grader.sandbox.plain import Plain
    >>> starts(Plain())
    True
    """
    try:
        return _Attempt(sandbox, [], Limits(), SandboxRun()).run({}) is None
    except (SandboxError, LookupError):
        return False


class _Attempt:
    """One start of the sandbox: reads messages until the steps are done or one has ended the kernel."""

    def __init__(self, sandbox: Sandbox, steps: Sequence[SandboxStep], limits: Limits, result: SandboxRun) -> None:
        self.sandbox, self.steps, self.limits, self.result = sandbox, steps, limits, result
        self.positions = {step.id: position for position, step in enumerate(steps)}
        self.questions: Collection[str] = {name for step in steps for name in step.questions}
        self.ready, self.finished = False, False
        self.current: str | None = None
        self.received = 0
        self.reason = "the kernel died."
        self.watched = self.spent = 0.0
        self.pending = bytearray()
        self.asked: set[str] = set()

    def run(self, files: Mapping[str, bytes]) -> str | None:
        """Run the steps and return the one that killed the kernel, None if all were done."""
        started = self.sandbox.start(self.limits)
        try:
            self._queue_job(started, files)
            began = time.monotonic()
            for line in self._lines(started):
                if not self.ready and line.get("ready") is True:
                    self.ready, began = True, time.monotonic()
                elif not self.ready:
                    raise SandboxError(f"the sandbox ({self.sandbox.name}) did not start: {line.get('trouble')}")
                self._record(line, started)
                if self.finished:
                    break
            if not self.ready:
                raise SandboxError(f"the sandbox ({self.sandbox.name}) did not start: {_error_text(started)}")
            self.result.seconds += time.monotonic() - began
        finally:
            started.end()
            close(started.process)
        if self.finished:
            return None
        culprit = self.current if self.current is not None else self.steps[0].id
        self.result.killed[culprit] = self.reason
        return culprit

    def _queue_job(self, started: Started, files: Mapping[str, bytes]) -> None:
        """Queue the job as JSON: it is written as the sandbox reads it, so that one that never does costs no more than its time."""
        job = {
            "uid": self.sandbox.uid,
            "folder": self.sandbox.folder,
            "closed": self.sandbox.closed,
            "limits": asdict(self.limits),
            "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
            "steps": [{"id": step.id, "source": step.source, "asks": bool(step.questions)} for step in self.steps],
        }
        if started.process.stdin is None:
            raise SandboxError("the sandbox has no standard input.")
        os.set_blocking(started.process.stdin.fileno(), False)
        self.pending += json.dumps(job).encode() + b"\n"

    def _ask(self, step_id: str) -> None:
        """Queue the questions of the present step, once; those of later steps stay outside until the notebook gets there."""
        if step_id == self.current and step_id not in self.asked:
            self.asked.add(step_id)
            questions = self.steps[self.positions[step_id]].questions
            self.pending += (
                json.dumps([(name, question.to_json()) for name, question in questions.items()]).encode() + b"\n"
            )

    def _write(self, started: Started) -> None:
        """Write what is queued, as far as the sandbox reads it."""
        if not self.pending or started.process.stdin is None:
            return
        try:
            while self.pending:
                written = os.write(started.process.stdin.fileno(), self.pending[:PIECE])
                del self.pending[:written]
        except BlockingIOError:
            return
        except OSError:
            self.pending.clear()  # it has closed its input: a job that it never read is missed by its `ready`, answers do not come

    def _lines(self, started: Started) -> Iterator[dict[str, Any]]:
        """Yield messages until the sandbox ends, a deadline passes, or a bound is broken; `reason` then holds the reason."""
        stream = started.process.stdout
        if stream is None:
            raise SandboxError("the sandbox has no standard output.")
        rest = b""
        deadline = self.overall = time.monotonic() + self.limits.start_seconds
        self.watched = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while True:
                self._write(started)
                wait = 0.01 if self.pending else CHECK_EVERY
                selector.select(max(0.0, min(wait, deadline - time.monotonic())))
                if self._uses_too_much(started):
                    return
                if not selector.select(0):
                    # the pipe is empty: only now does the clock count, since a busy grader may be late itself
                    if time.monotonic() > deadline:
                        self.reason = "it took longer than it may and did not let itself be interrupted."
                        self.result.timed_out = True
                        return
                    continue
                piece = os.read(stream.fileno(), PIECE)
                self.received += len(piece)
                if not piece:
                    return
                if self.received > self.limits.answers_mb * MEGABYTE:
                    self.reason = f"it sent more than {self.limits.answers_mb} MB."
                    return
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    if message := _message(line):
                        deadline = self._deadline(message, deadline)
                        yield message

    def _uses_too_much(self, started: Started) -> bool:
        """Return whether the sandbox uses too much memory; five times a second it is looked at."""
        if time.monotonic() < self.watched + CHECK_EVERY / 2:
            return False
        self.watched = time.monotonic()
        if started.memory() > self.limits.memory_mb * MEGABYTE:
            self.reason = f"it used more than {self.limits.memory_mb} MB of memory."
            return True
        if self.ready and started.processor_seconds() - self.spent > CORES * self.limits.cell_seconds + START_SPENT:
            self.reason = (
                f"its processes used more processor time than {CORES} cores have in {self.limits.cell_seconds:g} s."
            )
            return True
        return False

    def _deadline(self, message: dict[str, Any], deadline: float) -> float:
        """Return the deadline after a message: each step has its own time within the notebook's, and forged messages extend neither."""
        now = time.monotonic()
        if not self.ready:
            if message.get("ready") is not True:
                return deadline
            self.overall = now + self.limits.notebook_seconds
        elif not self._starts_later_step(message):
            return deadline
        return min(self.overall, now + self.limits.cell_seconds + GRACE)

    def _starts_later_step(self, message: dict[str, Any]) -> bool:
        """Return whether a message starts a later step than the present one; steps begin in order, and once."""
        began = message.get("began")
        now = -1 if self.current is None else self.positions[self.current]
        return isinstance(began, str) and self.positions.get(began, -1) > now

    def _record(self, message: dict[str, Any], started: Started) -> None:
        """Record a message and trust little of it: known names only, and the first answer to each question."""
        began, ended, answered = message.get("began"), message.get("ended"), message.get("answer")
        if isinstance(began, str) and self._starts_later_step(message):
            self.current, self.spent = began, started.processor_seconds()
        elif isinstance(ended, str) and ended in self.positions:
            if message.get("error") is not None:
                self.result.errors.setdefault(ended, message["error"])
                self.result.timed_out |= is_out_of_time(message["error"])
        elif isinstance(answered, str) and answered in self.questions:
            self.result.answers.setdefault(answered, message.get("is"))
        elif isinstance(asks := message.get("asks"), str):
            self._ask(asks)
        elif message.get("finished") is True:
            self.finished = True


def is_out_of_time(error: Json) -> bool:
    """Return whether an error is the one of a cell that was interrupted because of its time."""
    return isinstance(error, dict) and error.get("type") == "OutOfTime"


def close(process: SandboxProcess) -> None:
    """Close the pipes to an ended process, and collect its status."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()
    process.wait()


def _message(line: bytes) -> dict[str, Any] | None:
    """Return a line as a message, None for anything but a JSON object."""
    try:
        message = loads(line)
    except InvalidInputError:
        return None
    return message if isinstance(message, dict) else None


def _error_text(started: Started) -> str:
    """Return the end of what the process wrote to standard error, after killing it; what does not come in time is left out."""
    started.process.kill()
    stream, text, until = started.process.stderr, b"", time.monotonic() + GRACE
    while stream and len(text) < ERRORS_KEPT and select.select([stream], [], [], max(0.0, until - time.monotonic()))[0]:
        if not (piece := os.read(stream.fileno(), ERRORS_KEPT)):
            break
        text += piece
    return " ".join(text.decode("utf-8", "replace").split()[-40:]) or "no output."
