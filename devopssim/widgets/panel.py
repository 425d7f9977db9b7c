"""Base of the widgets: a view in the browser, the traits it shows, and the messages it sends."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, ClassVar, Final

import anywidget
import traitlets

from devopssim.errors import InvalidInputError

_STATIC: Final = files("devopssim.widgets") / "static"


def script(*names: str, view: str) -> str:
    """Return the JavaScript module of a view.

    Parameters
    ----------
    *names : str
        Files in `static`, concatenated in this order.
    view : str
        Name of the function that renders the view.
    """
    parts = [(_STATIC / name).read_text(encoding="utf-8") for name in names]
    return "\n".join([*parts, f"export default {{ render: {view} }};\n"])


def styles() -> str:
    """Return the style sheet that all widgets share."""
    return (_STATIC / "widgets.css").read_text(encoding="utf-8")


class Panel(anywidget.AnyWidget):
    """A widget whose view sends messages `{"do": action, …}` and shows the traits.

    It starts work when the first view appears: a notebook that runs without a browser simulates nothing.

    Attributes
    ----------
    settings : dict
        Fixed values of the view.
    controls : list
        Groups of controls.
    shown : dict
        Status and results.
    toml : dict
        Scenario as text, once requested.
    note : str
        Message for the user, for example an error.
    guesses : dict
        Recorded guesses: `rows` of text, and `csv`.
    """

    settings = traitlets.Dict().tag(sync=True)
    controls: Any = traitlets.List().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    toml = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    guesses = traitlets.Dict().tag(sync=True)

    actions: ClassVar[tuple[str, ...]] = ()
    """Actions that a view may request: `do="set"` calls the method `do_set` with the rest of the message."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._views = 0
        self.on_msg(self._receive)

    def do_ready(self) -> None:
        """Handle a new view: begin if it is the first."""
        self._views += 1
        if self._views == 1:
            self.begin()

    def do_gone(self) -> None:
        """Handle a closed view: pause if it was the last."""
        self._views = max(0, self._views - 1)
        if not self._views:
            self.pause()

    def begin(self) -> None:
        """Start or resume work: a view is open."""
        raise NotImplementedError

    def pause(self) -> None:
        """Drop unfinished work: no view is open."""
        raise NotImplementedError

    def _receive(self, _widget: Any, message: Mapping[str, Any], _buffers: Any) -> None:
        """Call the action of a message; an invalid value becomes a note."""
        arguments = {key: value for key, value in message.items() if key != "do"}
        if message.get("do") not in self.actions:
            return
        action: Callable[..., None] = getattr(self, f"do_{message['do']}")
        try:
            action(**arguments)
        except InvalidInputError as error:
            self.note = str(error)
