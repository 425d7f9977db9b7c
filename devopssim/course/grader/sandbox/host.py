"""What of this machine a sandbox shows, read-only: Python, its packages, this package, and the system's libraries."""

import sys
from pathlib import Path
from typing import Final

import devopssim

SYSTEM: Final = ("/usr",)
LINKS: Final = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
ENVIRONMENT: Final = {
    "HOME": "/tmp",
    "USER": "student",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PATH": "/usr/bin:/bin",
    "MPLBACKEND": "agg",
    "IPYTHONDIR": "/tmp/.ipython",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # a fork of the prepared process would lose a thread
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
SOLUTIONS: Final = Path(devopssim.__file__).parent / "course" / "instructor.tar.xz"
"""The instructor's files of the package's own course; `course.author` unpacks them."""
RECORDED_OF_A_CHECKOUT: Final = Path(devopssim.__file__).resolve().parents[1] / "data" / "recorded"
"""The logs that exercises ask about; an installed package holds them itself."""


def command(module: str = "inside") -> list[str]:
    """Return the program that runs inside, `inside` or `fork_server`.

    Python is isolated (`-I`), so that neither its folder nor the environment adds to its imports.

    Examples
    --------
    >>> command()[1:]
    ['-I', '-m', 'devopssim.course.grader.sandbox.inside']
    """
    return [sys.executable, "-I", "-m", f"devopssim.course.grader.sandbox.{module}"]


def folders() -> list[Path]:
    """Return the folders to show: the system's, Python's, the environment's, this package's and its recorded logs.

    A folder inside another one of the list is left out.
    """
    wanted = [Path(name) for name in SYSTEM]
    wanted += [Path(sys.base_prefix).resolve(), Path(sys.prefix).absolute(), Path(devopssim.__file__).resolve().parent]
    wanted += [folder for folder in (RECORDED_OF_A_CHECKOUT,) if folder.is_dir()]
    wanted += [link for link in map(Path, LINKS) if link.is_dir() and not link.is_symlink()]
    return [
        path
        for path in dict.fromkeys(wanted)
        if not any(path != other and path.is_relative_to(other) for other in wanted)
    ]


def links() -> dict[Path, Path]:
    """Return the links of the root folder that programs rely on, by link: `/lib` → `usr/lib`."""
    return {link: link.readlink() for link in map(Path, LINKS) if link.is_symlink()}


def hidden(*secret: Path) -> list[Path]:
    """Return what to cover inside what is shown: the course's sources, its key, submissions, grades, and histories of git.

    Parameters
    ----------
    *secret : Path
        Further folders and files to hide; those outside what is shown need no cover and are left out.

    Returns
    -------
    list of Path
        Folders and files, without links in their paths.
    """
    shown = folders()
    histories = [folder / ".git" for folder in shown]
    covered = dict.fromkeys(path.resolve() for path in (*secret, SOLUTIONS, *histories) if path.exists())
    return [path for path in covered if any(path.is_relative_to(folder) for folder in shown)]
