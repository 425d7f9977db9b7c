"""A git repository on disk: its commits and tags, read without starting a program that the repository names.

A repository is untrusted input: its configuration, its hooks, and the remote of a partial clone could start programs. So
hooks, the file-system monitor, signatures and pagers are off, no transport is allowed, variables that lead git elsewhere are
dropped, and a caller's text never stands where git could take it for an option.
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
"""Options of git that switch off what could start programs, and fix the form of the output."""
FIELD: Final = "\x1f"
"""Separator of fields in git's output; the unit separator stands in no name or date."""
REVERTED: Final = re.compile(r"This reverts commit ([0-9a-f]{7,64})")
"""Line in a message by which git records what a commit reverts."""
TRAILER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*:\s")
"""Beginning of a line in a message that is a trailer."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its parents' hashes, its author's and its committer's date in seconds since 1970, and its subject."""

    hash: str
    parents: tuple[str, ...]
    authored: int
    committed: int
    subject: str


@dataclass(frozen=True, kw_only=True)
class Tag:
    """A tag of a commit, at its own date in seconds since 1970; a lightweight tag has the commit's date."""

    name: str
    commit: str
    time: int


def check(folder: Path) -> None:
    """Raise InvalidInputError unless a folder is a git repository with its whole history.

    Parameters
    ----------
    folder : Path
        Folder of the repository.

    """
    if not folder.is_dir():
        raise InvalidInputError(f"{folder}: no such folder; pass the path of a git repository.")
    if git(folder, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise InvalidInputError(
            f"{folder}: a shallow clone lacks most of its history; run `git fetch --unshallow` first."
        )


def head_of(folder: Path, branch: str | None) -> str:
    """Return the hash of the main line's last commit.

    Parameters
    ----------
    folder : Path
        Folder of the repository.
    branch : str or None
        Name of a local branch, or of a branch of `origin`; None means HEAD.

    Raises
    ------
    InvalidInputError
        Where the branch is missing, or the repository has no commit.

    """
    if branch is None:
        return git(folder, "rev-parse", "--verify", "HEAD^{commit}").strip()
    fields = FIELD.join(("%(refname:lstrip=2)", "%(objectname)"))
    listed = git(folder, "for-each-ref", f"--format={fields}", "refs/heads", "refs/remotes").splitlines()
    branches = dict(line.split(FIELD) for line in listed)
    head = branches.get(branch) or branches.get(f"origin/{branch}")
    if head is None:
        names = ", ".join(sorted(branches)[:8]) or "none"
        raise InvalidInputError(f"{folder}: unknown branch {branch!r}; the branches are {names}.")
    return head


def commits_of(folder: Path, heads: Sequence[str]) -> dict[str, Commit]:
    """Return the commits that some commits reach.

    Parameters
    ----------
    folder : Path
        Folder of the repository.
    heads : Sequence of str
        Hashes.

    Returns
    -------
    dict of str to Commit
        By hash, children before their parents.

    """
    fields = FIELD.join(("%H", "%P", "%at", "%ct", "%s"))
    text = git(folder, "log", "-z", "--topo-order", f"--format={fields}", "--stdin", stdin="\n".join(heads))
    commits: dict[str, Commit] = {}
    for record in filter(None, text.split("\0")):
        name, parents, authored, committed, subject = record.split(FIELD, 4)
        commits[name] = Commit(name, tuple(parents.split()), _seconds(authored), _seconds(committed), subject)
    return commits


def tags_of(folder: Path, pattern: str) -> list[Tag]:
    """Return the tags that name a commit and match a shell pattern, in the order of their names."""
    fields = FIELD.join(("%(refname:lstrip=2)", "%(objecttype)", "%(objectname)", "%(*objecttype)", "%(*objectname)"))
    tags = []
    for line in git(folder, "for-each-ref", f"--format={fields}{FIELD}%(creatordate:unix)", "refs/tags").splitlines():
        name, kind, own, named_kind, named, time = line.split(FIELD)
        commit = own if kind == "commit" else named if named_kind == "commit" else ""
        if commit and time and fnmatchcase(name, pattern):
            tags.append(Tag(name=name, commit=commit, time=int(time)))
    return tags


def reverts_of(folder: Path, heads: Sequence[str], commits: Mapping[str, Commit]) -> dict[str, list[str]]:
    """Return the commits that each commit reverts, according to its message.

    Parameters
    ----------
    folder : Path
        Folder of the repository.
    heads : Sequence of str
        Hashes to start from.
    commits : Mapping of str to Commit
        Commits of the history; reverts of others are dropped.

    Returns
    -------
    dict of str to list of str
        By the hash of the reverting commit.

    """
    arguments = ("log", "-z", "--fixed-strings", "--grep=This reverts commit ", f"--format=%H{FIELD}%B", "--stdin")
    reverts: dict[str, list[str]] = {}
    for record in filter(None, git(folder, *arguments, stdin="\n".join(heads)).split("\0")):
        name, _, message = record.partition(FIELD)
        named = [sha for sha in REVERTED.findall(message) if sha in commits]
        if named:
            reverts[name.strip()] = named
    return reverts


def marked_by_trailer(folder: Path, heads: Sequence[str], pattern: str) -> set[str]:
    """Return the commits whose messages have a trailer that matches a pattern.

    A trailer is a line `Key: value` below the subject, such as `Co-authored-by: Copilot <copilot@example.com>`.

    Parameters
    ----------
    folder : Path
        Folder of the repository.
    heads : Sequence of str
        Hashes to start from.
    pattern : str
        Regular expression that the beginning of a trailer matches, regardless of case.

    Returns
    -------
    set of str
        Hashes.

    Raises
    ------
    InvalidInputError
        Where the pattern is not a regular expression.

    """
    try:
        mark = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise InvalidInputError(
            f"trailer {pattern!r} is not a regular expression ({error}); write it as 'Co-authored-by: .*Copilot'."
        ) from error
    text = git(folder, "log", "-z", f"--format=%H{FIELD}%b", "--stdin", stdin="\n".join(heads))
    marked = set()
    for record in filter(None, text.split("\0")):
        name, _, body = record.partition(FIELD)
        if any(TRAILER.match(line) and mark.match(line) for line in body.splitlines()):
            marked.add(name.strip())
    return marked


def git(folder: Path, *arguments: str, stdin: str | None = None) -> str:
    """Run git on a repository, safely, and return its standard output.

    Parameters
    ----------
    folder : Path
        Folder of the repository.
    *arguments : str
        Command and options.
    stdin : str, optional
        Standard input.

    Raises
    ------
    InvalidInputError
        Where git is missing or fails; the message states the reason in one line.

    """
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
    command = ["git", *HARMLESS, "-C", str(folder), "--no-pager", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, env=env, input=(stdin or "").encode())  # noqa: S603
    except FileNotFoundError as error:
        raise InvalidInputError("the program git is missing; install git to read a repository.") from error
    if done.returncode:
        raise InvalidInputError(f"{folder}: {_reason(done.stderr.decode(errors='replace'))}")
    return done.stdout.decode(errors="replace")


def _reason(stderr: str) -> str:
    """Return the cause of git's error message, and the next step."""
    if "not a git repository" in stderr:
        return "not a git repository; pass the folder that contains .git."
    if "dubious ownership" in stderr:
        return (
            "the repository belongs to another user; trust it with `git config --global --add safe.directory FOLDER`."
        )
    if any(text in stderr for text in ("bad revision", "unknown revision", "ambiguous argument", "Needed a single")):
        return "the repository has no commits; commit and tag something first."
    lines = [line for line in stderr.strip().splitlines() if line.strip()]
    return f"git cannot read the repository ({lines[-1] if lines else 'without a reason'}); run `git fsck` in it."


def _seconds(text: str) -> int:
    """Return the seconds of a commit's date; 0 where git shows a malformed one."""
    return int(text) if text.lstrip("-").isdecimal() else 0
