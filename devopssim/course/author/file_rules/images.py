"""Rules on Dockerfiles: what an image starts from, what it holds, and who it runs as."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from devopssim.course.author.dockerfiles import Instruction, built_stages, image, stages
from devopssim.course.author.file_rules.rules import Rule
from devopssim.course.author.shell import commands

LAST_COUNTS: Final = {"CMD", "ENTRYPOINT", "HEALTHCHECK", "USER", "STOPSIGNAL", "WORKDIR"}
"""Instructions of which only the last one has an effect."""
INSTALLERS: Final = re.compile(
    r"(?:\S*/)?(?:python\S* -m )?(?:pip\S*|uv|poetry|npm|pnpm|yarn|pdm)\b[^\n]{0,200}?\b(?:install|sync|ci)\b"
)


def starts_from(pattern: str, description: str = "") -> Rule:
    """Return a rule: the base of a Dockerfile's last stage matches the regular expression `pattern`.

    Examples
    --------
    >>> from devopssim.course.author.file_rules import parse_dockerfile
    >>> starts_from(r"-slim$").holds(parse_dockerfile("FROM python:3.12-slim"))
    True
    """
    return Rule(
        description=description or "the image starts from the right base",
        holds=lambda parsed: bool(re.search(pattern, stages(parsed)[-1].base)),
    )


def base_is_pinned() -> Rule:
    """Return a rule: each FROM of a Dockerfile has a tag other than `latest`, a digest, or the name of an earlier stage.

    A FROM with a variable without a default (`$BASE`) is accepted, since its value is open.

    Examples
    --------
    >>> from devopssim.course.author.file_rules import parse_dockerfile
    >>> base_is_pinned().holds(parse_dockerfile("FROM python"))
    False
    """

    def holds(parsed: Sequence[Instruction]) -> bool:
        names: set[str] = {"scratch"}
        for stage in stages(parsed):
            tag = stage.base.rpartition("/")[2].partition(":")[2]
            if (
                stage.base.lower() not in names
                and "$" not in stage.base
                and "@sha256:" not in stage.base
                and tag in {"", "latest"}
            ):
                return False
            names.add(stage.name.lower())
        return True

    return Rule(description="each base image has a fixed tag or digest, not `latest`", holds=holds)


def runs_as_a_user() -> Rule:
    r"""Return a rule: the last USER of the image is neither root nor the number 0, and there is one.

    Examples
    --------
    >>> from devopssim.course.author.file_rules import parse_dockerfile
    >>> runs_as_a_user().holds(parse_dockerfile("FROM alpine:3.20\nUSER app"))
    True
    >>> runs_as_a_user().holds(parse_dockerfile("FROM alpine:3.20 AS build\nUSER app\nFROM alpine:3.20"))
    False
    """

    def holds(parsed: Sequence[Instruction]) -> bool:
        user = _last(image(parsed), "USER").strip("\"'").partition(":")[0].strip()
        return user not in {"", "root"} and not re.fullmatch(r"[-+]?0+", user)

    return Rule(description="the container runs as a user who is not root", holds=holds)


def has(instruction: str, matches: str = "", description: str = "") -> Rule:
    r"""Return a rule: an instruction with a matching value has an effect on the image.

    Instructions of stages that the image does not start from have none, nor has any but the last CMD, ENTRYPOINT, HEALTHCHECK or USER, nor
    `HEALTHCHECK NONE`. Of RUN, the commands that it runs are matched.

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
    >>> from devopssim.course.author.file_rules import parse_dockerfile
    >>> has("healthcheck").holds(parse_dockerfile("FROM alpine:3.20\nHEALTHCHECK CMD true"))
    True
    """
    name = instruction.upper()

    def holds(parsed: Sequence[Instruction]) -> bool:
        made = image(parsed) if name not in {"FROM", "ARG"} else parsed
        lines = [line for line in made if line.name == name][-1 if name in LAST_COUNTS else 0 :]
        if name == "HEALTHCHECK":
            lines = [line for line in lines if line.value.upper() != "NONE"]
        if name == "RUN" and matches:
            return any(re.search(matches, command) for line in lines for command in _run_commands(line.value))
        return any(re.search(matches, line.value) for line in lines)

    return Rule(description=description or f"there is a {name}", holds=holds)


def installs_before_it_copies_the_code() -> Rule:
    r"""Return a rule: a Dockerfile installs dependencies before it copies the code, so that a change of code keeps that layer.

    Installations by pip, uv, poetry, pdm, npm, pnpm and yarn count, in any stage that the image needs; those by apt-get are ignored.
    `COPY . …` and `ADD . …` copy the code.

    Examples
    --------
    >>> from devopssim.course.author.file_rules import parse_dockerfile
    >>> ordered = "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . ."
    >>> installs_before_it_copies_the_code().holds(parse_dockerfile(ordered))
    True
    """

    def holds(parsed: Sequence[Instruction]) -> bool:
        return any(_installs_first(stage) for stage in built_stages(parsed))

    return Rule(description="dependencies are installed before the code is copied", holds=holds)


def _installs_first(instructions: Sequence[Instruction]) -> bool:
    """Return whether dependencies are installed before all of the code is there."""
    for instruction in instructions:
        if instruction.name == "RUN" and any(map(INSTALLERS.match, _run_commands(instruction.value))):
            return True
        if instruction.name in {"COPY", "ADD"} and re.match(r"(--\S+\s+)*(\./?|\[\s*\"\./?\")[\s,]", instruction.value):
            return False
    return False


def _run_commands(value: str) -> Iterator[str]:
    """Yield the commands of a RUN instruction: of its shell script, its here-document, or its list of words."""
    script = re.sub(r"^(--\S+\s+)+", "", value)
    if script.startswith("["):
        words = re.findall(r"\"((?:[^\"\\]|\\.)*)\"", script)
        yield from (
            commands(words[2] if words[1:2] == ["-c"] else " ".join(words[:50])) if len(words) > 1 else iter(words)
        )
    elif script.startswith("<<"):
        yield from commands(script.partition("\n")[2])
    else:
        yield from commands(script)


def _last(parsed: Sequence[Instruction], name: str) -> str:
    """Return the value of the last instruction with a name, an empty text without one."""
    return next((instruction.value for instruction in reversed(parsed) if instruction.name == name), "")
