"""Say which extra of this package brings a module that is not installed."""

import importlib.metadata
import re
from typing import Final

DISTRIBUTIONS: Final = {"yaml": "pyyaml", "IPython": "ipython", "ipywidgets": "ipywidgets"}
"""Distributions whose module has another name."""
PREFERRED: Final = ("grading", "livelab", "notebook", "cluster")
"""The order in which extras are offered, where several bring the same."""


def sentence(module: str) -> str | None:
    """Return what to install for a module, None for one that no extra of this package brings.

    Parameters
    ----------
    module : str
        Name of the module that could not be imported.

    Returns
    -------
    str or None
        A sentence with the command.

    Examples
    --------
    >>> sentence("nbgrader")
    "this command needs the package nbgrader; install it with `pip install 'devopssim[grading]'`."
    >>> sentence("devopssim.nothing") is None
    True
    """
    top = module.partition(".")[0]
    name = DISTRIBUTIONS.get(top, top.replace("_", "-")).lower()
    extra = next((extra for extra in PREFERRED if name in _brought(extra)), None)
    return (
        f"this command needs the package {name}; install it with `pip install 'devopssim[{extra}]'`." if extra else None
    )


def _brought(extra: str) -> set[str]:
    """Return the distributions that an extra names."""
    found = set()
    for text in importlib.metadata.requires("devopssim") or ():
        requirement, _, marker = text.partition(";")
        if re.search(rf"extra\s*==\s*[\"']{extra}[\"']", marker):
            found.add(re.split(r"[\s<>=!~\[]", requirement.strip(), maxsplit=1)[0].lower())
    return found
