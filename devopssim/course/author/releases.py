"""Releases: the instructor's notebooks without solutions and hidden tests, made by nbgrader's own preprocessors."""

import importlib
import json
import os
import shutil
from pathlib import Path
from typing import Final

from devopssim.course.author.public_files import course_files
from devopssim.course.author.recorded_outputs import recorded_file
from devopssim.course.author.source import joined, load_source
from devopssim.errors import DevopssimError, InvalidInputError

PREPROCESSORS: Final = (
    "LockCells", "ClearSolutions", "ClearOutput", "CheckCellMetadata",
    "ClearHiddenTests", "ClearMarkScheme", "ComputeChecksums", "CheckCellMetadata",
)  # fmt: skip
"""In the order of `nbgrader generate_assignment`, without those that need its data base, a kernel, or files of their own."""


SESSION: Final = ("execution", "ExecuteTime", "executionInfo", "papermill")
"""Metadata of cells with the time and place of the instructor's run."""


class GradingMissingError(DevopssimError):
    """Report that nbgrader, which comes with the extra `grading`, is not installed."""


def released_files(folder: str | Path, *, key: bytes | None = None) -> dict[str, bytes]:
    """Return what students get: released notebooks, and every other public file of the course's folder as it is.

    The notebooks are those that `nbgrader generate_assignment` makes of the same folder, without what it leaves of solutions and of the
    instructor's session: attachments that no text shows any more, the state of widgets, and times of execution. What live cells printed on
    an engine goes into `recorded-outputs.json`.

    Parameters
    ----------
    folder : str or Path
        The course's folder, with source notebooks and `exercises.toml`.
    key : bytes, optional
        The course's key; a file that holds it is left out.

    Returns
    -------
    dict of str to bytes
        Contents by path relative to the folder.

    Raises
    ------
    InvalidInputError
        For a course that `load_source` refuses, a notebook that nbgrader refuses, or another file that holds a mark of solutions.
    GradingMissingError
        Without nbgrader.

    Examples
    --------
    Of a course's folder with one notebook (nbgrader takes seconds to import):

    >>> list(released_files("course"))  # doctest: +SKIP
    ['exercises.toml', '01-values.ipynb']
    """
    home = Path(folder)
    course = load_source(home)
    released = {f"{notebook.name}.ipynb": _released(home / f"{notebook.name}.ipynb") for notebook in course.notebooks}
    others = {name: path.read_bytes() for name, path in course_files(home, key).public.items()}
    return {**others, **recorded_file(home), **released}


def write_release(files: dict[str, bytes], folder: str | Path) -> None:
    """Write a release into a new or empty folder, whole or not at all.

    The files are written into a folder beside the target, which then takes the target's name.

    Parameters
    ----------
    files : dict of str to bytes
        Contents by relative path, as `released_files` returns them.
    folder : str or Path
        The target.

    Raises
    ------
    InvalidInputError
        If the target has content, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     write_release({"data/log.csv": b"time"}, Path(home, "course"))
    ...     Path(home, "course", "data", "log.csv").read_bytes()
    b'time'
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InvalidInputError(f"{target}: is there and not empty; give a new folder, or remove it first.")
    part = beside(target)
    try:
        for name, content in files.items():
            path = part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        part.replace(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def beside(target: Path) -> Path:
    """Make a new hidden folder beside `target`, to be filled and then renamed to it.

    Raises
    ------
    InvalidInputError
        If it cannot be made.
    """
    part = target.absolute().parent / f".{target.name}.{os.getpid()}.part"
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir()
    except OSError as error:
        raise InvalidInputError(
            f"cannot write {target} ({error.strerror}); name a folder in a place where you may write."
        ) from error
    return part


def _released(path: Path) -> bytes:
    """Return one notebook as nbgrader releases it; nbconvert and nbgrader take seconds to import, hence only here."""
    try:
        exporters, preprocessors, traitlets = map(
            importlib.import_module,
            ("nbconvert.exporters", "nbgrader.preprocessors", "traitlets.config"),  # take seconds to import
        )
    except ImportError as error:
        raise GradingMissingError(
            "a release needs nbgrader; install it with `pip install 'devopssim[grading]'`."
        ) from error
    config = traitlets.Config()
    config.Exporter.default_preprocessors = []
    exporter = exporters.NotebookExporter(config=config)
    for name in PREPROCESSORS:
        exporter.register_preprocessor(getattr(preprocessors, name), enabled=True)
    try:
        text: str
        text, _ = exporter.from_filename(str(path))
    except Exception as error:
        raise InvalidInputError(
            f"{path}: nbgrader refuses it ({str(error).strip().splitlines()[-1] if str(error) else type(error).__name__})."
        ) from error
    return _without_traces(text if text.endswith("\n") else text + "\n").encode()


def _without_traces(text: str) -> str:
    """Return a notebook without attachments that no text shows, widgets' state and times of execution; as it is if it has none."""
    notebook = json.loads(text)
    traces = [notebook["metadata"].pop("widgets", None)]
    for cell in notebook["cells"]:
        source = joined(cell["source"])
        attached = cell.get("attachments", {})
        shown = {name: data for name, data in attached.items() if f"attachment:{name}" in source}
        if shown != attached:
            traces.append(attached)
            cell.pop("attachments")
            if shown:
                cell["attachments"] = shown
        traces += [cell["metadata"].pop(name, None) for name in SESSION]
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n" if any(traces) else text
