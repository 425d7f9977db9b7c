"""The tools' own schemas: why GitHub, GitLab or Compose would refuse a file of a delivery.

The schemas come with the package check-jsonschema, which the extra `grading` brings; where it is missing, no file is refused.

References
----------
JSON Schema, https://json-schema.org/; SchemaStore (GitHub workflows), https://www.schemastore.org/; GitLab's and Compose's schemas,
https://gitlab.com/gitlab-org/gitlab/-/blob/master/app/assets/javascripts/editor/schema/ci.json and https://github.com/compose-spec/compose-spec.
"""

import difflib
import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

SCHEMAS: Final[Mapping[str, tuple[str, str]]] = {
    "workflow": ("GitHub", "github-workflows"),
    "gitlab": ("GitLab", "gitlab-ci"),
    "compose": ("Compose", "compose-spec"),
}
"""The tool that reads a format, and its schema in check-jsonschema."""
MISSING_SCHEMAS: Final = "the tools' schemas are not installed here; `pip install 'devopssim[grading]'` brings them"
LONGEST_MATCHED: Final = 300
"""Characters of a text that a schema's patterns are tried on: their time may grow with the square."""
NESTED: Final = re.compile(r"[+*][^()]*\)[+*]")
"""A repetition within a repetition, whose time may double with each character; such a pattern takes every text."""
MOST_NAMED: Final = 12
LONGEST_VALUE: Final = 40
UNKNOWN_KEY: Final = {"additionalProperties", "unevaluatedProperties"}
SCALARS: Final = ("string", "number", "boolean")
LIKE: Final = 0.75
"""How like a known name an unknown one is that may be a slip of it."""
BOUNDS: Final = {
    "minItems": "it needs {} or more.", "minProperties": "it needs {} or more.", "minLength": "it needs {} or more characters.",
    "minimum": "allowed is {} or more.", "maximum": "allowed is {} or less.", "maxItems": "it may have {}.",
    "maxProperties": "it may have {}.", "maxLength": "it may have {} characters.", "uniqueItems": "each of its entries may come once.",
}  # fmt: skip
KINDS: Final = {
    "object": "a mapping (key: value)", "array": "a list", "string": "a text", "integer": "a whole number", "number": "a number",
    "boolean": "true or false", "null": "nothing",
}  # fmt: skip


def schemas_are_installed() -> bool:
    """Return whether the schemas and what reads them are installed.

    Examples
    --------
    >>> schemas_are_installed()
    True
    """
    return _folder() is not None and importlib.util.find_spec("jsonschema") is not None


def refusal(format_name: str, tree: Mapping[Any, Any]) -> str | None:
    """Return why the tool of a format would refuse a file.

    Parameters
    ----------
    format_name : str
        `workflow`, `gitlab` or `compose`; no other format has a schema.
    tree : mapping
        The parsed file, from `parse_yaml`.

    Returns
    -------
    str or None
        A sentence with the value, its place and what is allowed; None if the schema allows the file or is not installed.

    Examples
    --------
    >>> refusal("workflow", {"on": "push", "jobs": {"test": {"runs-on": "ubuntu-latest", "step": []}}})
    "GitHub would refuse the file: jobs.test has the unknown key 'step'; did you mean 'steps'?"
    >>> refusal("compose", {"services": {"web": {"image": "shop", "ports": "80:80"}}})
    "Compose would refuse the file: services.web.ports is the text '80:80'; allowed is a list."
    """
    validator = prepared(format_name)
    plain = _plain(tree, flat=format_name == "gitlab")
    errors = list(validator.iter_errors(plain)) if validator else []
    problem = _sentence(_first(errors, plain), validator, plain) if errors else _unknown_name(format_name, plain)
    return f"{SCHEMAS[format_name][0]} would refuse the file: {problem}" if problem else None


@cache
def prepared(format_name: str) -> Any:
    """Return the validator of a format, None without one; forks of a process that has called this share it.

    Parameters
    ----------
    format_name : str
        The format.

    Returns
    -------
    jsonschema.protocols.Validator or None

    Examples
    --------
    >>> prepared("dockerfile") is None
    True
    """
    folder = _folder()
    if format_name not in SCHEMAS or folder is None or not schemas_are_installed():
        return None
    from jsonschema.validators import extend, validator_for  # noqa: PLC0415 - takes a second

    schema = json.loads((folder / f"{SCHEMAS[format_name][1]}.json").read_text(encoding="utf-8"))
    usual = validator_for(schema)
    lenient = {"pattern": _pattern, **{keyword: _some(usual.VALIDATORS, keyword) for keyword in ("anyOf", "oneOf")}}
    if format_name == "workflow":
        lenient |= {
            "type": _scalar_or(usual.VALIDATORS["type"]),
            "required": _besides_matrix(usual.VALIDATORS["required"]),
        }
    return extend(usual, lenient)(schema)  # type: ignore[no-untyped-call]


def _folder() -> Path | None:
    """Return where check-jsonschema keeps the schemas; the package itself is not imported, because that takes seconds."""
    found = importlib.util.find_spec("check_jsonschema")
    return Path(found.origin).parent / "builtin_schemas" / "vendor" if found and found.origin else None


def _some(usual: Mapping[str, Any], keyword: str) -> Any:
    """Return a check of `anyOf` or `oneOf` that takes what the tools take: what fits several forms, and nothing in place of any scalar.

    Forms of a `oneOf` that differ by their required keys only exclude each other.
    """

    def check(validator: Any, forms: Any, value: Any, schema: Any) -> Iterator[Any]:
        kinds = [form.get("type") for form in forms if isinstance(form, dict)]
        if value is not None or not all(kind in kinds for kind in SCALARS):
            yield from usual[keyword if _differ_by_keys(forms) else "anyOf"](validator, forms, value, schema)

    return check


def _scalar_or(usual: Any) -> Any:
    """Return a check of types that takes a number or a truth value as a text, as GitHub does."""

    def check(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
        kinds = [wanted] if isinstance(wanted, str) else wanted
        if not ("string" in kinds and isinstance(value, bool | int | float)):
            yield from usual(validator, wanted, value, schema)

    return check


def _besides_matrix(usual: Any) -> Any:
    """Return a check of required keys that takes a `strategy` without a matrix: GitHub runs one job for it."""

    def check(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
        yield from usual(validator, [] if wanted == ["matrix"] else wanted, value, schema)

    return check


def _pattern(validator: Any, pattern: str, text: Any, _schema: Any) -> Iterator[Any]:
    """Match a text as JSON Schema does, unless that could take long."""
    from jsonschema import ValidationError  # noqa: PLC0415

    tried = validator.is_type(text, "string") and len(text) <= LONGEST_MATCHED and not NESTED.search(pattern)
    if tried and not re.search(pattern, text.replace("\r", "\n")):
        yield ValidationError("the pattern does not match")


def _plain(part: Any, *, flat: bool) -> Any:
    """Return a part as JSON has it: keys are texts, a GitLab reference that another file resolves is the list that it was written as.

    GitLab takes lists within lists ten levels deep, its schema two; `flat` writes them as one.
    """
    from devopssim.course.author.yaml_files import Reference  # noqa: PLC0415 - needs a YAML parser, which a check may do without

    if isinstance(part, Mapping):
        return {("" if key is None else _written(key)): _plain(value, flat=flat) for key, value in part.items()}
    if isinstance(part, Reference):
        return list(part.path)
    if not isinstance(part, list):
        return part
    plain: list[Any] = []
    for value in part:
        inner = _plain(value, flat=flat)
        plain += inner if flat and isinstance(value, list) else [inner]
    return plain


def _sentence(error: Any, validator: Any, tree: Any) -> str:
    """Return what is wrong, in words: the value, where it stands, and what is allowed there."""
    error, instead = _cause(error, tree)
    place, value, wanted = _place(error.absolute_path), error.instance, error.validator_value
    if error.validator in UNKNOWN_KEY and isinstance(value, dict):
        unknown = next((key for key in value if _is_unknown(key, error, validator)), "")
        keys = list(dict.fromkeys(_keys(error.schema, validator.schema)))
        if keys or not error.schema.get("patternProperties"):
            return f"{place} has the unknown key {_short(unknown)}; {_instead(unknown, keys)}"
        return (
            f"{place} has the key {_short(unknown)}; allowed is {_form(next(iter(error.schema['patternProperties'])))}."
        )
    if error.validator == "required":
        lacking = next((key for key in wanted if key not in value), "")
        return f"{place} lacks the key {lacking!r}."
    if error.validator in {"oneOf", "anyOf"} and _differ_by_keys(wanted):
        names = [name for form in wanted for name in form["required"]]
        given = [name for name in names if name in value]
        return (
            f"{place} has {_all(given)}, which exclude each other."
            if given
            else f"{place} needs one of the keys {', '.join(names)}."
        )
    if error.validator == "dependencies":
        alone, other = next(
            (key, name) for key, more in wanted.items() if key in value for name in more if name not in value
        )
        return f"{place} has the key {alone!r} without {other!r}."
    if error.validator == "not" and isinstance(value, dict) and isinstance(wanted, dict) and wanted.get("required"):
        return f"{place} has {_all(wanted['required'])}, which exclude each other."
    if instead:
        return f"{place} is {_what(value)}; allowed is {' or '.join(dict.fromkeys(instead))}."
    if error.validator in {"enum", "const"}:
        return f"{place} is {_what(value)}; {_instead(value, wanted if error.validator == 'enum' else [wanted])}"
    bound = BOUNDS.get(str(error.validator))
    return (
        f"{place} is {_what(value)}; {bound.format(wanted)}"
        if bound
        else f"{place} is {_what(value)}, which is not allowed there."
    )


def _is_unknown(key: str, error: Any, validator: Any) -> bool:
    """Return whether a key, alone, would be refused as an unknown one."""
    alone = validator.evolve(schema=error.schema).iter_errors({key: error.instance[key]})
    return any(inner.validator == error.validator and not inner.path for inner in alone)


def _keys(schema: Any, root: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys that a schema declares, itself or by reference."""
    yield from schema.get("properties", {})
    found: Any = root
    for step in str(schema.get("$ref", "")).split("/")[1:]:
        found = found.get(step, {})
    for inner in [*schema.get("allOf", ()), *([found] if "$ref" in schema else ())]:
        yield from _keys(inner, root)


def _cause(error: Any, tree: Any) -> tuple[Any, list[str]]:
    """Return the error within an error that says most, and what is allowed if the value is of a wrong kind or form."""
    while error.context:
        branches: dict[Any, list[Any]] = {}
        for inner in error.context:
            branches.setdefault(inner.relative_schema_path[0], []).append(inner)
        if _differ_by_keys(error.validator_value):
            return error, []
        nearest = min(branches.values(), key=_distance)
        if all(_allowed(branch[0]) and not branch[0].relative_path for branch in branches.values()):
            return error, [words for branch in branches.values() for words in _allowed(branch[0])]
        error = _first(nearest, tree)
    return error, _allowed(error)


def _first(errors: Sequence[Any], tree: Any) -> Any:
    """Return the error to speak of: an unknown key, which is often the slip of one that is missing, else the first in the file."""

    def order(error: Any) -> tuple[bool, bool, list[int]]:
        position, part = [], tree
        for key in error.absolute_path:
            position.append(key if isinstance(key, int) else list(part).index(key))
            part = part[key]
        unknown_key = error.validator in UNKNOWN_KEY and not error.relative_path
        # What fails for another reason counts as unevaluated, too.
        return error.validator == "unevaluatedProperties", not unknown_key, position

    return min(errors, key=order)


def _differ_by_keys(forms: Any) -> bool:
    """Return whether the forms of a value differ by the keys that they require, and by nothing else."""
    return isinstance(forms, list) and all(
        isinstance(form, dict)
        and {"required"} <= set(form) <= {"type", "properties", "required"}
        and all(value is True for value in form.get("properties", {}).values())
        for form in forms
    )


def _distance(branch: Sequence[Any]) -> tuple[bool, int, int]:
    """Return how far a value is from one of several forms: of another kind, then by what is wrong in it at the top, and in all."""
    top = [error for error in branch if not error.relative_path]
    return any(_kinds(error) for error in top), len(top), len(branch)


def _kinds(error: Any) -> list[str]:
    """Return the kinds that are allowed in place of a value of another kind; none if its kind is right."""
    wanted = error.validator_value
    if error.validator == "type":
        return [wanted] if isinstance(wanted, str) else list(wanted)
    if error.validator in {"enum", "const"}:
        choices = wanted if isinstance(wanted, list) else [wanted]
        return [] if any(_kind(choice) == _kind(error.instance) for choice in choices) else [_kind(choices[0])]
    return []


def _allowed(error: Any) -> list[str]:
    """Return in words what kinds or which form are allowed, if that is what an error is about."""
    return (
        [_form(error.validator_value)]
        if error.validator == "pattern"
        else [KINDS.get(kind, kind) for kind in _kinds(error)]
    )


def _form(pattern: str) -> str:
    """Return what a pattern of a schema asks for."""
    return (
        "an expression ${{ … }}"
        if r"\$\{\{" in pattern
        else f"a text of the form {_cut(' '.join(pattern.split()), 60)}"
    )


def _kind(value: Any) -> str:
    """Return the kind of a value, in JSON Schema's words."""
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return "null" if value is None else kinds.get(type(value), type(value).__name__)


def _unknown_name(format_name: str, tree: Mapping[str, Any]) -> str | None:
    """Return which job or service is named and absent: the tools refuse that, and schemas cannot say it."""
    part = {"workflow": "jobs", "compose": "services"}.get(format_name)
    declared: Any = tree.get(part) if part else tree
    if "include" in tree or format_name not in SCHEMAS or not isinstance(declared, dict):
        return None
    for name, one in declared.items():
        for key in ("needs", "depends_on") if part else ("extends", "needs"):
            named = one.get(key) if isinstance(one, dict) else None
            for other in named if isinstance(named, list | dict) else [named]:
                absent = isinstance(other, str) and other not in declared and "$" not in other
                if absent:
                    where = _place([part, name, key] if part else [name, key])
                    return f"{where} names {_short(other)}; {_instead(other, [known for known in declared if known != name and (key == 'extends' or known[:1] != '.')])}"
    return None


def _place(path: Iterable[Any]) -> str:
    """Return a path as people write it: jobs.test.steps[0].run."""
    written = ""
    for key in path:
        name = _cut(str(key)) if re.fullmatch(r"[\w.$-]+", str(key)) else _short(key)
        written += f"[{key}]" if isinstance(key, int) else f".{name}"
    return written.removeprefix(".") or "the file"


def _what(value: Any) -> str:
    """Return a value with its kind."""
    if value in ({}, []):
        return f"an empty {'mapping' if value == {} else 'list'}"
    kind = KINDS.get(_kind(value), "a value of another kind")
    if isinstance(value, dict | list) or value is None:
        return kind
    return f"{'the text' if isinstance(value, str) else 'the value'} {_short(value)}"


def _instead(given: Any, allowed: Iterable[Any]) -> str:
    """Return what may stand in place of a value: what is spelt like it, else the first of all."""
    names = [_written(name) for name in allowed]
    near = difflib.get_close_matches(_written(given)[:LONGEST_MATCHED], names, 1, LIKE)
    if near:
        return f"did you mean {near[0]!r}?"
    more = ", …" if len(names) > MOST_NAMED else ""
    return f"allowed are {', '.join(names[:MOST_NAMED])}{more}." if names else "none is allowed there."


def _all(names: Iterable[str]) -> str:
    """Return names in quotes: 'run' and 'uses'."""
    return " and ".join(map(repr, names))


def _written(value: Any) -> str:
    """Return a value as YAML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _short(value: Any) -> str:
    """Return a value on one line, in quotes where it is a text."""
    return _cut(repr(value) if isinstance(value, str) else _written(value))


def _cut(text: str, longest: int = LONGEST_VALUE) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
