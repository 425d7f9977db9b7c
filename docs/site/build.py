"""Build the site: `python docs/site/build.py FOLDER` writes the pages into FOLDER; warnings are errors."""

import subprocess
import sys
from pathlib import Path

import slides
import sources

HERE = Path(__file__).parent


def build(folder: Path) -> int:
    """Write the sources beside the folder and the site, with its slides, into it; return Sphinx's exit status."""
    pages = folder.with_name(f"{folder.name}-sources")
    sources.write(pages, sources.contents())
    decks = folder.with_name(f"{folder.name}-slides")
    sources.write(decks, slides.contents(sources.ROOT / "notebooks"))
    status = _run(HERE, pages, folder, "--jobs=auto") or _run(HERE / "slides", decks, folder / "slides", "-b=revealjs")
    for theme in (folder / "slides/_static/revealjs/dist/theme").glob("*.css"):
        if theme.stem != "white":  # others would load fonts from elsewhere
            theme.unlink()
    return status


def _run(configuration: Path, pages: Path, folder: Path, *options: str) -> int:
    """Run Sphinx, which writes the pages into the folder; return its exit status."""
    folders = [f"--conf-dir={configuration}", f"--doctree-dir={pages}-doctrees", str(pages), str(folder)]
    # a process each: Sphinx keeps its parsers and nodes for the whole process
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", *options, *folders]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own program


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]).resolve()))
