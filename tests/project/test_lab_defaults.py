"""A student's JupyterLab wraps long lines of code and asks nobody about news; what an administrator has set holds."""

import json
import subprocess
import sys
import venv
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "requirements" / "lab_defaults.py"
CODE, NEWS = "@jupyterlab/notebook-extension:tracker", "@jupyterlab/apputils-extension:notification"


def test_the_defaults_are_added_once_and_others_stay(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    path = tmp_path / "env" / "etc" / "jupyter" / "labconfig" / "default_setting_overrides.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"theirs": {"theme": "dark"}, NEWS: {"fetchNews": "true"}}))
    for _ in range(2):
        subprocess.run([python, SCRIPT], check=True)
        settings = json.loads(path.read_text())
        assert settings.keys() == {"theirs", CODE, NEWS}
        assert settings[CODE]["codeCellConfig"]["lineWrap"] is True
        assert settings[NEWS] == {"fetchNews": "true"}, "an administrator's choice"


def test_jupyterlab_has_these_settings() -> None:
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    names = {CODE: "codeCellConfig", NEWS: "fetchNews"}
    for setting, name in names.items():
        extension, _, plugin = setting.partition(":")
        assert name in json.loads((schemas / extension / f"{plugin}.json").read_text())["properties"]
