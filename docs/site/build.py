"""Build the site: `python docs/site/build.py FOLDER` writes the pages into FOLDER; warnings are errors."""

import sys
from pathlib import Path

import sources
from sphinx.cmd.build import main as sphinx

HERE = Path(__file__).parent


def build(folder: Path) -> int:
    """Write the sources beside the folder and the site into it; return Sphinx's exit status."""
    pages = folder.with_name(f"{folder.name}-sources")
    sources.write(pages)
    options = ["--jobs=auto", "--fail-on-warning", "--keep-going", "--quiet", f"--conf-dir={HERE}"]
    status: int = sphinx([*options, f"--doctree-dir={folder}-doctrees", str(pages), str(folder)])
    return status


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]).resolve()))
