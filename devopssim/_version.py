"""The version of the package: read by the build, by `devopssim --version` and by every report."""

__version__ = "0.1.0"
