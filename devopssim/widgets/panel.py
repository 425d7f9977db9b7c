"""What the widgets have in common: a view in the browser, what it says, and what it is told."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, ClassVar, Final

import anywidget
import traitlets

from devopssim.errors import InvalidInputError

_STATIC: Final = files("devopssim.widgets") / "static"


def script(*names: str, view: str) -> str:
    """Return the module of a view: the files of its parts, one after the other, and what a browser calls."""
    parts = [(_STATIC / name).read_text(encoding="utf-8") for name in names]
    return "\n".join([*parts, f"export default {{ render: {view} }};\n"])


def styles() -> str:
    """Return the style sheet of all widgets."""
    return (_STATIC / "widgets.css").read_text(encoding="utf-8")


class Panel(anywidget.AnyWidget):
    """A widget whose view sends messages, `{"do": …}`, and shows what its traits hold.

    It begins to work when a view is there to see it, not before: a notebook that is only run computes nothing in vain.
    """

    settings = traitlets.Dict().tag(sync=True)
    knobs: Any = traitlets.List().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    toml = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    actions: ClassVar[tuple[str, ...]] = ()
    """What a view may ask for: `do="set"` calls the method `do_set` with the rest of the message."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._views = 0
        self.on_msg(self._receive)

    def do_ready(self) -> None:
        """A view is there: begin, if it is the first."""
        self._views += 1
        if self._views == 1:
            self.begin()

    def do_gone(self) -> None:
        """A view is gone: rest, if it was the last."""
        self._views = max(0, self._views - 1)
        if not self._views:
            self.pause()

    def begin(self) -> None:
        """Begin to work, or go on: somebody looks."""
        raise NotImplementedError

    def pause(self) -> None:
        """Give up what is not done: nobody looks."""
        raise NotImplementedError

    def _receive(self, _widget: Any, message: Mapping[str, Any], _buffers: Any) -> None:
        arguments = {key: value for key, value in message.items() if key != "do"}
        if message.get("do") not in self.actions:
            return
        action: Callable[..., None] = getattr(self, f"do_{message['do']}")
        try:
            action(**arguments)
        except InvalidInputError as error:
            self.note = str(error)
