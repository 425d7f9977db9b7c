"""The end of a lab: everything that it made goes, also after a crash; and what still exists of any lab."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from devopssim.errors import InvalidInputError
from devopssim.livelab import workspace
from devopssim.livelab.engine import (
    Engine,
    Leftover,
    archive_folder,
    end_programs,
    find_engine,
    identity_of,
    lab_folder,
    lab_of,
    leftovers,
    purge_private_engine,
    remaining_labs,
    remove_lab_folder,
    remove_labelled,
    remove_shared_images,
    remove_unfinished,
    start_private_engine,
    still_answering,
    stop_unused_engine,
)
from devopssim.livelab.errors import LabError
from devopssim.livelab.parts import (
    Repository,
    stop_watcher,
)
from devopssim.livelab.workspace import DEFAULT_NAME, Workspace


def down(name: str = DEFAULT_NAME, *, keep_work: bool = True, forget: bool = False) -> Path | None:
    """Remove everything of a lab, also of one that crashed or never came up; safe to repeat.

    Parameters
    ----------
    name : str, default "lab"
        Name of the lab.
    keep_work : bool, default True
        Whether to archive a repository that holds more than the template.
    forget : bool, default False
        Whether to remove the lab's files although its engine, which holds its containers, is gone for good.

    Returns
    -------
    Path or None
        Folder of the archived repository.

    Raises
    ------
    LabError
        Where the lab has files but its engine does not answer, and `forget` is False. A private engine that cannot be started
        again is forgotten with the last lab: all that it holds is in the lab's own cache.

    Examples
    --------
    >>> down("lab")  # doctest: +SKIP
    """
    saved, identity = saved_workspace(name), identity_of(name)
    archived = None
    remove_unfinished()
    if saved:
        stop_watcher(saved)
    end_programs(identity)
    if saved:
        repository = Repository(saved)
        if keep_work and saved.shop.exists() and not repository.is_untouched():
            archived = repository.archive_in(archive_folder())
    engine = _engine_of(saved)
    if engine:
        client = engine.client()
        try:
            remove_labelled(client, identity)
            remove_lab_folder(name)
            if not engine.private:
                remove_shared_images(client)
        finally:
            client.close()
        stop_unused_engine(engine)
    elif forget or (saved and saved.engine.private):
        remove_lab_folder(name)
        if saved and saved.engine.private and not remaining_labs():
            purge_private_engine()
    elif lab_folder(name).exists():
        where = saved.engine.host if saved else "any known address"
        message = (
            f"no container engine answers at {where}, so the lab's containers and images cannot be removed; "
            f"start the engine and run `devopssim livelab down --name {name}` again, or, if that engine is gone for good, "
            f"`devopssim livelab down --name {name} --forget`."
        )
        raise LabError(message)
    return archived


def status() -> list[Leftover]:
    """Return what exists of any lab on this machine; empty after every `down`.

    Returns
    -------
    list of Leftover
        Containers, networks, volumes and images; the folder of a lab whose engine does not answer (`dead_engines`). Labs of
        other users of the engine are listed by their identity.

    Examples
    --------
    >>> [leftover.name for leftover in status() if leftover.lab == "no-such-lab"]  # doctest: +SKIP
    []
    """
    engine = find_engine()
    dead = [Leftover(type="folder", name=str(lab_folder(name)), lab=name) for name in dead_engines()]
    if engine is None:
        return dead
    client = engine.client()
    try:
        return [*(replace(leftover, lab=lab_of(leftover.lab)) for leftover in leftovers(client)), *dead]
    finally:
        client.close()


def dead_engines() -> dict[str, str]:
    """Return the labs of this machine whose engine does not answer, and the engine's address.

    Examples
    --------
    >>> "no-such-lab" in dead_engines()
    False
    """
    saved = {name: saved_workspace(name) for name in remaining_labs()}
    return {
        name: lab.engine.host if lab else "an unknown address"
        for name, lab in saved.items()
        if (still_answering(lab.engine) if lab else find_engine()) is None
    }


def saved_workspace(name: str) -> Workspace | None:
    """Return what a lab's start saved, or None where it did not get that far."""
    with suppress(InvalidInputError):
        return workspace.load(name)
    return None


def _engine_of(saved: Workspace | None) -> Engine | None:
    """Return the engine that holds what the lab made: its own, even if another one would be found now.

    A private engine that was killed under the lab is started again, so that its containers can be removed.
    """
    if saved is None:
        return find_engine()
    with suppress(LabError):
        return still_answering(saved.engine) or (start_private_engine() if saved.engine.private else None)
    return None
