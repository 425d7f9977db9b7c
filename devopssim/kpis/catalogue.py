"""All KPIs by name: the meaning, the events read, the debatable choice and the source of each."""

from collections.abc import Mapping
from typing import Final

from devopssim.kpis import delivery, flow, security, supply_chain
from devopssim.kpis.declaration import Kpi, declared_in

KPIS: Final[Mapping[str, Kpi]] = {
    kpi.name: kpi for module in (delivery, flow, security, supply_chain) for kpi in declared_in(module)
}
"""Every KPI by its name, delivery first, then flow, security and the supply chain."""

# doctest collects functions that are defined in a module; a declared KPI is made in `declaration`, so it is listed here
__test__: Final = {name: kpi.function.__doc__ or "" for name, kpi in KPIS.items()}
