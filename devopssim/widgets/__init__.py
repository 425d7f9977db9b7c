"""Widgets for notebooks: sliders set a scenario, and its KPIs, figures and explanations follow.

    widgets.explore()     sliders for any parameter of one scenario, its KPIs, and figures to choose from
    widgets.compare()     waterfall, agile and DevOps side by side: what a change does, and why
    widgets.board(log)    work items moving over a board, replayed from an event log

They need JupyterLab or Voilà (`pip install "devopssim[notebook]"`) and work offline. A widget computes no numbers of its own:
`widget.scenario` or `widget.scenarios` are the values to pass to `simulate` and `compare`, which return the same numbers.
"""

from devopssim.errors import InvalidInputError
from devopssim.widgets.page import ADDRESS, check_port, serve

try:
    from devopssim.widgets.board_view import board
    from devopssim.widgets.compare_view import compare
    from devopssim.widgets.explore_view import explore
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in ("anywidget", "ipywidgets", "traitlets"):
        raise
    message = (
        f'widgets require {error.name}, which is not installed; run pip install "devopssim[notebook]" or `make lab`.'
    )
    raise InvalidInputError(message) from error

__all__ = ["ADDRESS", "board", "check_port", "compare", "explore", "serve"]
