"""The report: one file that needs nothing else, with every number, and the way to get them again."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from devopssim import DEVOPS, WATERFALL, compare, report, vary
from devopssim.errors import InvalidInputError
from devopssim.experiment import Result


class Page(HTMLParser):
    """Collects what a reader, or a screen reader, meets."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.given: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.given.append(dict(attrs))
        self.ids += [str(value) for name, value in attrs if name == "id"]


@pytest.fixture(scope="module")
def result() -> Result:
    scenarios = {"waterfall": vary(WATERFALL, {"years": 0.15}), "devops <b>": vary(DEVOPS, {"years": 0.15})}
    return compare(scenarios, 3, curves=("wip",), progress=False)


@pytest.fixture(scope="module")
def text(result: Result) -> str:
    return report.render(result)


def test_the_report_loads_nothing_from_elsewhere(text: str) -> None:
    links = [
        str(value)
        for given in Page(text).given
        for name, value in given.items()
        if name in {"src", "href", "xlink:href"}
    ]
    assert links
    assert all(link.startswith("#") for link in links)
    assert not re.search(r"@import|url\((?!#)", text)


def test_every_figure_has_words_and_every_table_a_caption(text: str) -> None:
    page = Page(text)
    pictures = [given for tag, given in zip(page.tags, page.given, strict=True) if tag == "svg"]
    assert len(pictures) == 3
    assert all(given["aria-labelledby"] in page.ids for given in pictures)
    assert page.tags.count("table") == page.tags.count("caption") > 0
    assert "th" in page.tags
    assert all(given.get("scope") for tag, given in zip(page.tags, page.given, strict=True) if tag == "th")


def test_ids_are_unique_and_headings_skip_no_level(text: str) -> None:
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_names_that_look_like_markup_are_text(text: str) -> None:
    assert "devops &lt;b&gt;" in text
    assert "<b>" not in text


def test_it_says_how_to_do_it_again(text: str) -> None:
    assert "--replications 3 --seed 1" in text
    assert "[practices]" in text


def test_the_same_result_gives_the_same_report(result: Result, text: str) -> None:
    assert report.render(result) == text


def test_no_figure_stays_open(result: Result) -> None:
    before = plt.get_fignums()  # those of other tests
    report.render(result)
    assert plt.get_fignums() == before


def test_it_is_written_whole_or_not_at_all(result: Result, text: str, tmp_path: Path) -> None:
    report.write(result, tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == text
    with pytest.raises(InvalidInputError, match="cannot write"):
        report.write(result, tmp_path / "no such folder" / "report.html")
