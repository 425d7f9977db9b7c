"""Markup that the theme and Sphinx leave out or get wrong for people who use a screen reader or a keyboard."""

import re
from typing import Any, Final

from sphinx.application import Sphinx

AFTER_THEME: Final = 900
SIGNATURE: Final = re.compile(r'<dt class="sig.*?</dt>', re.DOTALL)
EMPTY_HEADER: Final = re.compile(r"<th([^>]*)>(?:<p></p>|&nbsp;|\s)*</th>")
"""Head of a column without a name: a cell like others, because a screen reader would announce a heading without a text."""
DOOR_TITLE: Final = re.compile(r"(?<=<h1>)devopssim[\w.]+")
LINES: Final = (
    ("<dl>", '<span class="sig-lines">'),
    ("</dl>", "</span>"),
    ("<dd>", '<span class="sig-line">'),
    ("</dd>", "</span>"),
)
"""Sphinx breaks a long signature into a definition list without terms, which HTML does not allow."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the repair of each page."""
    app.connect("html-page-context", repair, priority=AFTER_THEME)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def repair(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Give captions of the navigation a level, lines of a signature elements that are allowed there, corners of tables cells, and long titles breaks."""
    navigation = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = navigation.replace('role="heading"', 'role="heading" aria-level="2"')
    if context.get("body"):
        body = SIGNATURE.sub(lambda signature: _in_lines(signature[0]), context["body"])
        body = EMPTY_HEADER.sub(r"<td\1></td>", body)
        context["body"] = DOOR_TITLE.sub(lambda title: title[0].replace(".", ".<wbr>"), body)


def _in_lines(signature: str) -> str:
    for before, after in LINES:
        signature = signature.replace(before, after)
    return signature
