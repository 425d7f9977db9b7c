"""YAML as the tools of a delivery read it: version 1.2, aliases and merge keys, the tools' own tags, and no key twice.

References
----------
YAML 1.2.2, https://yaml.org/spec/1.2.2/ (core schema); Compose, *Merge*, https://docs.docker.com/reference/compose-file/merge/ (`!reset`,
`!override`); GitLab, *!reference tags*, https://docs.gitlab.com/ci/yaml/yaml_optimization/.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import Any, Final, NoReturn

import yaml

from devopssim.errors import InvalidInputError

MOST_NODES: Final = 5_000
"""Most parts of a file, as written; and most parts of it with each alias written out."""
DEEPEST: Final = 100
"""Most brackets open at once: the time of a YAML parser grows with the square of the depth."""
TAGS: Final[Mapping[str, tuple[str, ...]]] = {"gitlab": ("!reference",), "compose": ("!reset", "!override")}
_RESET: Final = object()
"""What `!reset` leaves of a value: nothing, its key included."""
_MERGE: Final = "tag:yaml.org,2002:merge"
_CORE: Final = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    "merge": ("<<", ["<"]),
}


@dataclass(frozen=True, kw_only=True)
class Reference:
    """GitLab's `!reference [job, key]` before it is resolved, or one that an included file resolves."""

    path: tuple[str, ...]


def parse_yaml(text: str, format_name: str = "") -> dict[str, Any]:
    r"""Return a YAML file as plain mappings and lists, aliases, merge keys and references resolved.

    Scalars are those of YAML 1.2: `on` and `22:22` are texts. Size and depth are checked before the tree is built, since aliases can
    make one that grows exponentially.

    Parameters
    ----------
    text : str
        The file's text.
    format_name : str, default ""
        The tool whose tags are allowed: `gitlab` or `compose`.

    Returns
    -------
    dict
        The file's top level.

    Raises
    ------
    InvalidInputError
        For malformed YAML, a key that comes twice, more than `MOST_NODES` parts, brackets nested deeper than `DEEPEST`, an alias within
        itself, an unknown tag, or a file whose top level is not a mapping.

    Examples
    --------
    >>> parse_yaml("x-e: &e {A: '1'}\nservices: {web: {<<: *e, ports: [22:22]}}")["services"]
    {'web': {'A': '1', 'ports': ['22:22']}}
    """
    if _open_brackets(text) > DEEPEST:
        raise InvalidInputError(
            f"more than {DEEPEST} brackets are open at once; no file of a delivery is nested so deeply."
        )
    try:
        if sum(1 for _ in islice(yaml.parse(text, Loader=yaml.SafeLoader), MOST_NODES + 1)) > MOST_NODES:
            _refuse(f"the file has more than {MOST_NODES} parts; a delivery's file is shorter.")
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is not None:
            _check(node, TAGS.get(format_name, ()), {}, set())
        tree = None if node is None else loader.construct_document(node)
    except InvalidInputError:
        raise
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        location = f" in line {mark.line + 1}" if mark else ""
        raise InvalidInputError(
            f"the text is not YAML{location}: {getattr(error, 'problem', None) or type(error).__name__}."
        ) from error
    if not isinstance(tree, dict):
        what = "empty" if tree is None else "a list" if isinstance(tree, list) else "a single value"
        raise InvalidInputError(f"the file is {what}; a mapping like `services:` or `jobs:` is expected.")
    resolved: dict[str, Any] = _resolved(tree, tree, DEEPEST)
    return resolved


def _refuse(why: str) -> NoReturn:
    raise InvalidInputError(why)


def _open_brackets(text: str) -> int:
    """Return the largest number of brackets open at once; brackets in texts and comments count too, which errs on the safe side."""
    steps = ((letter in "[{") - (letter in "]}") for letter in text if letter in "[]{}")
    return max(accumulate(steps), default=0)


class _Loader(yaml.SafeLoader):
    """A loader with the scalars of YAML 1.2's core schema."""


_Loader.yaml_implicit_resolvers = {}
for _name, (_pattern, _first) in _CORE.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(rf"^(?:{_pattern})$"), _first)


def _whole(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int | str:
    """Return an integer of YAML 1.2, whose leading zeros make it no octal; one of many digits stays a text."""
    text = str(loader.construct_scalar(node))
    if len(text) > 20:
        return text
    return int(text, 8 if text.startswith("0o") else 16) if text[:2] in {"0o", "0x"} else int(text)


_Loader.add_constructor("tag:yaml.org,2002:int", _whole)
_Loader.add_constructor("!reset", lambda _loader, _node: _RESET)


def _override(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    """Return what stands behind `!override`, as if the tag were absent."""
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


def _reference(loader: yaml.SafeLoader, node: yaml.Node) -> Reference:
    """Return what stands behind `!reference`, to be resolved when the tree is whole."""
    if not isinstance(node, yaml.SequenceNode):
        raise yaml.constructor.ConstructorError(None, None, "!reference needs a list of keys", node.start_mark)
    return Reference(path=tuple(map(str, loader.construct_sequence(node, deep=True))))


_Loader.add_constructor("!override", _override)
_Loader.add_constructor("!reference", _reference)


def _check(node: yaml.Node, tags: Sequence[str], sizes: dict[int, int], above: set[int]) -> int:
    """Return the parts of a node with aliases written out; refuse too many, a repeated key, an unknown tag and an alias within itself."""
    if id(node) in above:
        raise InvalidInputError("an alias (*name) stands within what it names; write it out plainly.")
    if id(node) in sizes:
        return sizes[id(node)]
    if node.tag.startswith("!") and node.tag not in tags:
        known = f"; known are {', '.join(tags)}" if tags else ""
        raise InvalidInputError(f"line {node.start_mark.line + 1}: the tag {node.tag[:40]} is unknown here{known}.")
    above.add(id(node))
    size = 1
    if isinstance(node, yaml.MappingNode):
        _refuse_repeats(node)
        size += sum(_check(part, tags, sizes, above) for pair in node.value for part in pair)
    elif isinstance(node, yaml.SequenceNode):
        size += sum(_check(part, tags, sizes, above) for part in node.value)
    above.discard(id(node))
    if size > MOST_NODES:
        raise InvalidInputError(f"the file has more than {MOST_NODES} parts once aliases (*name) are written out.")
    sizes[id(node)] = size
    return size


def _refuse_repeats(node: yaml.MappingNode) -> None:
    """Refuse a key that comes twice, as GitHub, GitLab and Compose do."""
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
            if key.value in seen:
                raise InvalidInputError(
                    f"line {key.start_mark.line + 1}: the key {key.value[:40]!r} comes twice; each key comes once."
                )
            seen.add(key.value)


def _resolved(part: Any, tree: Mapping[str, Any], left: int) -> Any:
    """Return a part with GitLab's references replaced by what they name; a list within a list of commands is spread into it."""
    if left < 0:
        raise InvalidInputError("a !reference leads to itself; write it out plainly.")
    if isinstance(part, Reference):
        found: Any = tree
        for key in part.path:
            if not isinstance(found, Mapping) or key not in found:
                if "include" in tree:  # another file has it
                    return part
                raise InvalidInputError(f"!reference [{', '.join(part.path)}] names nothing of this file.")
            found = found[key]
        return _resolved(found, tree, left - 10)
    if isinstance(part, dict):
        return {key: _resolved(value, tree, left - 1) for key, value in part.items() if value is not _RESET}
    if isinstance(part, list):
        spread: list[Any] = []
        for value in (value for value in part if value is not _RESET):
            resolved = _resolved(value, tree, left - 1)
            spread += resolved if isinstance(value, Reference) and isinstance(resolved, list) else [resolved]
        return spread
    return part
