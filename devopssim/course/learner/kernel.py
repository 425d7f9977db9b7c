"""In a notebook's kernel, explain a cell that waits for an answer, where nbgrader's stub would show a traceback."""

import sys
from types import TracebackType
from typing import Any, Final

STUB: Final = "YOUR CODE HERE"
EXPLANATION: Final = """\
Your turn: this cell waits for your answer.
Write it where the cell says `# YOUR CODE HERE`, take out the line `raise NotImplementedError()`, and run the cell again.
What stands below needs it, so the notebook stops here for now."""


def explain_empty_answers() -> None:
    """Show an explanation instead of a traceback for nbgrader's stub in the running IPython kernel.

    The notebook still stops at such a cell, as at any error. A plain Python program, and a kernel with exception handlers of its
    own, are left as they are.
    """
    shell = running_shell()
    if shell is not None and not shell.custom_exceptions:
        shell.set_custom_exc((NotImplementedError,), _explain)


def running_shell() -> Any:
    """Return IPython's shell, None in a plain program, which never imports IPython for it."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _explain(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """Print the explanation for nbgrader's own stub; show the traceback of any other NotImplementedError."""
    if not error.args and STUB in _cell_of(trace):
        print(EXPLANATION)  # noqa: T201 - IPython shows what the handler prints
        return [EXPLANATION]
    shown: list[str] | None = shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    return shown or []


def _cell_of(trace: TracebackType | None) -> str:
    """Return the source of the code that raised."""
    import linecache  # noqa: PLC0415 - needed after an error only
    import traceback  # noqa: PLC0415

    last = traceback.extract_tb(trace)[-1:] if trace else []
    return "".join(linecache.getlines(last[0].filename)) if last else ""
