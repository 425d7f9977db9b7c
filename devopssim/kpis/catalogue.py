"""All KPIs by name: what each means, what it reads, what can be argued about, where it comes from."""

from collections.abc import Mapping
from typing import Final

from devopssim.kpis import delivery, flow, security
from devopssim.kpis.declaration import Kpi, declared_in

KPIS: Final[Mapping[str, Kpi]] = {kpi.name: kpi for module in (delivery, flow, security) for kpi in declared_in(module)}
"""Every KPI by its name, delivery first, then flow, then security."""
