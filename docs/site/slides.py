"""Slides of the course's notebooks for lecturers: of each section its statements and figures, with the whole text as the speaker's notes."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import course_pages

Cell = dict[str, Any]

STATEMENTS: Final = 5
"""Statements that one slide holds."""
SENTENCE: Final = re.compile(r"(?<=[.!?:])\s+(?=[A-Z*`\"(])")
HEADING: Final = re.compile(r"#{1,3} ")
TITLE: Final = re.compile(r"\*\*[^*]+\*\*")
"""A statement that is the title of those below."""
PICTURE: Final = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
LINK: Final = re.compile(r"(?<!!)\[([^\]]*)\]\([^)]*\)")
"""Link: slides keep its text only, because the keyboard would also reach the links of slides that are hidden."""
INDEX: Final = """# Slides

One page of slides for each notebook. The arrow keys turn them, `S` opens the speaker's notes with the whole text, `E` makes a page to print,
`Esc` an overview.

```{toctree}
:glob:
:maxdepth: 1

[0-9]*
```
"""


def contents(notebooks: Path) -> dict[str, bytes]:
    """Return the sources of the slides by path: a page for each notebook, and its figures.

    Parameters
    ----------
    notebooks : Path
        Folder of the course.
    """
    files = {"index.md": INDEX.encode()}
    for path, text in course_pages.pages(notebooks).items():
        name = Path(path).stem
        deck = Deck(name, notebooks)
        deck.add_all(json.loads(text)["cells"])
        files |= {f"{name}.md": deck.text().encode(), **deck.figures}
    return files


class Deck:
    """The slides of one notebook.

    Parameters
    ----------
    name : str
        Name of the notebook.
    folder : Path
        Folder that its pictures are relative to.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.figures: dict[str, bytes] = {}
        self._parts: list[str] = []
        self._statements: list[str] = []
        self._notes: list[str] = []

    def add_all(self, cells: list[Cell]) -> None:
        """Add a notebook's cells in their order."""
        for cell in cells:
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                self._add_text(text)
            for output in cell.get("outputs", []):
                picture = output.get("data", {}).get("image/png")
                if picture:
                    alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
                    self._add_figure(base64.b64decode("".join(picture)), alt)
        self._end_slide()

    def text(self) -> str:
        """Return the slides as Markdown."""
        return "\n\n".join(self._parts) + "\n"

    def _add_text(self, text: str) -> None:
        for block in blocks(LINK.sub(r"\1", text)):
            if picture := PICTURE.search(block):
                self._add_figure((self.folder / picture[2]).read_bytes(), picture[1])
            elif HEADING.match(block) or block.startswith(("```", "|")):
                self._end_slide()
                self._parts.append(block)
            elif not block.startswith((":::", "<")):
                self._statements += statements(block)
                self._notes.append(block)

    def _add_figure(self, picture: bytes, alt: str) -> None:
        self._end_slide()
        path = f"figures/{self.name}-{len(self.figures) + 1}.png"
        self.figures[path] = picture
        self._parts.append(f"```{{revealjs-break}}\n:notitle:\n```\n\n![{alt}]({path})")

    def _end_slide(self) -> None:
        """Write the statements since the last heading or figure, several to a slide, and the text that they come from."""
        for start in range(0, len(self._statements), STATEMENTS):
            if start:
                self._parts.append("```{revealjs-break}\n:notitle:\n```")
            self._parts += [
                line if TITLE.fullmatch(line) else f"- {line}" for line in self._statements[start : start + STATEMENTS]
            ]
        if self._notes:
            self._parts.append(":::{revealjs-notes}\n" + "\n\n".join(self._notes) + "\n:::")
        self._statements, self._notes = [], []


def blocks(text: str) -> Iterator[str]:
    r"""Yield the paragraphs, lists, tables, fences and headings of a text in Markdown.

    Examples
    --------
    >>> list(blocks("# Title\n\nOne.\n\n- a\n- b"))
    ['# Title', 'One.', '- a\n- b']
    """
    fence, lines = "", []
    for line in [*text.splitlines(), ""]:
        mark = re.match(r"(`{3,}|:{3,})", line)
        if mark and not fence:
            fence = mark[1]
        elif fence and line.startswith(fence):
            fence = ""
        if not line.strip() and not fence:
            if lines:
                yield "\n".join(lines)
            lines = []
        else:
            lines.append(line)


def statements(block: str) -> list[str]:
    r"""Return the points of a list, or the first sentence of a paragraph.

    Examples
    --------
    >>> statements("Requests arrive evenly. Everything after them moves in stairs.")
    ['Requests arrive evenly.']
    >>> statements("- short\n- a point\n  of two lines")
    ['short', 'a point of two lines']
    """
    if re.match(r"([-*]|\d+\.) ", block):
        points = re.split(r"\n(?=(?:[-*]|\d+\.) )", block)
        return [" ".join(re.sub(r"^(?:[-*]|\d+\.) ", "", point).split()) for point in points]
    sentence = SENTENCE.split(" ".join(block.removeprefix("> ").replace("\n> ", "\n").split()))[0]
    return [sentence]
