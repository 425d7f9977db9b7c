"""Feed changed files to every parser of what students and teams hand in: each returns a value or one clear error, in time.

    python -m course.fuzz --seconds 600        # make fuzz: so long for each parser

A file is a seed with some of its bytes, or of its lines, removed, repeated, replaced, or crossed with another seed's. What comes of it
follows from the number of the seed of the random generator and of the change, which a failure names.
"""

import argparse
import io
import json
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from course import courses

from devopssim import events
from devopssim.course.answers import from_json, loads
from devopssim.course.author import file_rules
from devopssim.course.grader.bounded import ChildLimits, TooLongError, in_child, processor_time
from devopssim.course.grader.notebooks import read_cells
from devopssim.course.grader.reports.written import read_marks
from devopssim.course.grader.roster import read_roster
from devopssim.course.grader.unpacking import unpack
from devopssim.errors import DevopssimError
from devopssim.livelab import recorded
from devopssim.scenario import PRESETS
from devopssim.scenario import dumps as scenario_text
from devopssim.scenario import loads as scenario_of

LONGEST: Final = 20.0
"""Processor seconds that one file may take; the machine may be slow."""
WORDS: Final = [
    b"0", b"-1", b"1e999", b"9" * 5000, b"nan", b"null", b"true", b"[" * 300, b"]" * 300, b"{" * 300, b"}", b"\x00", b"\xff\xfe",
    b"\xef\xbb\xbf", b"'", b'"', b"\\u0000", b"\\ud800", b"\n", b"\t", b"&a", b"*a", b"<<: *a", b"!reference [a, a]", b"!reset", b"%",
    b"\xf0\x9f\x98\x80", b",", b";", b":", b"a.b.c.d.e", b"=", b"PK\x03\x04", b"../", b"\\", b"$(id)", b"${A:-${A}}", b"1970-01-01", b"99:99",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Target:
    """A parser and files that it takes."""

    parse: Callable[[bytes], object]
    seeds: tuple[bytes, ...]


def targets(folder: Path) -> Mapping[str, Target]:
    """Return the parsers by name; files that some of them need are written into the folder."""

    def by_path(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
        def parse(content: bytes) -> object:
            path = folder / name
            path.write_bytes(content)
            return read(path)

        return parse

    def unpacked(path: Path) -> None:
        with tempfile.TemporaryDirectory(dir=folder) as target:
            unpack(path, Path(target) / "unpacked")

    form = {"$": "table", "columns": ["a"], "index": [0, 1], "values": [[1.5, "x"]]}
    yaml = {
        "github": b"on: {push: {branches: [main]}}\njobs:\n  t: &t\n    runs-on: x\n    steps: [{run: pytest}]\n  u: {<<: *t, needs: [t]}\n",
        "gitlab": b"t: {script: [pytest]}\nu: {extends: t, script: [!reference [t, script], ls], rules: [{if: $A}]}\n",
        "compose": b"services:\n  web: {image: 'a:1', ports: [22:22], environment: !reset {A: '1'}, healthcheck: {test: [CMD, x]}}\n",
        "dockerfile": b"# escape=`\nARG V=3\nFROM python:${V} AS b\nRUN <<E\npip install x\nE\nFROM b\nCOPY --from=b a b\nUSER 1000\n",
    }
    with io.BytesIO() as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("ada/01-values.ipynb", json.dumps(courses.right_notebook()))
            archive.writestr("__MACOSX/._x", b"x")
        packed = stream.getvalue()
    log, written = recorded.log("by_hand").head(40), {}
    for suffix in ("csv", "parquet"):
        events.write(log, folder / f"seed.{suffix}")
        written[suffix] = (folder / f"seed.{suffix}").read_bytes()
    found = {
        "json": Target(parse=lambda content: from_json(loads(content)), seeds=(json.dumps(form).encode(), b'{"$": "time", "iso": "2024-01-01"}')),
        "toml": Target(
            parse=lambda content: scenario_of(content.decode("utf-8", "replace")),
            seeds=tuple(scenario_text(scenario).encode() for scenario in list(PRESETS.values())[:2]),
        ),
        "csv": Target(parse=by_path("log.csv", events.read), seeds=(written["csv"],)),
        "parquet": Target(parse=by_path("log.parquet", events.read), seeds=(written["parquet"],)),
        "notebook": Target(parse=read_cells, seeds=(json.dumps(courses.right_notebook(), indent=1).encode(),)),
        "zip": Target(parse=by_path("handed-in.zip", unpacked), seeds=(packed,)),
        "roster": Target(parse=by_path("students.csv", read_roster), seeds=(b'student,name,email\nada,"Lovelace, Ada",a@b.c\n', b"student;name\nada;'t Hooft\n")),
        "marks": Target(parse=by_path("points.csv", read_marks), seeds=(b"student_id;notebook;grade_id;max_points;points;comment\nada;01-values;01-e;2;1,5;Well put.\n",)),
    }  # fmt: skip

    def by_rules(name: str) -> Callable[[bytes], object]:
        return lambda content: file_rules.read(name, content.decode("utf-8", "replace"))

    return {
        **found,
        **{
            name: Target(parse=by_rules("workflow" if name == "github" else name), seeds=(text,))
            for name, text in yaml.items()
        },
    }


def changed(seeds: tuple[bytes, ...], draws: random.Random) -> bytes:
    """Return a seed with up to eight changes."""
    content = bytearray(draws.choice(seeds))
    for _ in range(draws.randint(1, 8)):
        start = draws.randint(0, len(content))
        end = min(len(content), start + draws.choice([1, 2, 8, 64]))
        change = draws.randrange(6)
        if change == 0:
            del content[start:end]
        elif change == 1:
            content[start:start] = content[start:end] * draws.choice([1, 2, 50])
        elif change == 2 and content:
            content[min(start, len(content) - 1)] = draws.randrange(256)
        elif change == 3:
            content[start:start] = draws.choice(WORDS)
        elif change == 4:
            content[start:end] = draws.choice(WORDS)
        else:
            other = draws.choice(seeds)
            content[start:] = other[draws.randint(0, len(other)) :]
    return bytes(content[:200_000])


def failures(target: Target, numbers: Iterator[int], until: float = float("inf")) -> Iterator[str]:
    """Yield what went wrong; the numbers are those of the changes."""
    for number in numbers:
        if time.monotonic() > until:
            return
        content = changed(target.seeds, random.Random(number))
        try:
            with processor_time(LONGEST), suppress(DevopssimError):
                target.parse(content)
        except TooLongError:
            yield f"change {number}: longer than {LONGEST:g} s: {content[:300]!r}"
        except Exception:  # noqa: BLE001 - any other error is what is looked for
            yield f"change {number}: {traceback.format_exc(limit=-4)}{content[:300]!r}"


def main() -> int:
    """Feed every parser for a time, each in a child of its own; print failures and return 1 if there are some."""
    parser = argparse.ArgumentParser(description="Feed changed files to parsers, and print what ends in a traceback.")
    parser.add_argument("names", nargs="*", metavar="PARSER", help="json, toml, csv, … (default: all)")
    parser.add_argument("--seconds", type=float, default=600, metavar="S", help="for each parser (default 600)")
    arguments = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        known = targets(Path(folder))
        for name in arguments.names or known:
            last = [0]

            def counted(last: list[int] = last) -> Iterator[int]:
                while True:
                    last[0] += 1
                    yield last[0]

            def work(say: Callable[[bytes], None], name: str = name, last: list[int] = last) -> None:
                for failure in failures(known[name], counted(), time.monotonic() + arguments.seconds):
                    say(b"!" + json.dumps(failure).encode())
                say(str(last[0]).encode())

            child = in_child(
                work, ChildLimits(cpu_seconds=int(arguments.seconds) + 60, seconds=arguments.seconds * 20 + 60)
            )
            problems = [json.loads(line[1:]) for line in child.lines if line.startswith(b"!")]
            problems += [f"its process ended: {child.ended}"] if child.ended else []
            tried = child.lines[-1].decode() if child.lines and not child.ended else "some"
            sys.stdout.write(f"{name}: {tried} files, {len(problems)} failures\n")
            sys.stdout.writelines(f"{problem}\n" for problem in problems[:5])
            sys.stdout.flush()
            failed += len(problems)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
