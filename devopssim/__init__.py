"""Learn DevOps by simulating it, doing it and measuring both with the same KPIs.

    import devopssim as ds

    log = ds.simulate(ds.DEVOPS, seed=1)  # a DataFrame: the event log
    ds.kpis.table(log)

The names are listed in `__init__.pyi`; each is imported when it is first used, so that a command or a notebook pays only for
what it needs.
"""

import lazy_loader

from devopssim._version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
