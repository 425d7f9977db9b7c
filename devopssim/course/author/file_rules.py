"""Files of a delivery, parsed and judged: Dockerfiles, compose files, GitHub Actions workflows, GitLab CI files.

A `Rule` says in words what a file must do and looks for it in what was parsed; nothing of the file is ever run.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

import yaml

from devopssim.errors import InvalidInputError

MOST_NODES: Final = 5_000
LONGEST: Final = 65_536
DEEPEST: Final = 100
"""Brackets that may be open at once: the time of a YAML parser grows with their square."""
_HEREDOC: Final = re.compile(r"<<-?\s*[\"']?(\w+)")


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One instruction of a Dockerfile, its continuation lines joined."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a file must do, in words, and whether a parsed file does it."""

    says: str
    holds: Callable[[Any], bool]


def parse(format_name: str, text: str) -> Any:
    """Return what the text says: a list of Instructions for `dockerfile`, a mapping for YAML files, the text itself for `text`.

    Raises InvalidInputError for what is no such file, and for what is too large or refers to itself.
    """
    if len(text) > LONGEST:
        raise InvalidInputError(f"the file has {len(text)} characters; {LONGEST} are allowed.")
    if format_name == "text":
        return text
    return parse_dockerfile(text) if format_name == "dockerfile" else parse_yaml(text)


def parse_dockerfile(text: str) -> list[Instruction]:
    """Return the instructions of a Dockerfile, in order."""
    instructions: list[Instruction] = []
    lines = iter(text.splitlines())
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole = _continued(line, lines)
        name, _, value = whole.strip().partition(" ")
        if not name.isalpha():
            raise InvalidInputError(
                f"{name[:40]!r} is no instruction of a Dockerfile; a line starts with FROM, RUN, COPY, …"
            )
        body = _heredoc(value, lines) if name.upper() in {"RUN", "COPY", "ADD"} else value
        instructions.append(Instruction(name=name.upper(), value=body.strip()))
    if not any(instruction.name == "FROM" for instruction in instructions):
        raise InvalidInputError("there is no FROM; a Dockerfile starts from an image.")
    return instructions


def parse_yaml(text: str) -> dict[str, Any]:
    """Return a YAML file as plain mappings and lists, with `on:` as a key that is a text."""
    if _open_brackets(text) > DEEPEST:
        raise InvalidInputError(
            f"more than {DEEPEST} brackets are open at once; no file of a delivery is nested so deeply."
        )
    try:
        nodes = sum(1 for _ in yaml.parse(text, Loader=yaml.SafeLoader))
        aliased = any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader))
        tree = {} if nodes > MOST_NODES or aliased else yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader that reads fewer words as truth values
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise InvalidInputError(
            f"this is no YAML{place}: {getattr(error, 'problem', None) or type(error).__name__}."
        ) from error
    if nodes > MOST_NODES or aliased:
        raise InvalidInputError(f"the file has more than {MOST_NODES} parts, or aliases (*name); write it out plainly.")
    if not isinstance(tree, dict):
        raise InvalidInputError("the file says nothing; a mapping like `services:` or `jobs:` is expected.")
    return tree


def _open_brackets(text: str) -> int:
    """Return how many brackets are open at once at most; those in texts and comments count too, which errs on the safe side."""
    steps = ((letter in "[{") - (letter in "]}") for letter in text if letter in "[]{}")
    return max(accumulate(steps), default=0)


class _PlainLoader(yaml.SafeLoader):
    """Reads `on`, `off`, `yes`, `no` as texts, as GitHub and Compose do (YAML 1.2)."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false|True|False|TRUE|FALSE)$"), list("tTfF")
)


def at(path: str, *, equals: object = None, matches: str = "", says: str = "") -> Rule:
    """The value at a dotted path (`services.web.image`) exists, equals something, or matches a regular expression."""

    def holds(tree: Any) -> bool:
        found = [value for value in _values_at(tree, path.split(".")) if value is not None]
        if equals is not None:
            return any(value == equals for value in found)
        return any(re.search(matches, str(value)[:LONGEST]) for value in found)

    return Rule(
        says=says or f"{path} is given{' as it should be' if matches or equals is not None else ''}", holds=holds
    )


def starts_from(pattern: str, says: str = "") -> Rule:
    """The last FROM of a Dockerfile names an image that matches."""
    return Rule(
        says=says or "the image starts from the right base",
        holds=lambda parsed: bool(re.search(pattern, _last(parsed, "FROM"))),
    )


def base_is_pinned() -> Rule:
    """No FROM of a Dockerfile uses `latest`, or no tag at all; an earlier stage's name is fine."""

    def holds(parsed: Sequence[Instruction]) -> bool:
        stages: set[str] = set()
        for instruction in parsed:
            if instruction.name == "FROM":
                words = [word for word in instruction.value.split() if not word.startswith("--")]
                image = words[0] if words else ""
                tag = image.rpartition("/")[2].partition(":")[2]
                if image not in stages and "$" not in image and "@sha256:" not in image and tag in {"", "latest"}:
                    return False
                stages |= {words[2]} if len(words) == 3 else set()
        return True

    return Rule(says="each base image has a fixed tag or digest, not `latest`", holds=holds)


def runs_as_a_user() -> Rule:
    """The last USER of a Dockerfile is neither root nor 0."""
    return Rule(
        says="the container runs as a user who is not root",
        holds=lambda parsed: _last(parsed, "USER").partition(":")[0] not in {"", "root", "0"},
    )


def has(instruction: str, matches: str = "", says: str = "") -> Rule:
    """A Dockerfile has an instruction whose value matches."""
    name = instruction.upper()
    return Rule(
        says=says or f"there is a {name}",
        holds=lambda parsed: any(each.name == name and re.search(matches, each.value) for each in parsed),
    )


def installs_before_it_copies_the_code() -> Rule:
    """Dependencies are installed from a copied list before the rest is copied, so that a change of code keeps that layer."""

    def holds(parsed: Sequence[Instruction]) -> bool:
        copied_all = False
        for each in parsed:
            if each.name == "RUN" and re.search(r"\b(pip|uv|poetry|npm|apt-get)\b.*\b(install|sync|ci)\b", each.value):
                if not copied_all and "apt-get" not in each.value:
                    return True
            elif each.name in {"COPY", "ADD"} and re.match(r"(--\S+\s+)*\.\s", each.value):
                copied_all = True
        return False

    return Rule(says="dependencies are installed before the code is copied", holds=holds)


def runs(pattern: str, says: str = "") -> Rule:
    """Some step of a GitHub workflow (or script of a GitLab job) runs a command that matches."""
    return Rule(
        says=says or f"a step runs {pattern}",
        holds=lambda tree: any(re.search(pattern, command) for command in _commands(tree)),
    )


def needs(job: str, other: str) -> Rule:
    """A job of a workflow or a GitLab file waits for another, directly or through others."""

    def holds(tree: Any) -> bool:
        jobs = tree.get("jobs", tree)
        waiting, seen = [job], set[str]()
        while waiting:
            name = waiting.pop()
            found = jobs.get(name) if isinstance(jobs, dict) else None
            wanted = found.get("needs", []) if isinstance(found, dict) else []
            names = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list) else []
            fresh = {str(each.get("job") if isinstance(each, dict) else each) for each in names} - seen
            seen |= fresh
            waiting += sorted(fresh)
        return other in seen

    return Rule(says=f"the job {job} waits for {other}", holds=holds)


def triggered_by(event: str) -> Rule:
    """A GitHub workflow runs on an event (`push`, `pull_request`, …)."""

    def holds(tree: Any) -> bool:
        on = tree.get("on")
        return on == event or (isinstance(on, list | dict) and event in on)

    return Rule(says=f"the workflow runs on {event}", holds=holds)


def _commands(tree: Any) -> Iterator[str]:
    jobs = tree.get("jobs", tree) if isinstance(tree, dict) else {}
    for job in jobs.values() if isinstance(jobs, dict) else ():
        if isinstance(job, dict):
            for step in _listed(job.get("steps")):
                if isinstance(step, dict) and isinstance(step.get("run"), str):
                    yield step["run"]
            yield from (line for line in _listed(job.get("script")) if isinstance(line, str))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _values_at(tree: Any, path: Sequence[str]) -> Iterator[Any]:
    """All values at a path; `*` stands for any key or position, and a list of `NAME=value` texts is read as a mapping."""
    if not path:
        yield tree
        return
    if isinstance(tree, list):
        named = {str(part).partition("=")[0]: str(part).partition("=")[2] for part in tree if isinstance(part, str)}
        branches = {str(at): part for at, part in enumerate(tree)} | named
    else:
        branches = {str(key): part for key, part in tree.items()} if isinstance(tree, Mapping) else {}
    for key in branches if path[0] == "*" else (path[0],):
        if key in branches:
            yield from _values_at(branches[key], path[1:])


def _last(parsed: Sequence[Instruction], name: str) -> str:
    return next((each.value for each in reversed(parsed) if each.name == name), "")


def _continued(line: str, lines: Iterator[str]) -> str:
    whole = line
    while whole.rstrip().endswith("\\"):
        following = next((each for each in lines if not each.lstrip().startswith("#")), None)
        whole = whole.rstrip()[:-1] + " " + (following or "").strip()
        if following is None:
            break
    return whole


def _heredoc(value: str, lines: Iterator[str]) -> str:
    mark = _HEREDOC.search(value)
    if mark is None:
        return value
    body = [value]
    for line in lines:
        if line.strip() == mark[1]:
            break
        body.append(line)
    return "\n".join(body)
