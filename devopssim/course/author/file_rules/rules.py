"""A rule, the parsed file that it judges, and the rule on a value at a path, which any YAML file can have."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from devopssim.course.author.compose_files import in_one_form, normal_compose
from devopssim.course.author.dockerfiles import parse_dockerfile
from devopssim.course.author.tool_schemas import refusal
from devopssim.course.author.yaml_files import parse_yaml
from devopssim.errors import InvalidInputError

LONGEST: Final = 65_536
"""Most characters of a file that rules read."""


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

    def is_kept(self, parsed: Any) -> bool:
        """Return whether a parsed file keeps the rule; one that lacks what the rule reads breaks it.

        Examples
        --------
        >>> first = Rule(description="the first job is test", holds=lambda tree: list(tree["jobs"])[0] == "test")
        >>> first.is_kept({"jobs": {"test": {}}}), first.is_kept({"on": "push"})
        (True, False)
        """
        try:
            return bool(self.holds(parsed))
        except (LookupError, TypeError, AttributeError, ValueError):
            return False


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
        For a text that is too long, malformed, too deeply nested, with a key twice, or that refers to itself.

    Examples
    --------
    >>> parse("dockerfile", "FROM alpine:3.20\nRUN apk add \\\n  curl")[1].value
    'apk add curl'
    >>> parse("workflow", "on: push")
    {'on': 'push'}
    """
    return read(format_name, text).tree


@dataclass(frozen=True, kw_only=True)
class ParsedFile:
    """A file of a student as rules see it.

    Parameters
    ----------
    tree : str, list of Instruction or dict
        What `parse` returns.
    refusal : str, default ""
        Why the tool would refuse the file, by its schema or by itself; empty if it takes the file, or if neither is installed.
    """

    tree: Any
    refusal: str = ""


def read(format_name: str, text: str) -> ParsedFile:
    r"""Parse a file, and compare it with its tool's own schema.

    Parameters
    ----------
    format_name : str
        `text`, `dockerfile`, `compose`, `workflow` or `gitlab`.
    text : str
        The file's text.

    Returns
    -------
    ParsedFile
        The file; a refused one can still be judged.

    Raises
    ------
    InvalidInputError
        As `parse` does.

    Examples
    --------
    >>> read("workflow", "on: push\njobs: {test: {runs-on: ubuntu-latest, steps: pytest}}").refusal
    "GitHub would refuse the file: jobs.test.steps is the text 'pytest'; allowed is a list."
    """
    if len(text) > LONGEST:
        raise InvalidInputError(f"the file has {len(text)} characters; {LONGEST} are allowed.")
    if format_name in {"text", "dockerfile"}:
        return ParsedFile(tree=text if format_name == "text" else parse_dockerfile(text))
    tree = parse_yaml(text.removeprefix("\ufeff"), format_name)
    refused = refusal(format_name, tree) or ""
    if format_name != "compose":
        return ParsedFile(tree=tree, refusal=refused)
    try:
        return ParsedFile(tree=in_one_form(tree) if refused else normal_compose(tree), refusal=refused)
    except InvalidInputError as error:
        return ParsedFile(tree=in_one_form(tree), refusal=str(error))


def at(path: str, *, equals: object = None, matches: str = "", description: str = "") -> Rule:
    """Return a rule: the value at a dotted path exists, equals `equals`, or matches the regular expression `matches`.

    Parameters
    ----------
    path : str
        Keys joined by dots (`services.web.image`); `*` matches any key or index, and a list of `NAME=value` texts is read as
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
            return any(_equal(value, equals) for value in values)
        return any(re.search(matches, as_yaml(value)[:LONGEST]) for value in values)

    return Rule(
        description=description or f"{path} is given{' as it should be' if matches or equals is not None else ''}",
        holds=holds,
    )


def _equal(value: Any, wanted: object) -> bool:
    """Return whether a value is the wanted one; a number and its text are the same, a truth value and a number are not."""
    return value == wanted if isinstance(value, list | dict) else as_yaml(value) == as_yaml(wanted)


def as_yaml(value: Any) -> str:
    """Return a value as YAML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def listed(value: Any) -> list[Any]:
    """Return a list as it is, and any other value as the only element of one."""
    return value if isinstance(value, list) else [value]


def _values_at(tree: Any, path: Sequence[str]) -> Iterator[Any]:
    """Yield all values at a path; `*` matches any key or index, and a list of `NAME=value` texts is read as a mapping."""
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
