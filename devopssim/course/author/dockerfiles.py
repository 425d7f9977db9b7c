"""Dockerfiles as Docker reads them: instructions, stages, and which of them make the image."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from devopssim.errors import InvalidInputError

INSTRUCTIONS: Final = {
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL",
    "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
}  # fmt: skip
_HEREDOC: Final = re.compile(r"<<-?\s*[\"']?(\w+)")
_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")


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
class Stage:
    """One stage of a build: its name, its base, and the instructions after FROM."""

    name: str
    base: str
    instructions: tuple[Instruction, ...]


def parse_dockerfile(text: str) -> list[Instruction]:
    r"""Return the instructions of a Dockerfile, in order, without comments and a byte order mark.

    Raises
    ------
    InvalidInputError
        For a line that starts without an instruction, an instruction before FROM, or a file without FROM.

    Examples
    --------
    >>> [instruction.name for instruction in parse_dockerfile("\ufeffFROM alpine:3.20\nUSER app")]
    ['FROM', 'USER']
    """
    text = text.removeprefix("\ufeff")
    directive = re.match(r"(?:#[^\n]*\n)*#\s*escape\s*=\s*`", text)
    escape = "`" if directive else "\\"
    instructions: list[Instruction] = []
    lines = iter(text.splitlines())
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole = _continued(line, lines, escape)
        name, value = [*whole.split(None, 1), "", ""][:2]
        if name.upper() not in INSTRUCTIONS:
            raise InvalidInputError(
                f"{name[:40]!r} is not an instruction of a Dockerfile; a line starts with FROM, RUN, COPY, …"
            )
        if not instructions and name.upper() not in {"FROM", "ARG"}:
            raise InvalidInputError("FROM is missing; a Dockerfile starts from an image.")
        body = _heredoc(value, lines) if name.upper() in {"RUN", "COPY", "ADD"} else value
        instructions.append(Instruction(name=name.upper(), value=body.strip()))
    if not any(instruction.name == "FROM" for instruction in instructions):
        raise InvalidInputError("FROM is missing; a Dockerfile starts from an image.")
    return instructions


def stages(instructions: Sequence[Instruction]) -> list[Stage]:
    r"""Return the stages of a build, variables with a default replaced in FROM and USER.

    Examples
    --------
    >>> [(stage.name, stage.base) for stage in stages(parse_dockerfile("ARG B=alpine:3\nFROM $B AS build\nFROM build"))]
    [('build', 'alpine:3'), ('', 'build')]
    """
    found: list[Stage] = []
    outside: dict[str, str] = {}
    values: dict[str, str] = {}
    for instruction in instructions:
        if instruction.name == "FROM":
            words = [part for part in expanded(instruction.value, outside).split() if not part.startswith("--")]
            name = words[2] if len(words) == 3 and words[1].upper() == "AS" else ""
            found.append(Stage(name=name, base=words[0] if words else "", instructions=()))
            values = {}
            continue
        if instruction.name in {"ARG", "ENV"}:
            defined = _defined(instruction.value)
            known = (
                defined
                if instruction.name == "ENV"
                else {name: value or outside.get(name, "") for name, value in defined.items()}
            )
            (values if found else outside).update(known)
        if found:
            value = expanded(instruction.value, values) if instruction.name == "USER" else instruction.value
            whole = (*found[-1].instructions, Instruction(name=instruction.name, value=value))
            found[-1] = Stage(name=found[-1].name, base=found[-1].base, instructions=whole)
    return found


def image(instructions: Sequence[Instruction]) -> list[Instruction]:
    r"""Return the instructions that make the image: those of the last stage, after those of the stages that it starts from.

    Examples
    --------
    >>> [line.value for line in image(parse_dockerfile("FROM a AS x\nUSER app\nFROM b\nCMD sh"))]
    ['sh']
    """
    built = stages(instructions)
    if not built:
        return []
    return [instruction for stage in reversed(_chain(built, len(built) - 1)) for instruction in stage.instructions]


def built_stages(instructions: Sequence[Instruction]) -> list[list[Instruction]]:
    """Return, for each stage that the image needs, its instructions after those of its base; the image's own come last.

    A stage is needed if the image starts from it or copies from it, directly or through others.
    """
    built = stages(instructions)
    needed, waiting = set[int](), [len(built) - 1] if built else []
    while waiting:
        position = waiting.pop()
        if position in needed:
            continue
        needed.add(position)
        for stage in _chain(built, position):
            text = " ".join(
                instruction.value for instruction in stage.instructions if instruction.name in {"COPY", "ADD", "RUN"}
            )
            for reference in [stage.base, *re.findall(r"(?:--from=|[,\s]from=)([\w.-]+)", text)]:
                found = _position(built[:position], reference)
                if found is not None:
                    waiting.append(found)
    chains = [reversed(_chain(built, position)) for position in sorted(needed)]
    return [[instruction for stage in chain for instruction in stage.instructions] for chain in chains]


def expanded(text: str, values: Mapping[str, str]) -> str:
    """Return a text with the variables replaced whose value, or default, is known.

    Examples
    --------
    >>> expanded("${UID:-0}:$GID", {"GID": "7"})
    '0:7'
    """
    return _VARIABLE.sub(lambda match: values.get(match[1] or match[3]) or match[2] or match[0], text)


def _chain(built: Sequence[Stage], position: int) -> list[Stage]:
    """Return a stage and the stages that it starts from."""
    chain = [built[position]]
    while (base := _position(built[:position], chain[-1].base)) is not None:
        position = base
        chain.append(built[position])
    return chain


def _position(built: Sequence[Stage], name: str) -> int | None:
    """Return the position of the last stage with a name or a number."""
    if name.isdecimal() and len(name) < 6 and int(name) < len(built):
        return int(name)
    return next((at for at in reversed(range(len(built))) if name and built[at].name.lower() == name.lower()), None)


def _defined(value: str) -> dict[str, str]:
    """Return the variables of ARG or ENV."""
    if "=" not in value:
        name, _, text = value.partition(" ")
        return {name: text.strip()}
    pairs = re.findall(r"(\w+)=(\"[^\"]*\"|'[^']*'|\S*)", value)
    return {name: text.strip("\"'") for name, text in pairs}


def _continued(line: str, lines: Iterator[str], escape: str) -> str:
    """Return a line joined with its continuation lines, which are taken from `lines`; comments between them are skipped."""
    parts = []
    whole = line
    while whole.rstrip().endswith(escape):
        parts.append(whole.rstrip()[:-1])
        following = next((candidate for candidate in lines if not candidate.lstrip().startswith("#")), None)
        if following is None:
            whole = ""
            break
        whole = following.strip()
    return " ".join([*parts, whole]).strip()


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
