"""A wheel also holds the course's notebooks and the recorded logs; an editable installation finds them in the repository."""

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
