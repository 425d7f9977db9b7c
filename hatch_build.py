"""A wheel also holds the course's notebooks and the recorded logs; an editable installation finds them in the repository.

With DEVOPSSIM_WHEEL_ENGINE=1 it holds the fast engine, too, as `make run` or `make engine` has built it, and is one for this system.
"""

import os
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACES = {"notebooks": "devopssim/notebooks", "data/recorded": "devopssim/livelab/recorded"}


class CourseFiles(BuildHookInterface):  # type: ignore[type-arg] # the configuration of the builder is of no interest here
    """Puts them where the installed package looks for them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folders that there are, unless the installation is editable: a second copy would be stale, and in the open."""
        if version != "editable":
            build_data["force_include"] |= {
                name: place for name, place in PLACES.items() if (Path(self.root) / name).is_dir()
            }
            if os.environ.get("DEVOPSSIM_WHEEL_ENGINE"):
                self._add_engine(build_data)

    def _add_engine(self, build_data: dict[str, Any]) -> None:
        """Add the fast engine; any Python of this kind of system may load it."""
        built = [
            path
            for path in (Path(self.root) / "devopssim/simulation").glob("_engine.*")
            if path.suffix in {".so", ".dll", ".dylib"}
        ]
        if not built:
            raise FileNotFoundError(
                "devopssim/simulation/_engine.*: build the fast engine first, with `make run` or `make engine`"
            )
        name = built[0].relative_to(self.root).as_posix()
        build_data["force_include"][name] = name
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
        build_data["pure_python"] = False
