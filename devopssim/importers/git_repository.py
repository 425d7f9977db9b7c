"""A git repository on disk: its commits and tags, read without starting a program that the repository names.

A repository is untrusted input: its configuration, its hooks, and the remote of a partial clone could start programs. So
hooks, the file-system monitor, signatures and pagers are off, no transport is allowed, variables that lead git elsewhere are
dropped, and a caller's text never stands where git could take it for an option.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devopssim.errors import InvalidInputError
from devopssim.importers.normalisation import is_author

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
QUIET: Final = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ASKPASS": "",
    "LC_ALL": "C",
}
"""Variables that keep git from the network, from questions and from other settings."""
FIELD: Final = "\x1f"
"""Separator of fields in git's output; no name or date contains the unit separator."""
REVERTED: Final = re.compile(r"This reverts commit ([0-9a-f]{7,64})")
"""Line in a message by which git records what a commit reverts."""
REVERTED_REQUEST: Final = re.compile(r"^Reverts [\w./-]*[#!](\d+)", re.MULTILINE)
"""Line in a message by which GitHub and GitLab record which pull request a commit reverts."""
NUMBERED: Final = re.compile(r"\((?:#|!)(\d+)\)$|^Merge pull request #(\d+) ")
"""Part of a subject that names the pull request of a squashed commit or of a merge."""
PICKED: Final = re.compile(r"\(cherry picked from commit ([0-9a-f]{40,64})\)")
"""Line in a message by which git records where a commit was picked from."""
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
    annotated: bool = False


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
    branches = branches_of(folder)
    names = ", ".join(sorted(branches)[:8]) or "none"
    if branch is None:
        try:
            return git(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip()
        except InvalidInputError as error:
            if not branches:
                raise InvalidInputError(
                    f"{folder}: the repository has no commits; commit and tag something first."
                ) from error
            missing = git(folder, "rev-parse", "--symbolic-full-name", "HEAD").strip()
            missing = missing if missing != "HEAD" else git(folder, "symbolic-ref", "HEAD").strip()
            example = min(branches)
            raise InvalidInputError(
                f"{folder}: HEAD names {missing}, which does not exist; its branches are {names}: pass one, for example --branch {example}."
            ) from error
    head = branches.get(branch) or branches.get(f"origin/{branch}")
    if head is None:
        raise InvalidInputError(f"{folder}: unknown branch {branch!r}; the branches are {names}.")
    return head


def branches_of(folder: Path) -> dict[str, str]:
    """Return the hash of each branch's last commit, by name; branches of a remote begin with its name."""
    fields = FIELD.join(("%(refname:lstrip=2)", "%(objectname)"))
    listed = git(folder, "for-each-ref", f"--format={fields}", "refs/heads", "refs/remotes").splitlines()
    return dict(line.split(FIELD) for line in listed)


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


def tags_of(folder: Path) -> list[Tag]:
    """Return the tags that name a commit, directly or through another tag, in the order of their names."""
    fields = FIELD.join(("%(refname:lstrip=2)", "%(objecttype)", "%(objectname)", "%(*objecttype)", "%(*objectname)"))
    lines = git(folder, "for-each-ref", f"--format={fields}{FIELD}%(creatordate:unix)", "refs/tags").splitlines()
    listed = [line.split(FIELD) for line in lines]
    nested = [own for _, _, own, named_kind, _, _ in listed if named_kind == "tag"]
    commits = _peeled(folder, nested)
    tags = []
    for name, kind, own, named_kind, named, time in listed:
        commit = own if kind == "commit" else named if named_kind == "commit" else commits.get(own, "")
        if commit and time:
            tags.append(Tag(name=name, commit=commit, time=int(time), annotated=kind == "tag"))
    return tags


def _peeled(folder: Path, tags: Sequence[str]) -> dict[str, str]:
    """Return the commit that each tag of a tag names in the end, by the hash of the first; tags of other objects are absent."""
    if not tags:
        return {}
    asked = "\n".join(f"{tag}^{{commit}}" for tag in tags) + "\n"
    answers = git(folder, "cat-file", "--batch-check", stdin=asked).splitlines()
    return {
        tag: words[0] for tag, answer in zip(tags, answers, strict=True) if (words := answer.split())[1:2] == ["commit"]
    }


def touching(folder: Path, heads: Sequence[str], paths: Sequence[str]) -> set[str]:
    """Return the commits that touch one of several paths.

    Parameters
    ----------
    folder : Path
        Folder of the repository.
    heads : Sequence of str
        Hashes to start from.
    paths : Sequence of str
        Paths inside the repository, taken literally.

    Raises
    ------
    InvalidInputError
        Where no commit touches them.

    """
    arguments = ("--literal-pathspecs", "log", "--full-history", "--format=%H", "--stdin")
    text = "\n".join([*heads, "--", *paths])
    commits = set(git(folder, *arguments, stdin=text).split())
    if not commits:
        raise InvalidInputError(
            f"{folder}: no commit touches {', '.join(paths)}; pass a path inside the repository, such as services/cart."
        )
    return commits


def authored_by(folder: Path, heads: Sequence[str], patterns: Sequence[str]) -> set[str]:
    """Return the commits whose author's name or address matches one of several shell patterns, regardless of case."""
    text = git(folder, "log", "-z", f"--format=%H{FIELD}%an{FIELD}%ae", "--stdin", stdin="\n".join(heads))
    named = (record.split(FIELD) for record in filter(None, text.split("\0")))
    return {commit.strip() for commit, *authors in named if any(is_author(author, patterns) for author in authors)}


def picked_from(folder: Path, heads: Sequence[str], commits: Mapping[str, Commit]) -> dict[str, str]:
    """Return the commit from which each commit was cherry-picked, according to its message."""
    arguments = (
        "log",
        "-z",
        "--fixed-strings",
        "--grep=(cherry picked from commit ",
        f"--format=%H{FIELD}%B",
        "--stdin",
    )
    picked = {}
    for record in filter(None, git(folder, *arguments, stdin="\n".join(heads)).split("\0")):
        name, _, message = record.partition(FIELD)
        origins = [sha for sha in PICKED.findall(message) if sha in commits]
        if origins:
            picked[name.strip()] = origins[-1]
    return picked


def patch_ids(folder: Path, commits: Sequence[str]) -> dict[str, str]:
    """Return the id of each commit's patch: equal for the same change on another line; commits without a patch are absent."""
    arguments = ("diff-tree", "--stdin", "--root", "-p", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames")
    piped = _run(folder, [arguments, ("patch-id", "--stable")], "\n".join(commits) + "\n")
    lines = piped.decode(errors="replace").splitlines()
    return {commit: patch for patch, commit in (line.split() for line in lines)}


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
    wanted = ("--grep=This reverts commit ", "--grep=Reverts .*#[0-9]")
    arguments = ("log", "-z", *wanted, f"--format=%H{FIELD}%B", "--stdin")
    numbered = {
        found[1] or found[2]: name for name, commit in commits.items() if (found := NUMBERED.search(commit.subject))
    }
    reverts: dict[str, list[str]] = {}
    for record in filter(None, git(folder, *arguments, stdin="\n".join(heads)).split("\0")):
        name, _, message = record.partition(FIELD)
        requests = [numbered[number] for number in REVERTED_REQUEST.findall(message) if number in numbered]
        named = [sha for sha in REVERTED.findall(message) if sha in commits] + requests
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
    return _run(folder, [arguments], stdin or "").decode(errors="replace")


def _run(folder: Path, commands: Sequence[Sequence[str]], stdin: str) -> bytes:
    """Run several commands of git, each on the output of the one before it, and return the output of the last."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")} | QUIET
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as errors:
        source.write(stdin.encode(errors="surrogateescape"))
        source.seek(0)
        running: list[subprocess.Popen[bytes]] = []
        try:
            for arguments in commands:
                running.append(
                    subprocess.Popen(  # noqa: S603
                        ["git", *HARMLESS, "-C", str(folder), "--no-pager", *arguments],  # noqa: S607 - the user's own git
                        stdin=running[-1].stdout if running else source,
                        stdout=subprocess.PIPE,
                        stderr=errors,
                        env=env,
                    )
                )
        except FileNotFoundError as error:
            raise InvalidInputError("the program git is missing; install git to read a repository.") from error
        for process in running[:-1]:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            process.stdout.close()
        output = running[-1].communicate()[0]
        failed = [process.wait() for process in running]
        if any(failed):
            errors.seek(0)
            raise InvalidInputError(f"{folder}: {_reason(errors.read().decode(errors='replace'))}")
    return output


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
