"""The reference pages say what the code declares."""

from pathlib import Path

from devopssim.handbook import pages

DOCS = Path(__file__).parents[2] / "docs"


def test_every_page_is_as_the_code_would_write_it() -> None:
    stale = [path for path, text in pages().items() if (DOCS / path).read_text(encoding="utf-8") != text]
    assert not stale, f"run `python -m devopssim.handbook docs`: {stale}"
