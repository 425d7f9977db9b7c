"""A git repository as it lies on disk: its commits and tags, read without starting anything that it names.

A repository is a stranger's: its configuration, hooks, and the remote that a partial clone would ask for what it lacks,
could start programs. So hooks, the file-system monitor, signatures and pagers are off, no transport is allowed, variables
that lead git elsewhere are not passed on, and no word of the caller stands where git could take it for an option.
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from devopssim.errors import InvalidInputError

HARMLESS: Final = tuple(
    word
    for setting in (
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "log.showSignature=false",
        "log.mailmap=false",
        "protocol.allow=never",
        "color.ui=false",
        "i18n.logOutputEncoding=UTF-8",
    )
    for word in ("-c", setting)
)
FIELD: Final = "\x1f"
REVERTED: Final = re.compile(r"This reverts commit ([0-9a-f]{7,64})")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its parents' hashes, the seconds at which it was authored and committed, and its subject."""

    hash: str
    parents: tuple[str, ...]
    authored: int
    committed: int
    subject: str


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A tag: the commit that it names, and its seconds (its own, or of a light tag the commit's)."""

    name: str
    commit: str
    time: int


def check(folder: Path) -> None:
    """Raise InvalidInputError unless this is a git repository with its whole history."""
    if not folder.is_dir():
        raise InvalidInputError(f"{folder}: no such folder; give the path of a git repository.")
    if git(folder, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise InvalidInputError(
            f"{folder}: a shallow clone lacks most of its history; run `git fetch --unshallow` first."
        )


def head_of(folder: Path, branch: str | None) -> str:
    """Return the hash of the main line's last commit: of HEAD, or of the branch that is named.

    Raises InvalidInputError where there is no such branch, or no commit yet.
    """
    if branch is None:
        return git(folder, "rev-parse", "--verify", "HEAD^{commit}").strip()
    fields = FIELD.join(("%(refname:lstrip=2)", "%(objectname)"))
    listed = git(folder, "for-each-ref", f"--format={fields}", "refs/heads", "refs/remotes").splitlines()
    known = dict(line.split(FIELD) for line in listed)
    found = known.get(branch) or known.get(f"origin/{branch}")
    if found is None:
        names = ", ".join(sorted(known)[:8]) or "none"
        raise InvalidInputError(f"{folder}: there is no branch {branch!r}; its branches are {names}.")
    return found


def commits_of(folder: Path, heads: Sequence[str]) -> dict[str, Commit]:
    """Return the commits that these hashes reach, by hash, children before their parents."""
    fields = FIELD.join(("%H", "%P", "%at", "%ct", "%s"))
    text = git(folder, "log", "-z", "--topo-order", f"--format={fields}", "--stdin", words_in="\n".join(heads))
    found: dict[str, Commit] = {}
    for record in filter(None, text.split("\0")):
        name, parents, authored, committed, subject = record.split(FIELD, 4)
        found[name] = Commit(name, tuple(parents.split()), _seconds(authored), _seconds(committed), subject)
    return found


def tags_of(folder: Path, pattern: str) -> list[Tag]:
    """Return the tags whose names match a shell pattern and that name a commit, in no special order."""
    fields = FIELD.join(("%(refname:lstrip=2)", "%(objecttype)", "%(objectname)", "%(*objecttype)", "%(*objectname)"))
    found = []
    for line in git(folder, "for-each-ref", f"--format={fields}{FIELD}%(creatordate:unix)", "refs/tags").splitlines():
        name, kind, own, named_kind, named, time = line.split(FIELD)
        commit = own if kind == "commit" else named if named_kind == "commit" else ""
        if commit and time and fnmatchcase(name, pattern):
            found.append(Tag(name=name, commit=commit, time=int(time)))
    return found


def reverts_of(folder: Path, heads: Sequence[str], known: Mapping[str, Commit]) -> dict[str, list[str]]:
    """Return, for each commit that says so in its message, the commits that it reverts."""
    words = ("log", "-z", "--fixed-strings", "--grep=This reverts commit ", f"--format=%H{FIELD}%B", "--stdin")
    found: dict[str, list[str]] = {}
    for record in filter(None, git(folder, *words, words_in="\n".join(heads)).split("\0")):
        name, _, message = record.partition(FIELD)
        named = [each for each in REVERTED.findall(message) if each in known]
        if named:
            found[name.strip()] = named
    return found


def git(folder: Path, *words: str, words_in: str | None = None) -> str:
    """Run git and return what it printed; `words_in` is what it reads. Raises InvalidInputError, in one line."""
    quiet = {
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ASKPASS": "",
        "LC_ALL": "C",
    }
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | quiet
    command = ["git", *HARMLESS, "-C", str(folder), "--no-pager", *words]
    given = (words_in or "").encode()
    try:
        done = subprocess.run(command, capture_output=True, check=False, env=env, input=given)  # noqa: S603
    except FileNotFoundError as error:
        raise InvalidInputError("the program git was not found; install git to read a repository.") from error
    if done.returncode:
        raise InvalidInputError(f"{folder}: {_reason(done.stderr.decode(errors='replace'))}")
    return done.stdout.decode(errors="replace")


def _reason(said: str) -> str:
    if "not a git repository" in said:
        return "not a git repository; give the folder that holds .git."
    if "dubious ownership" in said:
        return "belongs to another user; trust it first with `git config --global --add safe.directory FOLDER`."
    if any(each in said for each in ("bad revision", "unknown revision", "ambiguous argument", "Needed a single")):
        return "the repository has no commit yet; commit and tag something first."
    lines = [line for line in said.strip().splitlines() if line.strip()]
    return f"git could not read it ({lines[-1] if lines else 'no reason given'}); try `git fsck` there."


def _seconds(text: str) -> int:
    """Return the seconds of a commit's date; 0 where it is none."""
    return int(text) if text.lstrip("-").isdecimal() else 0
