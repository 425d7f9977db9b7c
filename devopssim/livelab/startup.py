"""The start of a lab, step by step, and the way back to one that runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from tqdm.auto import tqdm

from devopssim.errors import InvalidInputError
from devopssim.livelab import workspace
from devopssim.livelab.engine import (
    Engine,
    explain_engine_errors,
    find_or_start_engine,
    holds_other_labs,
    identity_of,
    lab_folder,
    provide_images,
    prune_shared_images,
    remaining_labs,
    remove_lab_folder,
    reserve,
    set_up_docker_client,
)
from devopssim.livelab.errors import LabError
from devopssim.livelab.lab import Lab
from devopssim.livelab.parts import (
    start_watcher,
    watcher_runs,
)
from devopssim.livelab.teardown import down, saved_workspace
from devopssim.livelab.workspace import DEFAULT_NAME, Workspace

READY: Final = "ready"
"""File in a lab's folder that marks a completed start."""


def up(name: str = DEFAULT_NAME, *, port: int | None = None, student: str | None = None, progress: bool = True) -> Lab:
    """Start a lab, or return the running one of this name, with what died of it started again.

    A lab has an engine, images, a registry, the student's repository, and production that waits for its first deployment. A
    start that fails removes what it made.

    Parameters
    ----------
    name : str, default "lab"
        Lower-case letters, digits and dashes.
    port : int, optional
        Port of 127.0.0.1 where users reach the shop; default: a free one.
    student : str, optional
        Id of the student whose lab it is; default: that of the course's copy in the working directory (`student_here`).
    progress : bool, default True
        Whether to show the steps on a progress bar.

    Returns
    -------
    Lab
        The running lab.

    Raises
    ------
    EngineMissingError
        Where no container engine answers and none can be started.
    InvalidInputError
        Where the name is malformed, the port is taken, or the running lab is another student's.
    LabError
        Where a step failed, another process is starting this lab, or the engine holds a lab that cannot be told from this one.

    Examples
    --------
    >>> lab = up(progress=False)  # doctest: +SKIP
    >>> lab.sh("docker ps").ok  # doctest: +SKIP
    True
    >>> lab.down()  # doctest: +SKIP
    """
    folder = lab_folder(name)
    student = workspace.student_here() if student is None else student
    if (folder / READY).exists():
        return _again(name, student)
    if folder.exists():
        raise _partly_started(name)
    chosen = None if port is None else workspace.chosen_port(port)
    with _steps(progress) as report:
        report("container engine")
        engine = find_or_start_engine()
        with explain_engine_errors(f"start the lab {name!r}"):
            _claim(name, engine)
        try:
            with explain_engine_errors(f"start the lab {name!r}"):
                return _built(name, engine, chosen, student, report)
        except BaseException:
            with suppress(LabError):
                down(name, keep_work=False)
            raise


def attach(name: str = DEFAULT_NAME) -> Lab:
    """Return the lab that runs under this name, in whichever process it was started.

    Parameters
    ----------
    name : str, default "lab"
        Name of the lab.

    Raises
    ------
    InvalidInputError
        Where no such lab runs on this machine.

    Examples
    --------
    >>> attach("no-such-lab")
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: lab='no-such-lab' does not run on this machine; start it with `devopssim livelab up --name no-such-lab`.
    """
    return Lab(workspace.load(name))


def _again(name: str, student: str) -> Lab:
    """Return the running lab with what died of it started again; raise LabError where its engine is gone."""
    lab = attach(name)
    if student and lab.student and student != lab.student:
        message = (
            f"student={student!r} (whose copy of the course this is) differs from {lab.student!r}, whose lab {name!r} is; "
            f"give yours another name, or remove that one: `devopssim livelab down --name {name}`."
        )
        raise InvalidInputError(message)
    lab.workspace.require_engine()
    if not watcher_runs(lab.workspace):
        start_watcher(lab.workspace)
    lab.mended = [*lab.registry.heal(), *lab.production.start_again()]
    return lab


def _claim(name: str, engine: Engine) -> None:
    """Create a lab's folder, which only one process can, and reserve its name on the engine."""
    folder = lab_folder(name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError as error:
        raise _partly_started(name) from error
    client = engine.client()
    try:
        reserve(client, identity_of(name))
    except BaseException:
        remove_lab_folder(name)
        raise
    finally:
        client.close()


def _partly_started(name: str) -> LabError:
    """Return the error about a lab that another process is starting, or whose start was interrupted."""
    return LabError(
        f"lab {name!r} is only partly started: another process is starting it, or its start was interrupted; "
        f"if it was interrupted, run `devopssim livelab down --name {name}`, then start the lab again."
    )


def _built(name: str, engine: Engine, port: int | None, student: str, report: Callable[[str], object]) -> Lab:
    """Return a new lab after all steps of its start."""
    images = provide_images(engine, report)
    _prune(engine)
    ports = workspace.free_ports()
    if port is not None:
        ports["web"] = port
    made = Workspace(
        name=name,
        identity=identity_of(name),
        folder=lab_folder(name),
        started=workspace.now(),
        engine=engine,
        images=images,
        ports=ports,
        student=student,
    )
    made.journal.clock.now()  # which sets it
    lab = Lab(made)
    report("docker and docker compose")
    set_up_docker_client(made.folder / "docker")
    made.save()  # from here on `down` knows where to clean up
    report("registry")
    lab.registry.start()
    made.save()  # the ports may have changed
    report("the shop's repository, and production")
    lab.repository.create()
    lab.production.create()
    report("the watcher")
    start_watcher(made)
    (made.folder / READY).touch()
    report("ready")
    return lab


def _prune(engine: Engine) -> None:
    """Remove the shared images of older recipes that no lab uses; keep them while a lab is of another version or another user."""
    labs = [saved_workspace(name) for name in remaining_labs() if (lab_folder(name) / READY).exists()]
    if None in labs or holds_other_labs(engine):
        return
    client = engine.client()
    try:
        prune_shared_images(client, {reference for lab in labs if lab for reference in lab.images.references()})
    finally:
        client.close()


@contextmanager
def _steps(progress: bool) -> Iterator[Callable[[str], object]]:  # noqa: FBT001 - private
    """Yield the function that shows a step on a progress bar."""
    with tqdm(total=None, disable=not progress, bar_format="{elapsed} {desc}", leave=False) as bar:
        yield bar.set_description_str
