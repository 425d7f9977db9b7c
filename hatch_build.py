"""A wheel also holds the recorded logs and, packed, the instructor's notebooks; an editable installation finds them in the repository.

The notebooks hold solutions, hidden tests and mark schemes. As files they would meet every student who searches the environment; in one
compressed archive they meet who unpacks it. With DEVOPSSIM_WHEEL_SOURCES=0 they are left out: a wheel for students, with which no one grades
the package's own course unless `--source` names its folder.

With DEVOPSSIM_WHEEL_ENGINE=1 it holds the fast engine, too, as `make run` or `make engine` has built it, and is one for this system.
"""

import io
import os
import sysconfig
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

RECORDED, RECORDED_PLACE = "data/recorded", "devopssim/livelab/recorded"
SOURCES, SOURCES_PLACE = "notebooks", "devopssim/course/instructor.tar.xz"


class CourseFiles(BuildHookInterface):  # type: ignore[type-arg] # the configuration of the builder is of no interest here
    """Puts them where the installed package looks for them."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add what there is, unless the installation is editable: a second copy would be stale."""
        if version != "editable":
            if (Path(self.root) / RECORDED).is_dir():
                build_data["force_include"][RECORDED] = RECORDED_PLACE
            if (Path(self.root) / SOURCES).is_dir() and os.environ.get("DEVOPSSIM_WHEEL_SOURCES") != "0":
                self._add_sources(build_data)
            if os.environ.get("DEVOPSSIM_WHEEL_ENGINE"):
                self._add_engine(build_data)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the archive that was made for the wheel."""
        del version, artifact_path
        for name, place in build_data["force_include"].items():
            if place == SOURCES_PLACE:
                Path(name).unlink(missing_ok=True)

    def _add_sources(self, build_data: dict[str, Any]) -> None:
        """Add the instructor's files as one archive; the same files give the same bytes."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:xz") as archive:
            for path in sorted((Path(self.root) / SOURCES).rglob("*")):
                name = path.relative_to(Path(self.root) / SOURCES)
                if path.is_file() and not any(part.startswith((".", "__")) for part in name.parts):
                    entry = tarfile.TarInfo(name.as_posix())
                    entry.size = path.stat().st_size
                    archive.addfile(entry, io.BytesIO(path.read_bytes()))
        with tempfile.NamedTemporaryFile(suffix=".tar.xz", delete=False) as stream:
            stream.write(packed.getvalue())
        build_data["force_include"][stream.name] = SOURCES_PLACE

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
