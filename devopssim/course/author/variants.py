"""Variants: each student's own numbers, derived from their id and the course's key, so that answers cannot be passed on.

A course declares what may differ, in the table `[variant]` of `exercises.toml`: `seed = {low = 1, high = 9999, default = 1}` or
`developers = {among = [4, 6, 8], default = 6}`. A student's copy holds their numbers in `variant.json`; the grader derives
the same numbers again and never reads that file.

References
----------
Irvine, Thompson, McCarrin, Khosalim, *Live Lesson: Labtainers: A Docker-based Framework for Cybersecurity Labs* (2017), keep
answers apart in the same way.
"""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from devopssim.course.author.declarations import refuse_unknown, typed
from devopssim.errors import InvalidInputError

VARIANT_FILE: Final = "variant.json"
SHORTEST_KEY: Final = 16
"""Shortest key, in bytes, from which students' own numbers may be derived."""
Value = int | float | str

_context: "ContextVar[GradingContext | None]" = ContextVar("the student who is graded", default=None)


@dataclass(frozen=True, kw_only=True)
class VariantNumber:
    """One number that may differ from student to student.

    Parameters
    ----------
    name : str
        Its name, an attribute of `variant()`.
    default : int, float or str
        Its value in copies without a student.
    low, high : int, default 0
        Smallest and largest value of a whole number.
    among : tuple, default ()
        The values to choose from; takes precedence over the bounds.
    """

    name: str
    default: Value
    low: int = 0
    high: int = 0
    among: tuple[Value, ...] = ()

    def pick(self, integer: int) -> Value:
        """Return the value that a large random integer selects.

        Examples
        --------
        >>> VariantNumber(name="developers", default=6, among=(4, 6, 8)).pick(100)
        6
        >>> VariantNumber(name="seed", default=1, low=1, high=9).pick(100)
        2
        """
        return self.among[integer % len(self.among)] if self.among else self.low + integer % (self.high - self.low + 1)


def parse_variant(declared: Mapping[str, Any], where: str) -> dict[str, VariantNumber]:
    """Build the numbers that the table `[variant]` declares.

    Parameters
    ----------
    declared : mapping
        The parsed table.
    where : str
        Location of the table, for errors.

    Returns
    -------
    dict of str to VariantNumber
        Numbers by name.

    Raises
    ------
    InvalidInputError
        For a number without a default, with an unknown setting or a wrong type, or with `low` at or above `high`.
    """
    choices = {}
    for name, settings in declared.items():
        location = f"{where}: [variant] {name}"
        if not isinstance(settings, Mapping) or "default" not in settings:
            raise InvalidInputError(
                f"{location} must be like {{low = 1, high = 99, default = 1}} or {{among = [1, 2], default = 1}}."
            )
        refuse_unknown(settings, ("low", "high", "among", "default"), "a number of one's own", location)
        choice = typed({**settings, "name": name}, VariantNumber, location)
        if not choice.among and choice.high <= choice.low:
            raise InvalidInputError(f"{location}: low={choice.low} must be below high={choice.high}.")
        choices[name] = choice
    return choices


def derive(choices: Mapping[str, VariantNumber], *, course: str, student: str, key: bytes) -> dict[str, Value]:
    """Return a student's numbers: HMAC-SHA-256 of the course, the student and each number's name, under the course's key.

    Parameters
    ----------
    choices : mapping of str to VariantNumber
        What may differ.
    course : str
        The course's name.
    student : str
        The student's id, in any case and with white space around it.
    key : bytes
        The course's secret key, at least `SHORTEST_KEY` bytes.

    Returns
    -------
    dict of str to int, float or str
        Numbers by name; the same for the same arguments on any machine.

    Raises
    ------
    InvalidInputError
        For a short key or an unprintable id.

    Examples
    --------
    >>> seed = {"seed": VariantNumber(name="seed", default=1, low=1, high=9999)}
    >>> key = b"a secret of the course"
    >>> ada = derive(seed, course="delivery", student="ada", key=key)
    >>> ada == derive(seed, course="delivery", student=" Ada", key=key)
    True
    >>> ada == derive(seed, course="delivery", student="bob", key=key)
    False
    """
    if len(key) < SHORTEST_KEY:
        raise InvalidInputError(f"the course's key has {len(key)} bytes; it must have at least {SHORTEST_KEY}.")
    canonical_id = student_id(student)
    numbers = {}
    for name, choice in choices.items():
        digest = hmac.new(key, f"{course}\0{canonical_id}\0{name}".encode(), hashlib.sha256).digest()
        numbers[name] = choice.pick(int.from_bytes(digest[:16]))  # 128 bits: the remainder's bias is negligible
    return numbers


def student_id(given: str) -> str:
    """Return an id in its canonical spelling: NFKC, without white space around it, case folded.

    Raises
    ------
    InvalidInputError
        For an empty or unprintable id.

    Examples
    --------
    >>> student_id("Ada@Example.org ")
    'ada@example.org'
    """
    normal = unicodedata.normalize("NFKC", given).strip().casefold()
    if not normal or not normal.isprintable():
        raise InvalidInputError(
            f"student={given!r} (who gets these numbers) must be a printable id, for example a login."
        )
    return normal


def read_key(path: str | Path) -> bytes:
    r"""Read the course's key from a file, without surrounding white space.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    bytes
        The key.

    Raises
    ------
    InvalidInputError
        For an unreadable file, or a key of fewer than `SHORTEST_KEY` bytes.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "course.key").write_text("a secret of the course\n")
    ...     read_key(Path(folder, "course.key"))
    b'a secret of the course'
    """
    try:
        key = Path(path).read_bytes().strip()
    except OSError as error:
        make = "python -c 'import secrets; print(secrets.token_hex(32))' > course.key"
        raise InvalidInputError(
            f"{path}: cannot be read ({error.strerror}); make a key once with `{make}` and keep it secret."
        ) from error
    if len(key) < SHORTEST_KEY:
        raise InvalidInputError(f"{path}: a key of {len(key)} bytes; it must have at least {SHORTEST_KEY}.")
    return key


def defaults(choices: Mapping[str, VariantNumber]) -> dict[str, Value]:
    """Return the numbers of a copy without a student.

    Parameters
    ----------
    choices : mapping of str to VariantNumber
        What may differ.

    Returns
    -------
    dict of str to int, float or str
        The defaults by name.

    Examples
    --------
    >>> defaults({"seed": VariantNumber(name="seed", default=1, low=1, high=9)})
    {'seed': 1}
    """
    return {name: choice.default for name, choice in choices.items()}


def variant_json(student: str, numbers: Mapping[str, Value]) -> bytes:
    """Return the `variant.json` that holds a student's numbers.

    Parameters
    ----------
    student : str
        The student's id.
    numbers : mapping of str to int, float or str
        The numbers by name.

    Returns
    -------
    bytes
        UTF-8 JSON with sorted keys.

    Examples
    --------
    >>> print(variant_json("ada", {"seed": 7}).decode())
    {
      "numbers": {
        "seed": 7
      },
      "student": "ada"
    }
    """
    return (json.dumps({"student": student, "numbers": dict(numbers)}, indent=2, sort_keys=True) + "\n").encode()


@dataclass(kw_only=True)
class GradingContext:
    """The numbers of the student being graded, and whether a hidden region asked for them."""

    numbers: Mapping[str, Value]
    asked: bool = False


@contextmanager
def graded_as(numbers: Mapping[str, Value]) -> Iterator[GradingContext]:
    """Let `variant()` return these numbers inside the block, in this thread: the grader's view of one student.

    Parameters
    ----------
    numbers : mapping of str to int, float or str
        The student's numbers.

    Yields
    ------
    GradingContext
        Its `asked` becomes True at the first request.

    Examples
    --------
    >>> with graded_as({"seed": 7}) as context:
    ...     numbers_in_grading()
    {'seed': 7}
    >>> context.asked, numbers_in_grading()
    (True, None)
    """
    context = GradingContext(numbers=numbers)
    token = _context.set(context)
    try:
        yield context
    finally:
        _context.reset(token)


def numbers_in_grading() -> Mapping[str, Value] | None:
    """Return the numbers of the student being graded in this thread and note the request; None outside `graded_as`.

    Returns
    -------
    mapping of str to int, float or str, or None
        The numbers by name.
    """
    context = _context.get()
    if context is None:
        return None
    context.asked = True
    return context.numbers
