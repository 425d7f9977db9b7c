"""Build the site: `python docs/site/build.py FOLDER` writes the pages into FOLDER; warnings are errors."""

import subprocess
import sys
from pathlib import Path

import slides
import sources
from sphinx.cmd.build import main as sphinx

HERE = Path(__file__).parent


def build(folder: Path) -> int:
    """Write the sources beside the folder and the site, with its slides, into it; return Sphinx's exit status."""
    pages = folder.with_name(f"{folder.name}-sources")
    sources.write(pages, sources.contents())
    decks = folder.with_name(f"{folder.name}-slides")
    sources.write(decks, slides.contents(sources.ROOT / "notebooks"))
    status: int = sphinx([*_options(HERE, pages, folder), "--jobs=auto"])
    if status:
        return status
    # slides in a process of their own: Sphinx keeps parsers and nodes for the whole process
    command = [sys.executable, "-m", "sphinx", *_options(HERE / "slides", decks, folder / "slides"), "-b=revealjs"]
    status = subprocess.run(command, check=False).returncode  # noqa: S603 - our own program
    for theme in (folder / "slides/_static/revealjs/dist/theme").glob("*.css"):
        if theme.stem != "white":  # others would load fonts from elsewhere
            theme.unlink()
    return status


def _options(configuration: Path, pages: Path, folder: Path) -> list[str]:
    """Return what Sphinx is called with to write pages into a folder."""
    usual = ["--fail-on-warning", "--keep-going", "--quiet"]
    return [*usual, f"--conf-dir={configuration}", f"--doctree-dir={pages}-doctrees", str(pages), str(folder)]


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]).resolve()))
