"""Learn DevOps by simulating it, doing it and measuring both with the same KPIs.

    import devopssim as ds

    log = ds.simulate(ds.DEVOPS, seed=1)  # a DataFrame: the event log
    ds.kpis.table(log)

Everything is imported when it is first used, so that a command or a notebook pays only for what it needs.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

from devopssim._version import __version__

if TYPE_CHECKING:
    from devopssim import (
        diagnostics,
        events,
        experiment,
        exporters,
        importers,
        kpis,
        livelab,
        plots,
        scenario,
        twin,
        widgets,
    )
    from devopssim.experiment import compare, replicate
    from devopssim.scenario import AGILE, AGILE_WITH_CI, DEVOPS, DEVOPS_IN_NAME_ONLY, DEVSECOPS, WATERFALL, adopt, vary
    from devopssim.simulation import simulate

_MODULES: Final = (
    "diagnostics",
    "events",
    "experiment",
    "exporters",
    "importers",
    "kpis",
    "livelab",
    "plots",
    "scenario",
    "twin",
    "widgets",
)
_NAMES: Final = {
    "simulate": "devopssim.simulation",
    "compare": "devopssim.experiment",
    "replicate": "devopssim.experiment",
    **dict.fromkeys(
        ("AGILE", "AGILE_WITH_CI", "DEVOPS", "DEVOPS_IN_NAME_ONLY", "DEVSECOPS", "WATERFALL", "adopt", "vary"),
        "devopssim.scenario",
    ),
}

__all__ = [
    "AGILE",
    "AGILE_WITH_CI",
    "DEVOPS",
    "DEVOPS_IN_NAME_ONLY",
    "DEVSECOPS",
    "WATERFALL",
    "__version__",
    "adopt",
    "compare",
    "diagnostics",
    "events",
    "experiment",
    "exporters",
    "importers",
    "kpis",
    "livelab",
    "plots",
    "replicate",
    "scenario",
    "simulate",
    "twin",
    "vary",
    "widgets",
]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        found = getattr(importlib.import_module(_NAMES[name]), name)
    elif name in _MODULES:
        found = importlib.import_module(f"devopssim.{name}")
    else:
        message = f"module 'devopssim' has no attribute {name!r}"
        raise AttributeError(message)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
