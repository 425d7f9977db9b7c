"""The site that `make docs` builds: every page and name is in it, its links lead somewhere, and it needs no network."""

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import click
import needs
import pytest

from devopssim.cli import COMMANDS, module_of
from devopssim.kpis import KPIS
from devopssim.scenario import ADOPTABLE, LEVERS

ROOT: Final = Path(__file__).parents[2]
SITE: Final = ROOT / "out" / "site"
SLIDES: Final = SITE / "slides"
BUILT: Final = SITE / "index.html"
LOADED: Final = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src"}
"""Attributes by which elements load another file; those of `link` are added."""
DOORS: Final = sorted(
    f"devopssim.{path.parent.name}" for path in ROOT.glob("devopssim/*/__init__.py") if path.parent.name != "cli"
)

pytestmark = pytest.mark.site


@dataclass
class Page(HTMLParser):
    """One page: its language, headings, anchors, links, loaded files and images without alternative text."""

    path: Path
    language: str = ""
    headings: list[int] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    silent_images: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.text = self.path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Sort what an element declares."""
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.anchors.add(values["id"])
        if tag == "html":
            self.language = values.get("lang", "")
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img" and not values.get("alt", "").strip() and values.get("role") != "presentation":
            self.silent_images.append(values.get("src", ""))
        if tag in LOADED and values.get(LOADED[tag]):
            self.loaded.append(values[LOADED[tag]])
        if tag == "link" and values.get("rel") not in {"next", "prev", "index", "search"}:
            self.loaded.append(values.get("href", ""))


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    """Return every page of the built site by path."""
    needs.require("the site", found=BUILT.exists(), how="`make docs` builds it.")
    return {path: Page(path) for path in sorted(SITE.rglob("*.html")) if "_static" not in path.parts}


def page(pages: dict[Path, Page], name: str) -> Page:
    path = SITE / f"{name}.html"
    assert path in pages, f"the site lacks {name}.html"
    return pages[path]


def test_every_link_leads_to_a_page_and_an_anchor_that_exist(pages: dict[Path, Page]) -> None:
    broken = [
        f"{source.path.relative_to(SITE)}: {link}" for source in pages.values() for link in broken_links(source, pages)
    ]
    assert broken == []


def test_no_page_loads_anything_from_elsewhere(pages: dict[Path, Page]) -> None:
    remote = {address for each in pages.values() for address in each.loaded if urlsplit(address).netloc}
    styles = {
        path for path in SITE.rglob("*.css") if re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", path.read_text())
    }
    assert (remote, styles) == (set(), set())


def test_what_a_page_loads_is_part_of_the_site(pages: dict[Path, Page]) -> None:
    missing = {
        f"{each.path.relative_to(SITE)}: {address}"
        for each in pages.values()
        for address in each.loaded
        if not address.startswith("data:") and not target_of(each.path, address).exists()
    }
    assert missing == set()


def test_every_page_has_a_language_one_title_and_no_gap_between_headings(pages: dict[Path, Page]) -> None:
    for each in pages.values():
        name = each.path.relative_to(SITE)
        assert each.language == "en", name
        assert each.headings.count(1) == 1, name
        steps = zip(each.headings, each.headings[1:], strict=False)
        assert [step for step in steps if step[1] > step[0] + 1] == [], name


def test_every_image_has_an_alternative_text(pages: dict[Path, Page]) -> None:
    assert {each.path.name: each.silent_images for each in pages.values() if each.silent_images} == {}


def test_every_name_in_a_table_of_the_reference_has_a_summary(pages: dict[Path, Page]) -> None:
    tables = {path: each.text for path, each in pages.items() if path.parent.name in {"reference", "command-line"}}
    assert len(tables) > len(DOORS) + len(COMMANDS)
    assert {path.name for path, text in tables.items() if re.search(r"<td>\s*(<p>\s*</p>)?\s*</td>", text)} == set()


@pytest.mark.parametrize("door", DOORS)
def test_every_public_name_of_a_door_is_documented_or_listed_with_a_link(door: str, pages: dict[Path, Page]) -> None:
    documented = page(pages, f"reference/{door}")
    anchors = {anchor for each in pages.values() for anchor in each.anchors}
    module = importlib.import_module(door)
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.ismodule(value):
            assert f"reference/{door}.{name}.html" in {path.relative_to(SITE).as_posix() for path in pages}
        else:
            assert f"{door}.{name}" in anchors or re.search(rf"#devopssim[\w.]*\.{name}\"", documented.text), name


def test_every_command_and_option_is_documented(pages: dict[Path, Page]) -> None:
    for name in COMMANDS:
        command = importlib.import_module(module_of(name)).command
        text = page(pages, f"reference/command-line/{name}").text
        for part in (command, *getattr(command, "commands", {}).values()):
            options = [option for option in part.params if isinstance(option, click.Option) and not option.hidden]
            assert [option.opts[-1] for option in options if option.opts[-1] not in text] == [], name


def test_every_notebook_is_shown_as_students_get_it(pages: dict[Path, Page]) -> None:
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        text = page(pages, f"notebooks/{path.stem}").text
        assert not re.search("BEGIN SOLUTION|HIDDEN TESTS|MARK SCHEME|jupyter-widgets", text), path.name
        assert "cell_output" in text or not any(cell.get("outputs") for cell in json.loads(path.read_bytes())["cells"])


def test_every_notebook_has_slides_with_its_statements_and_figures(pages: dict[Path, Page]) -> None:
    for notebook in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        deck = pages[SLIDES / f"{notebook.stem}.html"]
        assert deck.text.count("<li>") > 10, notebook.stem
        assert "What to remember" in deck.text or notebook.stem.startswith("00"), notebook.stem
        cells = (cell for cell in json.loads(notebook.read_bytes())["cells"] if "nbgrader" not in cell["metadata"])
        drawn = sum("image/png" in output.get("data", {}) for cell in cells for output in cell.get("outputs", []))
        assert deck.text.count("<img") >= drawn, notebook.stem


def test_every_kpi_and_practice_has_a_page(pages: dict[Path, Page]) -> None:
    for name, kpi in KPIS.items():
        assert kpi.title in page(pages, f"docs/kpis/{name}").text
    for name, lever in ADOPTABLE.items():
        assert LEVERS[lever].title in page(pages, f"docs/practices/{name}").text


def test_the_search_knows_every_page_and_name(pages: dict[Path, Page]) -> None:
    text = (SITE / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    made = {"genindex", "search", "py-modindex"}
    names = {path.relative_to(SITE).with_suffix("").as_posix() for path in pages if SLIDES not in path.parents}
    assert names - made == set(index["docnames"])
    assert {"lead_time", "Run"} <= {entry[-1] for entry in index["objects"]["devopssim.kpis"]}
    assert "waterfal" in index["terms"]


def broken_links(source: Page, pages: dict[Path, Page]) -> Iterator[str]:
    """Yield the links of a page to files or anchors of the site that do not exist."""
    for link in source.links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = target_of(source.path, link)
        if not target.exists() or (
            parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors
        ):
            yield link


def target_of(source: Path, address: str) -> Path:
    """Return the file to which an address on a page leads."""
    path = unquote(urlsplit(address).path)
    return (source.parent / path).resolve() if path else source
