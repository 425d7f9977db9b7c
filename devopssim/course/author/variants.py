"""Variants: each student's own numbers, derived from their id and the course's key, so that answers cannot be passed on.

A course declares what may differ, in the table `[variant]` of `exercises.toml`: `seed = {low = 1, high = 9999, default = 1}` or
`developers = {among = [4, 6, 8], default = 6}`. A student's copy holds their numbers in `variant.json`; the grader derives
the same numbers again and never reads that file. The same idea keeps answers apart in Labtainers (Irvine et al. 2017).
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
Value = int | float | str

_context: "ContextVar[GradingContext | None]" = ContextVar("the student who is graded", default=None)


@dataclass(frozen=True, kw_only=True)
class VariantNumber:
    """One number that may differ: a whole number from `low` to `high`, or one `among` some values."""

    name: str
    default: Value
    low: int = 0
    high: int = 0
    among: tuple[Value, ...] = ()

    def pick(self, luck: int) -> Value:
        """Return the value that a large random whole number stands for."""
        return self.among[luck % len(self.among)] if self.among else self.low + luck % (self.high - self.low + 1)


def parse_variant(declared: Mapping[str, Any], where: str) -> dict[str, VariantNumber]:
    """Build what `[variant]` declares. Raises InvalidInputError for a choice that leaves nothing to choose."""
    choices = {}
    for name, settings in declared.items():
        place = f"{where}: [variant] {name}"
        if not isinstance(settings, Mapping) or "default" not in settings:
            raise InvalidInputError(
                f"{place} must be like {{low = 1, high = 99, default = 1}} or {{among = [1, 2], default = 1}}."
            )
        refuse_unknown(settings, ("low", "high", "among", "default"), "a number of one's own", place)
        choice = typed({**settings, "name": name}, VariantNumber, place)
        if not choice.among and choice.high <= choice.low:
            raise InvalidInputError(f"{place}: low={choice.low} must be below high={choice.high}.")
        choices[name] = choice
    return choices


def derive(choices: Mapping[str, VariantNumber], *, course: str, student: str, key: bytes) -> dict[str, Value]:
    """Return a student's numbers: HMAC-SHA-256 of the course, the student and each number's name, under the course's key."""
    if len(key) < SHORTEST_KEY:
        raise InvalidInputError(f"the course's key has {len(key)} bytes; it must have at least {SHORTEST_KEY}.")
    who = student_id(student)
    numbers = {}
    for name, choice in choices.items():
        digest = hmac.new(key, f"{course}\0{who}\0{name}".encode(), hashlib.sha256).digest()
        numbers[name] = choice.pick(int.from_bytes(digest[:16]))
    return numbers


def student_id(given: str) -> str:
    """Return an id in the one spelling that is derived from: `Ada@Example.org ` and `ada@example.org` are one student."""
    normal = unicodedata.normalize("NFKC", given).strip().casefold()
    if not normal or not normal.isprintable():
        raise InvalidInputError(
            f"student={given!r} (who gets these numbers) must be a printable id, for example a login."
        )
    return normal


def read_key(path: str | Path) -> bytes:
    """Return the course's key from a file, without surrounding white space."""
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
    """Return the numbers of a copy that belongs to nobody in particular."""
    return {name: choice.default for name, choice in choices.items()}


def variant_json(student: str, numbers: Mapping[str, Value]) -> bytes:
    """Return the `variant.json` that holds a student's numbers."""
    return (json.dumps({"student": student, "numbers": dict(numbers)}, indent=2, sort_keys=True) + "\n").encode()


@dataclass(kw_only=True)
class GradingContext:
    """The numbers of the student who is graded, and whether any answer asked for them."""

    numbers: Mapping[str, Value]
    asked: bool = False


@contextmanager
def graded_as(numbers: Mapping[str, Value]) -> Iterator[GradingContext]:
    """Let `variant()` give these numbers inside the block, in this thread: the grader's view of one student."""
    context = GradingContext(numbers=numbers)
    token = _context.set(context)
    try:
        yield context
    finally:
        _context.reset(token)


def numbers_in_grading() -> Mapping[str, Value] | None:
    """Return the numbers of the student who is graded in this thread, and note that they were asked for; None outside."""
    context = _context.get()
    if context is None:
        return None
    context.asked = True
    return context.numbers
