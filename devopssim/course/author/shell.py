"""The commands that a shell script runs, read and never run: commands that are commented out, printed or unreachable are left out."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

OPENING: Final = {
    "if",
    "then",
    "elif",
    "else",
    "while",
    "until",
    "do",
    "for",
    "{",
    "}",
    "!",
    "time",
    "fi",
    "done",
    "esac",
}
"""Words of the shell's grammar that stand before a command."""
WRAPPERS: Final = {"sudo", "env", "nohup", "exec", "command", "nice", "stdbuf", "xvfb-run"}
MENTIONS: Final = {
    "echo",
    "printf",
    ":",
    "true",
    "false",
    "#",
    "test",
    "[",
    "[[",
    "which",
    "type",
    "alias",
    "man",
    "help",
    "export",
    "set",
}
"""Commands that only name others in their arguments."""
SHELLS: Final = {"sh", "bash", "dash", "zsh", "/bin/sh", "/bin/bash"}
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*\+?=")
_QUESTIONS: Final = {"--version", "--help", "-h", "-V"}
DEEPEST: Final = 4
_TOKEN: Final = re.compile(
    r"""(?P<blank>\\\n|[ \t\r]+)|(?P<comment>\#[^\n]*)|<<-?\s*["']?(?P<heredoc>\w+)["']?|(?P<operator>&&|\|\||;;|\|&|[;|\n()]|&(?!>))
    |(?P<word>(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|\$\([^()]*\)|`[^`]*`|[<>]&|&>|[^\s;&|()'"\\`]|['"`\\])+)""",
    re.DOTALL | re.VERBOSE,
)
_QUOTED: Final = re.compile(r"""'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)""", re.DOTALL)


def commands(script: str, depth: int = 0) -> Iterator[str]:
    r"""Yield the commands of a script that do something, each as one line of words without quotes.

    Comments, `echo` and other commands that only mention, what follows `false &&` or `exit`, and the branches of `if false` are left
    out; the script of `bash -c` is read, too.

    Parameters
    ----------
    script : str
        The script.
    depth : int, default 0
        How many `bash -c` surround it.

    Yields
    ------
    str
        A command.

    Examples
    --------
    >>> list(commands("echo pytest # todo\nFOO=1 python -m pytest -q && false && ruff check\nif false; then mypy; fi"))
    ['python -m pytest -q']
    """
    for words in _reachable(script):
        if words[0] in SHELLS and "-c" in words:
            inner = words[words.index("-c") + 1 :][:1]
            yield from commands(inner[0], depth + 1) if inner and depth < DEEPEST else ()
        elif words[0] not in MENTIONS and not (len(words) > 1 and set(words[1:]) <= _QUESTIONS):
            yield " ".join(words)


def decisive_commands(script: str) -> Iterator[str]:
    r"""Yield those of a script's commands whose failure ends a step, under the shell's `-e` that CI services use.

    The failure of a command is swallowed by `||`, a pipe, `&`, `!`, a condition, or `set +e` before it.

    Parameters
    ----------
    script : str
        The script.

    Yields
    ------
    str
        A command.

    Examples
    --------
    >>> list(decisive_commands("make && pytest\nruff check || true\nmypy | tee log"))
    ['make', 'pytest', 'tee log']
    """
    simple = list(_simple_commands(script))
    swallowed = False
    decides = []
    for position in reversed(range(len(simple))):
        after = simple[position + 1][0] if position + 1 < len(simple) else "\n"
        swallowed = after in {"||", "|", "|&", "&"} or (swallowed and after == "&&")
        if not swallowed and simple[position][1][0] not in {"if", "while", "until", "elif", "!"}:
            decides.append(" ".join(_without_wrappers(simple[position][1])))
    loose = next((at for at, (_, words) in enumerate(simple) if words[0] == "set" and "+e" in words), len(simple))
    before = {" ".join(_without_wrappers(words)) for _, words in simple[:loose]}
    reached = set(commands(script))
    yield from (command for command in reversed(decides) if command in reached and command in before)


def _reachable(script: str) -> Iterator[list[str]]:
    """Yield the commands that can be reached, by the constant conditions before them."""
    dead, succeeds = 0, None
    for operator, words in _simple_commands(script):
        opens = words[0] in {"if", "while", "until"}
        plain = _without_wrappers(words)
        if dead:
            dead += opens - (words[0] in {"fi", "done"}) - (words[0] == "else" and dead == 1)
            if dead or words[0] != "else":
                continue
        if opens and words[0] != "until" and plain == ["false"]:
            dead = 1
        elif (operator == "&&" and succeeds is False) or (operator == "||" and succeeds is True) or not plain:
            continue
        else:
            succeeds = {"false": False, "true": True, ":": True, "echo": True, "printf": True}.get(plain[0])
            yield plain
            if (
                plain[0] in {"exit", "return"}
                and words[0] not in {"then", "do", "else"}
                and operator in {"", ";", "\n"}
            ):
                return


def _without_wrappers(words: Sequence[str]) -> list[str]:
    """Return a command without the grammar's words, assignments and wrappers before it."""
    left = list(words)
    while left and (left[0] in OPENING or left[0] in WRAPPERS or _ASSIGNMENT.match(left[0])):
        left.pop(0)
    if left[:1] == ["timeout"]:
        left.pop(0)
        while left and left[0].startswith("-"):
            del left[: 2 if left[0] in {"-k", "-s"} else 1]
        return left[1:]
    return left


def _simple_commands(script: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (the operator before it, words) of each simple command; bodies of here-documents are skipped."""
    operator, words, at, ends = "", list[str](), 0, list[str]()
    while token := _TOKEN.match(script, at):
        at = token.end()
        if token["word"]:
            words.append(_QUOTED.sub(lambda quoted: quoted[1] or quoted[2] or quoted[3] or "", token["word"]))
        elif token["heredoc"]:
            ends.append(token["heredoc"])
        elif found := token["operator"]:
            if words:
                yield operator, words
                operator, words = "", []
            operator = found if found != "\n" or not operator else operator
            if found == "\n" and ends:
                at = _after_heredocs(script, at, ends)
    if words:
        yield operator, words


def _after_heredocs(script: str, at: int, ends: list[str]) -> int:
    """Return the position after the here-documents that the last line opened, and forget their marks."""
    while ends and at < len(script):
        end = script.find("\n", at)
        end = len(script) if end < 0 else end
        if script[at:end].strip() == ends[0]:
            ends.pop(0)
        at = end + 1
    ends.clear()
    return at
