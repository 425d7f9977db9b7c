"""Prints of answers, by which those that are alike are found: equal ones, and ones with other names, numbers, comments or order.

An answer is read as tokens. Numbers, texts and the author's own names become one token each, so that a copy with the copier's numbers and
new names has the print of its model. Of all runs of six tokens, those with the lowest hash in each window of four are kept (winnowing):
whatever two answers share in nine tokens, they share in the print.

References
----------
S. Schleimer, D. S. Wilkerson, A. Aiken, *Winnowing: local algorithms for document fingerprinting*, SIGMOD 2003.
"""

import builtins
import hashlib
import keyword
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

RUN: Final = (6, 4)
PROSE_RUN: Final = (4, 1)
"""Tokens of a run, and runs of a window; prose is short, and keeps every run."""
MOST_RUNS: Final = 400
SHORTEST: Final = 60
"""Characters of an answer, blanks and comments aside, from which equality says something."""
COMMON: Final = 0.2
"""Share of the class above which an answer, or a run of tokens, is the usual one, and no sign of copying."""
MOST_COMMON: Final = 25
CONTAINED: Final = 0.75
FEWEST_RARE: Final = 6
"""Answers are alike with this share of the shorter one's print in common, and that many runs that few others have."""
TOKEN: Final = re.compile(
    r"(?P<text>[rbfuRBFU]{0,2}(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"))"
    r"|(?P<comment>\#[^\n]*)|(?P<number>\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?)|(?P<dotted>\.\s*[^\W\d]\w*)|(?P<name>[^\W\d]\w*)|(?P<sign>[^\w\s])",
    re.DOTALL,
)
WORD: Final = re.compile(r"[^\W_]+")
KEPT_NAMES: Final = frozenset(keyword.kwlist) | frozenset(dir(builtins))


@dataclass(frozen=True, kw_only=True)
class AnswerPrint:
    """The print of one answer.

    Parameters
    ----------
    digest : str
        Of its text, blanks and comments aside.
    length : int
        Characters of that text.
    runs : tuple of int
        Hashes of runs of tokens, in ascending order.
    """

    digest: str
    length: int
    runs: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Two students with answers that are alike and that few others gave.

    Parameters
    ----------
    first, second : str
        The students.
    equal, similar : sequence of str
        Questions with equal answers, and with answers of equal structure.
    of : int
        Answers of the one who gave fewer.
    """

    first: str
    second: str
    equal: Sequence[str]
    similar: Sequence[str]
    of: int


def print_of(texts: Sequence[str], *, code: bool = True) -> AnswerPrint:
    r"""Return the print of an answer.

    Parameters
    ----------
    texts : sequence of str
        Its cells.
    code : bool, default True
        Whether it is code; otherwise it is prose.

    Returns
    -------
    AnswerPrint
        The print.

    Examples
    --------
    >>> one = print_of(["total = sum(hours) / 12  # mean\nmedian = sorted(hours)[3]"])
    >>> other = print_of(["x = sum(y) / 9\nz = sorted(y)[5]"])
    >>> one.runs == other.runs, one.digest == other.digest
    (True, False)
    """
    lines = [(line.partition("#")[0] if code else line).split() for text in texts for line in text.split("\n")]
    plain = " ".join(" ".join(line) for line in lines if line)
    tokens = [token for text in texts for token in (_tokens(text) if code else WORD.findall(text.lower()))]
    return AnswerPrint(
        digest=hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:16],
        length=len(plain),
        runs=tuple(sorted(_winnowed(tokens, *(RUN if code else PROSE_RUN)))[:MOST_RUNS]),
    )


def alike(prints: Mapping[str, Mapping[str, AnswerPrint]]) -> list[Alike]:
    """Return pairs of students with long answers that are alike and not the class's usual ones, the most alike first.

    Parameters
    ----------
    prints : mapping of str to mapping of str to AnswerPrint
        Prints by question, by student.

    Returns
    -------
    list of Alike
        The pairs.

    Examples
    --------
    >>> answer = {"01/01-a": AnswerPrint(digest="f00", length=90)}
    >>> alike({"ada": answer, "eve": answer})[0].equal
    ['01/01-a']
    """
    usual = min(MOST_COMMON, max(2, int(COMMON * len(prints))))
    equal: dict[tuple[str, str], list[str]] = defaultdict(list)
    rare: dict[tuple[str, str, str], int] = defaultdict(int)
    for (name, _), students in _holders(prints, lambda one: [one.digest] if one.length >= SHORTEST else []):
        if 1 < len(students) <= usual:
            for pair in combinations(students, 2):
                equal[pair].append(name)
    for (name, _), students in _holders(prints, lambda one: one.runs):
        if 1 < len(students) <= usual:
            for first, second in combinations(students, 2):
                rare[first, second, name] += 1
    similar: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (first, second, name), count in rare.items():
        one, other = prints[first][name], prints[second][name]
        shared = len(set(one.runs) & set(other.runs))
        if (
            count >= FEWEST_RARE
            and shared >= CONTAINED * min(len(one.runs), len(other.runs))
            and name not in equal.get((first, second), ())
        ):
            similar[first, second].append(name)
    found = [
        Alike(
            first=first,
            second=second,
            equal=sorted(equal.get((first, second), ())),
            similar=sorted(similar.get((first, second), ())),
            of=min(len(prints[first]), len(prints[second])),
        )
        for first, second in equal.keys() | similar.keys()
    ]
    return sorted(
        found, key=lambda pair: (-len(pair.equal) - len(pair.similar), -len(pair.equal), pair.first, pair.second)
    )


def _holders(
    prints: Mapping[str, Mapping[str, AnswerPrint]], parts: Callable[[AnswerPrint], Iterable[object]]
) -> Iterator[tuple[tuple[str, object], list[str]]]:
    """Yield each part of prints, by question, with the students who have it in their print."""
    who: dict[tuple[str, object], list[str]] = defaultdict(list)
    for student in sorted(prints):
        for name, one in prints[student].items():
            for part in parts(one):
                who[name, part].append(student)
    yield from who.items()


def _tokens(text: str) -> Iterator[str]:
    """Yield the tokens of code: numbers, texts and own names as one token each, names after a dot as they are."""
    for match in TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        if kind == "comment":
            continue
        if kind in {"text", "number"} or (kind == "name" and token not in KEPT_NAMES):
            yield {"text": "'", "number": "0", "name": "x"}[kind]
        else:
            yield "".join(token.split())


def _winnowed(tokens: Sequence[str], length: int, window: int) -> set[int]:
    """Return the hashes of runs of that length that are the lowest of a window."""
    hashes = [
        zlib.crc32(" ".join(tokens[start : start + length]).encode("utf-8", "replace"))
        for start in range(len(tokens) - length + 1)
    ]
    return {min(hashes[start : start + window]) for start in range(max(1, len(hashes) - window + 1)) if hashes}
