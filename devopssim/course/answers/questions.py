"""Questions to the student's side: give me what this name stands for, what this function returns, what this file says.

A question holds names and inputs, never what is expected. It is answered inside the sandbox by code that the student could
have tampered with; that is allowed for, because an answer is a claim, and only the right value is worth points.
"""

import copy
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from devopssim.course.answers.serialisation import FORM, Json, from_json, to_json

LARGEST_FILE: Final = 256_000


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked for: the value of `name`, or, with `calls`, what it returns for each list of arguments, or the file `path`."""

    name: str = ""
    calls: Sequence[Sequence[Json]] | None = None
    path: str = ""

    def to_json(self) -> Json:
        """Return the question in the form in which it enters the sandbox."""
        calls: Json = None if self.calls is None else [list(arguments) for arguments in self.calls]
        return {"name": self.name, "calls": calls, "path": self.path}

    @classmethod
    def from_json(cls, form: Mapping[str, Any]) -> "Question":
        """Return the question that `to_json` wrote."""
        return cls(name=form["name"], calls=form["calls"], path=form["path"])


def answer(question: Question, namespace: Mapping[str, object], folder: Path) -> Json:
    """Answer the question from a notebook's names and the files in its folder. Whatever goes wrong is itself an answer."""
    try:
        return _answer(question, namespace, folder)
    except Exception as error:  # noqa: BLE001 - the student's objects may raise anything
        return raised(error)


def raised(error: BaseException) -> Json:
    """Return an exception in its JSON form."""
    return {FORM: "raised", "type": type(error).__name__, "message": str(error)[:300]}


def call(function: Any, arguments: Sequence[Json]) -> Json:
    """Call a student's function with fresh copies of the arguments and return the result's form, or the error's."""
    try:
        return to_json(function(*(from_json(copy.deepcopy(argument)) for argument in arguments)))
    except Exception as error:  # noqa: BLE001 - the student's function may raise anything
        return raised(error)


EMPTY: Final = raised(NotImplementedError())
"""What a cell or a function gives that nobody has answered yet: the stub's error."""


def _answer(question: Question, namespace: Mapping[str, object], folder: Path) -> Json:
    if question.name and question.name in namespace:
        value = namespace[question.name]
        if question.calls is None:
            return to_json(value)
        return [call(value, arguments) for arguments in question.calls] if callable(value) else to_json(value)
    if question.path:
        return _file(folder / question.path, question.path)
    return {FORM: "missing", "name": question.name}


def _file(path: Path, name: str) -> Json:
    """Read at most a quarter of a megabyte, and nothing but a regular file: a pipe would never end."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return {FORM: "missing", "file": name}
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return {FORM: "missing", "file": name}
    with open(handle, "rb") as stream:  # noqa: PTH123 - a handle, not a path
        text = stream.read(LARGEST_FILE + 1)
    return text.decode("utf-8", "replace") if len(text) <= LARGEST_FILE else {FORM: "large", "type": "file"}
