"""The container engine and the machine below the lab: images, commands, processes, paths, clean-up."""

from devopssim.livelab.engine.cleanup import (
    Leftover,
    leftovers,
    purge_cache,
    remaining_labs,
    remove_lab_folder,
    remove_labelled,
    remove_shared_images,
    stop_unused_engine,
)
from devopssim.livelab.engine.commands import CompletedCommand, ending_with_us, run, start_in_background
from devopssim.livelab.engine.container_engine import (
    Engine,
    find_engine,
    find_or_start_engine,
    purge_private_engine,
    require_dockerd,
    start_private_engine,
    still_answering,
    stop_private_engine,
)
from devopssim.livelab.engine.debian import remove_unfinished
from devopssim.livelab.engine.http import LOCALHOST, ServiceAnswer, ask, wait_until
from devopssim.livelab.engine.images import (
    LABEL,
    Images,
    explain_engine_errors,
    hub_answers,
    provide_images,
    prune_shared_images,
)
from devopssim.livelab.engine.paths import (
    archive_folder,
    cache_folder,
    engine_folder,
    lab_folder,
    make_private_folder,
    write_secret,
)
from devopssim.livelab.engine.processes import command_line, is_alive, terminate
from devopssim.livelab.engine.programs import (
    compose_binary,
    find_program,
    has_buildx,
    program_folders,
    require_program,
    set_up_docker_client,
)

__all__ = [
    "LABEL",
    "LOCALHOST",
    "CompletedCommand",
    "Engine",
    "Images",
    "Leftover",
    "ServiceAnswer",
    "archive_folder",
    "ask",
    "cache_folder",
    "command_line",
    "compose_binary",
    "ending_with_us",
    "engine_folder",
    "explain_engine_errors",
    "find_engine",
    "find_or_start_engine",
    "find_program",
    "has_buildx",
    "hub_answers",
    "is_alive",
    "lab_folder",
    "leftovers",
    "make_private_folder",
    "program_folders",
    "provide_images",
    "prune_shared_images",
    "purge_cache",
    "purge_private_engine",
    "remaining_labs",
    "remove_lab_folder",
    "remove_labelled",
    "remove_shared_images",
    "remove_unfinished",
    "require_dockerd",
    "require_program",
    "run",
    "set_up_docker_client",
    "start_in_background",
    "start_private_engine",
    "still_answering",
    "stop_private_engine",
    "stop_unused_engine",
    "terminate",
    "wait_until",
    "write_secret",
]
