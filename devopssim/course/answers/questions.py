"""Questions to the student's side: the value of a name, the results of a function, the text of a file.

A question holds names and inputs, never what is expected. Code that the student may have tampered with answers it inside
the sandbox. That is allowed for: an answer is a claim, and only the right value is worth points.
"""

import copy
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from devopssim.course.answers.forms import FORM, LONGEST_TYPE, Json
from devopssim.course.answers.reading import from_json
from devopssim.course.answers.writing import to_json

LARGEST_FILE: Final = 256_000


@dataclass(frozen=True, kw_only=True)
class Question:
    """A request for the value of a name, for a function's results, or for a file's text.

    Parameters
    ----------
    name : str, default ""
        Name in the notebook.
    calls : sequence of sequences of Json, optional
        Lists of arguments; if given, the answer is the list of what `name` returns for each.
    path : str, default ""
        Path of a file beside the notebook, read where `name` is empty or undefined.

    Examples
    --------
    >>> Question(name="mean", calls=[[[1, 2]]]).to_json()
    {'name': 'mean', 'calls': [[[1, 2]]], 'path': ''}
    """

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
    """Answer a question from a notebook's names and the files in its folder.

    Parameters
    ----------
    question : Question
        What is asked for.
    namespace : mapping of str to object
        The notebook's names.
    folder : Path
        The notebook's folder, from which `question.path` is read.

    Returns
    -------
    Json
        The form of the value; a form `missing` for an undefined name or file, `raised` for an error, `large` beyond a bound.
        This function itself never raises.

    Examples
    --------
    >>> answer(Question(name="lead"), {"lead": 12.5}, Path("."))
    12.5
    >>> answer(Question(name="lead"), {}, Path("."))
    {'$': 'missing', 'name': 'lead'}
    """
    try:
        return _answer(question, namespace, folder)
    except Exception as error:  # noqa: BLE001 - the student's objects may raise anything
        return raised(error)


def raised(error: BaseException) -> Json:
    """Return an exception in its JSON form: its type's name and the first 300 characters of its message.

    Parameters
    ----------
    error : BaseException
        What a cell or a function raised.

    Returns
    -------
    Json
        A form `raised`.

    Examples
    --------
    >>> raised(KeyError("lead"))
    {'$': 'raised', 'type': 'KeyError', 'message': "'lead'"}
    """
    return {FORM: "raised", "type": type(error).__name__[:LONGEST_TYPE], "message": str(error)[:300]}


def call(function: Any, arguments: Sequence[Json]) -> Json:
    """Call a student's function with fresh copies of the arguments and return the form of its result.

    Parameters
    ----------
    function : callable
        The student's function.
    arguments : sequence of Json
        Forms of the arguments; the function gets values of its own, so that changing one leaves the next call untouched.

    Returns
    -------
    Json
        The form of the result, or a form `raised` if the function raises.

    Examples
    --------
    >>> call(sum, [[1, 2]])
    3
    >>> call(max, [[]])["type"]
    'ValueError'
    """
    try:
        return to_json(function(*(from_json(copy.deepcopy(argument)) for argument in arguments)))
    except Exception as error:  # noqa: BLE001 - the student's function may raise anything
        return raised(error)


EMPTY: Final = raised(NotImplementedError())
"""The form of the stub's error, which an unanswered cell or function gives."""


def _answer(question: Question, namespace: Mapping[str, object], folder: Path) -> Json:
    """Return the form of the name's value, of a function's results, or of the file; a name takes precedence over a file."""
    if question.name and question.name in namespace:
        value = namespace[question.name]
        if question.calls is None:
            return to_json(value)
        return [call(value, arguments) for arguments in question.calls] if callable(value) else to_json(value)
    if question.path:
        return _file(folder / question.path, question.path)
    return {FORM: "missing", "name": question.name}


def _file(path: Path, name: str) -> Json:
    """Read at most `LARGEST_FILE` bytes of a regular file; a pipe, which would never end, counts as missing."""
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
