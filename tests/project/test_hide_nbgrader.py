"""A student's JupyterLab has none of nbgrader's instructor pages."""

import json
import subprocess
import sys
import venv
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "requirements" / "hide_nbgrader.py"


def test_the_pages_are_hidden_and_brought_back_and_other_settings_stay(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    page = tmp_path / "env" / "etc" / "jupyter" / "labconfig" / "page_config.json"
    page.parent.mkdir(parents=True)
    page.write_text('{"lockedExtensions": {"mine": true}, "disabledExtensions": {"theirs": true}}')
    server = tmp_path / "env" / "etc" / "jupyter" / "jupyter_server_config.d" / "nbgrader_hidden.json"
    for words, shown in (([], False), (["show"], True), ([], False)):
        subprocess.run([python, SCRIPT, *words], check=True)
        extensions = json.loads(server.read_text())["ServerApp"]["jpserver_extensions"]
        assert set(extensions.values()) == {shown}
        settings = json.loads(page.read_text())
        assert settings["disabledExtensions"] == {"theirs": True, "@jupyter/nbgrader": not shown}
        assert settings["lockedExtensions"] == {"mine": True}


def test_every_server_extension_that_nbgrader_switches_on_is_hidden() -> None:
    own = Path(sys.prefix) / "etc" / "jupyter" / "jupyter_server_config.d" / "nbgrader.json"
    switched_on = json.loads(own.read_text())["ServerApp"]["jpserver_extensions"]
    text = SCRIPT.read_text(encoding="utf-8")
    assert switched_on
    assert [name for name in switched_on if f'"{name.rpartition(".")[2]}"' not in text] == []
    assert own.name < "nbgrader_hidden.json"
