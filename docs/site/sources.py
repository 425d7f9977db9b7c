"""The site's sources: the repository's pages as they are, the course as students get it, and the generated reference.

Pages keep their paths, so that a link that works on a code host and in JupyterLab works in the site. Only `README.md` becomes
`index.md`, because a web server and a person both start there.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import command_pages
import course_pages
import reference_pages

from devopssim.kpis import KPIS

ROOT: Final = Path(__file__).resolve().parents[2]
HERE: Final = Path(__file__).parent
PAGES: Final = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "engine/README.md",
    "notebooks/README.md",
    "notebooks/glossary.md",
)
GUIDES: Final = ("docs/*.md", "docs/kpis/*.md", "docs/practices/*.md")

LINK: Final = re.compile(r"(\]\()([^)\s#]+)([^)]*\))")
CONTENTS: Final[Mapping[str, str]] = {
    "README.md": (HERE / "contents.md").read_text(encoding="utf-8"),
    "notebooks/README.md": '<p><a href="../slides/index.html">Slides for lecturers</a></p>\n\n```{toctree}\n:hidden:\n:glob:\n\n[0-9]*\nglossary\n```\n',
    "docs/kpis/index.md": "```{toctree}\n:hidden:\n:glob:\n\n*\n```\n",
    "docs/practices/index.md": "```{toctree}\n:hidden:\n:glob:\n\n*\n```\n",
}
"""The parts of the table of contents, by the page that they are appended to."""


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write sources into a folder; leave unchanged files alone, so that Sphinx reads only what changed.

    Parameters
    ----------
    folder : Path
        Folder that holds sources only; other files in it are deleted.
    files : mapping of str to bytes
        Contents by path.
    """
    for path in (
        path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).as_posix() not in files
    ):
        path.unlink()
    for name, content in files.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def contents() -> dict[str, bytes]:
    """Return the contents of all sources by path."""
    texts = dict(_pages()) | course_pages.pages(ROOT / "notebooks") | reference_pages.pages() | command_pages.pages()
    linked = {target: (ROOT / target).read_bytes() for name, text in texts.items() for target in _files(name, text)}
    return linked | {_renamed(name): text.encode() for name, text in texts.items()}


def _pages() -> Iterator[tuple[str, str]]:
    """Yield the repository's Markdown pages by path."""
    guides = (path.relative_to(ROOT).as_posix() for pattern in GUIDES for path in sorted(ROOT.glob(pattern)))
    for name in (*PAGES, *guides):
        text = (ROOT / name).read_text(encoding="utf-8")
        yield name, f"{LINK.sub(lambda link: f'{link[1]}{_renamed(link[2])}{link[3]}', text)}\n{_appendix(name)}"


def _appendix(name: str) -> str:
    """Return what the site appends to a page: its part of the table of contents, or a KPI's function."""
    folder, _, file = name.removesuffix(".md").rpartition("/")
    if folder == "docs/kpis" and file in KPIS:
        return f"**In Python.** {{py:func}}`devopssim.kpis.{file}`\n"
    return CONTENTS.get(name, "")


def _renamed(path: str) -> str:
    return re.sub(r"(^|/)README\.md$", r"\1index.md", path)


def _files(name: str, text: str) -> Iterator[str]:
    """Yield the files of the repository, other than pages, to which a page links."""
    if name.endswith(".ipynb"):
        text = "\n".join(
            "".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"
        )
    for link in LINK.finditer(text):
        target = (ROOT / name).parent / link[2]
        if "://" not in link[2] and target.suffix not in {".md", ".ipynb"} and target.is_file():
            yield target.resolve().relative_to(ROOT).as_posix()
