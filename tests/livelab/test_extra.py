"""Without the packages of the extra, the lab says in one line what to install."""

import subprocess
import sys

SCRIPT = """
import sys

sys.modules["docker"] = None
from devopssim.cli import main

sys.exit(main(["livelab", "status"]))
"""


def test_a_missing_package_is_named_with_the_extra_that_brings_it() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "devopssim: the live lab needs docker, which is not installed; run pip install 'devopssim[livelab]'.\n"
    )
