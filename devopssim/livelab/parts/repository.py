"""The student's own repository of the shop, and the bare one that it is pushed to."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from devopssim.files import write_text
from devopssim.livelab import templates
from devopssim.livelab.engine import PROGRAM_OF, cache_folder
from devopssim.livelab.history import ShopCommit
from devopssim.livelab.workspace import PYTHON, Workspace

SEPARATOR: Final = "\x1f"
"""Separator of fields in git's output."""
HOOK: Final = """#!/bin/sh
# After a push, the lab's runner executes the workflow that the pushed commit brings.
while read -r old new name; do
    [ "$name" = refs/heads/main ] && {{ program_of }}={{ identity }} DEVOPSSIM_CACHE='{{ cache }}' '{{ python }}' -m devopssim.livelab run {{ lab }} "$new" < /dev/null
done
exit 0
"""
"""Hook of the bare repository: a push, from any terminal, starts the pipeline of this lab."""


@dataclass(frozen=True)
class Repository:
    """The shop's source in the student's hands.

    Parameters
    ----------
    workspace : Workspace
        The lab.

    Examples
    --------
    >>> lab.repository.replace("shop/version.py", '"1.0.0"', '"2.0.0"')  # doctest: +SKIP
    >>> lab.repository.commit("Version 2")  # doctest: +SKIP
    """

    workspace: Workspace

    @property
    def folder(self) -> Path:
        """Folder of the files."""
        return self.workspace.shop

    def create(self) -> None:
        """Fill the student's folder from the template, commit it, and connect it to an empty bare repository."""
        workspace = self.workspace
        templates.copy("shop", self.folder, {"base_image": workspace.images.python, "lab": workspace.identity})
        self.git("init", "--quiet", "--initial-branch=main")
        for key, value in (("commit.gpgsign", "false"), ("core.autocrlf", "false"), ("core.hooksPath", ".git/hooks")):
            self.git("config", key, value)
        if not self.git("config", "user.email", check=False):
            self.git("config", "user.name", "Student")
            self.git("config", "user.email", "student@example.org")
        self.commit("The shop as it was handed over")
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(workspace.origin))
        self.git("remote", "add", "origin", str(workspace.origin))
        hook = workspace.origin / "hooks" / "post-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(
            templates.filled(
                HOOK,
                {
                    "cache": cache_folder().absolute().as_posix(),
                    "python": Path(PYTHON).as_posix(),
                    "lab": workspace.name,
                    "program_of": PROGRAM_OF,
                    "identity": workspace.identity,
                },
            ),
            newline="\n",
        )
        hook.chmod(0o755)

    def git(self, *arguments: str, cwd: Path | None = None, check: bool = True) -> str:
        """Run git in the repository and return its output without surrounding blanks; empty where it fails unchecked."""
        done = self.workspace.run(["git", *arguments], cwd=cwd or self.folder, check=check)
        return done.output.strip() if done.ok else ""

    def commit(self, message: str) -> str:
        """Commit all changes and return the commit's hash."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.head()

    def head(self) -> str:
        """Return the hash of the checked-out commit."""
        return self.git("rev-parse", "HEAD")

    def is_untouched(self) -> bool:
        """Return whether nobody has worked in it: it holds only the template, or its start was interrupted before it was complete."""
        if not self.workspace.origin.exists():
            return True
        return self.git("rev-list", "--count", "--all", check=False) == "1" and not self.git("status", "--porcelain")

    def commits(self) -> list[ShopCommit]:
        """Return the commits of all branches, each after its parents; where the student's `.git` is gone, those that were pushed."""
        form = SEPARATOR.join(("%H", "%P", "%ct", "%s"))
        arguments = ("log", "--all", "--topo-order", "--reverse", f"--format={form}")
        log = self.git(*arguments, check=False)
        if not log and self.workspace.origin.exists():
            log = self.git(f"--git-dir={self.workspace.origin}", *arguments, check=False)
        return [_commit(line) for line in log.splitlines() if line]

    def replace(self, path: str, old: str, new: str) -> None:
        """Replace a text in a file.

        Parameters
        ----------
        path : str
            File, relative to the repository.
        old, new : str
            Text that occurs exactly once, and its replacement.

        Raises
        ------
        ValueError
            Where the text does not occur exactly once.
        """
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        if text.count(old) != 1:
            message = f"{path} must contain {old!r} exactly once, but contains it {text.count(old)} times; choose a longer text."
            raise ValueError(message)
        write_text(file, text.replace(old, new))

    def archive_in(self, folder: Path) -> Path:
        """Move the repository into a folder, under the lab's name and start, and return its new path."""
        folder.mkdir(parents=True, exist_ok=True)
        stamp = self.workspace.started.replace(":", "").split(".")[0]
        target = folder / f"{self.workspace.name}-{stamp}"
        shutil.move(self.folder, target)
        self.git("remote", "remove", "origin", cwd=target, check=False)
        return target


def _commit(line: str) -> ShopCommit:
    sha, parents, at, subject = line.split(SEPARATOR)
    return ShopCommit(sha=sha, parents=tuple(parents.split()), at=float(at), subject=subject)
