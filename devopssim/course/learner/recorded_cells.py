"""In a notebook's kernel without a container engine, show what a live cell printed when it was recorded on one."""

from pathlib import Path
from typing import Any, Final

from devopssim.course.author import is_live, load_recorded
from devopssim.course.learner.kernel import running_shell

HEADING: Final = "Recorded on a real engine; nothing ran here:"


def show_recorded_cells() -> None:
    """From now on, show the recorded output after each live cell that the running IPython kernel skips; do nothing elsewhere."""
    shell = running_shell()
    if shell is not None and _show not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _show)


def _show(result: Any) -> None:
    """Show the recorded output of the cell that has just run, if the lab is a recorded one."""
    shell = running_shell()
    source = (result.info.raw_cell if result.info else "") or ""
    lab = shell.user_ns.get("lab") if shell is not None else None
    if not is_live(source) or lab is None or getattr(lab, "live", True):
        return
    try:
        outputs = load_recorded(Path.cwd()).get(source.strip(), [])
    except (OSError, ValueError, KeyError, TypeError):  # a damaged file beside the notebook costs the recording only
        return
    if outputs:
        print(HEADING)  # noqa: T201 - the hook prints into the cell
    for output in outputs:
        _display(output)


def _display(output: dict[str, str]) -> None:
    from IPython.display import publish_display_data  # noqa: PLC0415 - there is a shell, so it is loaded

    if set(output) == {"text/plain"}:
        print(output["text/plain"].rstrip("\n"))  # noqa: T201
    else:
        publish_display_data(dict(output))  # type: ignore[no-untyped-call] # IPython has no types
