"""Rules on files of a delivery: Dockerfiles, compose files, GitHub Actions workflows, GitLab CI files.

A `Rule` has a phrase and a predicate on the parsed file. Files are parsed, never run. The functions of this module make
rules for `expect.file`; a rule of one's own is `Rule(description=…, holds=…)`.
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
"""Most brackets open at once: the time of a YAML parser grows with the square of the depth."""
_HEREDOC: Final = re.compile(r"<<-?\s*[\"']?(\w+)")


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One instruction of a Dockerfile, its continuation lines joined.

    Parameters
    ----------
    name : str
        In capitals: FROM, RUN, ….
    value : str
        The rest of the line, with the body of a here-document.
    """

    name: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a file has to do.

    Parameters
    ----------
    description : str
        The rule as a phrase for the student's report.
    holds : callable
        Called with the parsed file; returns whether the rule holds.

    Examples
    --------
    >>> rule = Rule(description="the file is short", holds=lambda text: len(text) < 80)
    >>> rule.holds("FROM alpine:3.20")
    True
    """

    description: str
    holds: Callable[[Any], bool]


def parse(format_name: str, text: str) -> Any:
    r"""Parse a file of a student, within bounds.

    Parameters
    ----------
    format_name : str
        `text`, `dockerfile`, or any other name for YAML.
    text : str
        The file's text, at most `LONGEST` characters.

    Returns
    -------
    str, list of Instruction or dict
        The text itself, a Dockerfile's instructions, or the mapping of a YAML file.

    Raises
    ------
    InvalidInputError
        For a text that is too long, malformed, too deeply nested, or refers to itself through aliases.

    Examples
    --------
    >>> parse("dockerfile", "FROM alpine:3.20\nRUN apk add \\\n  curl")[1].value
    'apk add curl'
    >>> parse("workflow", "on: push")
    {'on': 'push'}
    """
    if len(text) > LONGEST:
        raise InvalidInputError(f"the file has {len(text)} characters; {LONGEST} are allowed.")
    if format_name == "text":
        return text
    return parse_dockerfile(text) if format_name == "dockerfile" else parse_yaml(text)


def parse_dockerfile(text: str) -> list[Instruction]:
    """Return the instructions of a Dockerfile, in order, without comments.

    Raises
    ------
    InvalidInputError
        For a line that starts without an instruction, or a file without FROM.
    """
    instructions: list[Instruction] = []
    lines = iter(text.splitlines())
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole = _continued(line, lines)
        name, _, value = whole.strip().partition(" ")
        if not name.isalpha():
            raise InvalidInputError(
                f"{name[:40]!r} is not an instruction of a Dockerfile; a line starts with FROM, RUN, COPY, …"
            )
        body = _heredoc(value, lines) if name.upper() in {"RUN", "COPY", "ADD"} else value
        instructions.append(Instruction(name=name.upper(), value=body.strip()))
    if not any(instruction.name == "FROM" for instruction in instructions):
        raise InvalidInputError("FROM is missing; a Dockerfile starts from an image.")
    return instructions


def parse_yaml(text: str) -> dict[str, Any]:
    """Return a YAML file as plain mappings and lists; the key `on` stays a text.

    Size and depth are checked before the tree is built, since aliases can make one that grows exponentially.

    Raises
    ------
    InvalidInputError
        For malformed YAML, more than `MOST_NODES` parts, aliases, brackets nested deeper than `DEEPEST`, or a file whose top
        level is not a mapping.
    """
    if _open_brackets(text) > DEEPEST:
        raise InvalidInputError(
            f"more than {DEEPEST} brackets are open at once; no file of a delivery is nested so deeply."
        )
    try:
        nodes = sum(1 for _ in yaml.parse(text, Loader=yaml.SafeLoader))
        aliased = any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=yaml.SafeLoader))
        tree = {} if nodes > MOST_NODES or aliased else yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader that reads fewer texts as truth values
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        location = f" in line {mark.line + 1}" if mark else ""
        raise InvalidInputError(
            f"the text is not YAML{location}: {getattr(error, 'problem', None) or type(error).__name__}."
        ) from error
    if nodes > MOST_NODES or aliased:
        raise InvalidInputError(f"the file has more than {MOST_NODES} parts, or aliases (*name); write it out plainly.")
    if not isinstance(tree, dict):
        raise InvalidInputError("the file is empty; a mapping like `services:` or `jobs:` is expected.")
    return tree


def _open_brackets(text: str) -> int:
    """Return the largest number of brackets open at once; brackets in texts and comments count too, which errs on the safe side."""
    steps = ((letter in "[{") - (letter in "]}") for letter in text if letter in "[]{}")
    return max(accumulate(steps), default=0)


class _PlainLoader(yaml.SafeLoader):
    """Read `on`, `off`, `yes` and `no` as texts, as GitHub and Compose do (YAML 1.2)."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false|True|False|TRUE|FALSE)$"), list("tTfF")
)


def at(path: str, *, equals: object = None, matches: str = "", description: str = "") -> Rule:
    """Return a rule: the value at a dotted path exists, equals `equals`, or matches the regular expression `matches`.

    Parameters
    ----------
    path : str
        Keys joined by dots (`services.web.image`); `*` stands for any key or index, and a list of `NAME=value` texts is read as
        a mapping.
    equals : object, optional
        The right value.
    matches : str, default ""
        Regular expression, searched in the value as text; `equals` takes precedence.
    description : str, default ""
        The rule in words.

    Returns
    -------
    Rule
        Holds if any value at the path fits.

    Examples
    --------
    >>> at("services.*.restart", equals="always").holds({"services": {"web": {"restart": "always"}}})
    True
    """

    def holds(tree: Any) -> bool:
        values = [value for value in _values_at(tree, path.split(".")) if value is not None]
        if equals is not None:
            return any(value == equals for value in values)
        return any(re.search(matches, str(value)[:LONGEST]) for value in values)

    return Rule(
        description=description or f"{path} is given{' as it should be' if matches or equals is not None else ''}",
        holds=holds,
    )


def starts_from(pattern: str, description: str = "") -> Rule:
    """Return a rule: the last FROM of a Dockerfile matches the regular expression `pattern`.

    Examples
    --------
    >>> starts_from(r"-slim$").holds(parse_dockerfile("FROM python:3.12-slim"))
    True
    """
    return Rule(
        description=description or "the image starts from the right base",
        holds=lambda parsed: bool(re.search(pattern, _last(parsed, "FROM"))),
    )


def base_is_pinned() -> Rule:
    """Return a rule: each FROM of a Dockerfile has a tag other than `latest`, a digest, or the name of an earlier stage.

    A FROM with a variable (`$BASE`) is accepted, since its value is open.

    Examples
    --------
    >>> base_is_pinned().holds(parse_dockerfile("FROM python"))
    False
    """

    def holds(parsed: Sequence[Instruction]) -> bool:
        stages: set[str] = set()
        for instruction in parsed:
            if instruction.name == "FROM":
                arguments = [part for part in instruction.value.split() if not part.startswith("--")]
                image = arguments[0] if arguments else ""
                tag = image.rpartition("/")[2].partition(":")[2]
                if image not in stages and "$" not in image and "@sha256:" not in image and tag in {"", "latest"}:
                    return False
                stages |= {arguments[2]} if len(arguments) == 3 else set()
        return True

    return Rule(description="each base image has a fixed tag or digest, not `latest`", holds=holds)


def runs_as_a_user() -> Rule:
    r"""Return a rule: the last USER of a Dockerfile is neither root nor 0, and there is one.

    Examples
    --------
    >>> runs_as_a_user().holds(parse_dockerfile("FROM alpine:3.20\nUSER app"))
    True
    """
    return Rule(
        description="the container runs as a user who is not root",
        holds=lambda parsed: _last(parsed, "USER").partition(":")[0] not in {"", "root", "0"},
    )


def has(instruction: str, matches: str = "", description: str = "") -> Rule:
    r"""Return a rule: a Dockerfile has an instruction whose value matches.

    Parameters
    ----------
    instruction : str
        Name of the instruction, in any case.
    matches : str, default ""
        Regular expression, searched in the value.
    description : str, default ""
        The rule in words.

    Examples
    --------
    >>> has("healthcheck").holds(parse_dockerfile("FROM alpine:3.20\nHEALTHCHECK CMD true"))
    True
    """
    name = instruction.upper()
    return Rule(
        description=description or f"there is a {name}",
        holds=lambda parsed: any(line.name == name and re.search(matches, line.value) for line in parsed),
    )


def installs_before_it_copies_the_code() -> Rule:
    r"""Return a rule: a Dockerfile installs dependencies before it copies the code, so that a change of code keeps that layer.

    Installations by pip, uv, poetry and npm count; those by apt-get are ignored. `COPY . …` and `ADD . …` copy the code.

    Examples
    --------
    >>> ordered = "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . ."
    >>> installs_before_it_copies_the_code().holds(parse_dockerfile(ordered))
    True
    """

    def holds(parsed: Sequence[Instruction]) -> bool:
        copied_all = False
        for instruction in parsed:
            if instruction.name == "RUN" and re.search(
                r"\b(pip|uv|poetry|npm|apt-get)\b.*\b(install|sync|ci)\b", instruction.value
            ):
                if not copied_all and "apt-get" not in instruction.value:
                    return True
            elif instruction.name in {"COPY", "ADD"} and re.match(r"(--\S+\s+)*\.\s", instruction.value):
                copied_all = True
        return False

    return Rule(description="dependencies are installed before the code is copied", holds=holds)


def runs(pattern: str, description: str = "") -> Rule:
    """Return a rule: a step of a GitHub workflow or a script line of a GitLab job matches the regular expression `pattern`.

    Examples
    --------
    >>> runs("pytest").holds({"jobs": {"test": {"steps": [{"run": "python -m pytest"}]}}})
    True
    """
    return Rule(
        description=description or f"a step runs {pattern}",
        holds=lambda tree: any(re.search(pattern, command) for command in _commands(tree)),
    )


def needs(job: str, other: str) -> Rule:
    """Return a rule: a job of a GitHub workflow or a GitLab file waits for another, directly or through others.

    Parameters
    ----------
    job, other : str
        Names of the jobs; `job` waits for `other` by `needs`.

    Examples
    --------
    >>> needs("ship", "test").holds({"jobs": {"ship": {"needs": "build"}, "build": {"needs": ["test"]}, "test": {}}})
    True
    """

    def holds(tree: Any) -> bool:
        jobs = tree.get("jobs", tree)
        waiting, seen = [job], set[str]()
        while waiting:
            name = waiting.pop()
            declared = jobs.get(name) if isinstance(jobs, dict) else None
            wanted = declared.get("needs", []) if isinstance(declared, dict) else []
            names = [wanted] if isinstance(wanted, str) else wanted if isinstance(wanted, list) else []
            fresh = {str(need.get("job") if isinstance(need, dict) else need) for need in names} - seen
            seen |= fresh
            waiting += sorted(fresh)
        return other in seen

    return Rule(description=f"the job {job} waits for {other}", holds=holds)


def triggered_by(event: str) -> Rule:
    """Return a rule: a GitHub workflow runs on an event (`push`, `pull_request`, …).

    Examples
    --------
    >>> triggered_by("push").holds({"on": ["push", "pull_request"]})
    True
    """

    def holds(tree: Any) -> bool:
        on = tree.get("on")
        return on == event or (isinstance(on, list | dict) and event in on)

    return Rule(description=f"the workflow runs on {event}", holds=holds)


def _commands(tree: Any) -> Iterator[str]:
    """Yield the commands of a GitHub workflow's steps and of a GitLab file's jobs."""
    jobs = tree.get("jobs", tree) if isinstance(tree, dict) else {}
    for job in jobs.values() if isinstance(jobs, dict) else ():
        if isinstance(job, dict):
            for step in _listed(job.get("steps")):
                if isinstance(step, dict) and isinstance(step.get("run"), str):
                    yield step["run"]
            yield from (line for line in _listed(job.get("script")) if isinstance(line, str))


def _listed(value: Any) -> list[Any]:
    """Return a list as it is, and any other value as the only element of one."""
    return value if isinstance(value, list) else [value]


def _values_at(tree: Any, path: Sequence[str]) -> Iterator[Any]:
    """Yield all values at a path; `*` stands for any key or index, and a list of `NAME=value` texts is read as a mapping."""
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
    """Return the value of the last instruction with a name, an empty text without one."""
    return next((instruction.value for instruction in reversed(parsed) if instruction.name == name), "")


def _continued(line: str, lines: Iterator[str]) -> str:
    """Return a line joined with its continuation lines, which are taken from `lines`; comments between them are skipped."""
    whole = line
    while whole.rstrip().endswith("\\"):
        following = next((candidate for candidate in lines if not candidate.lstrip().startswith("#")), None)
        whole = whole.rstrip()[:-1] + " " + (following or "").strip()
        if following is None:
            break
    return whole


def _heredoc(value: str, lines: Iterator[str]) -> str:
    """Return a value with the here-document that it opens, whose lines are taken from `lines`."""
    mark = _HEREDOC.search(value)
    if mark is None:
        return value
    body = [value]
    for line in lines:
        if line.strip() == mark[1]:
            break
        body.append(line)
    return "\n".join(body)
