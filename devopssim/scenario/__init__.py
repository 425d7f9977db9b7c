"""A scenario: one way of working under one demand. A frozen value, written as TOML, varied with `vary` or `dataclasses.replace`.

Durations are hours on the clock and efforts are person-hours, unless a parameter's unit says otherwise. Each default carries
its evidence; `parameters()` lists them all. Sources that several cards name:

- DORA 2018, 2019: the Accelerate State of DevOps reports.
- Jones: C. Jones, Software Defect Origins and Removal Methods (2013), and Applied Software Measurement (2008).
- 7digital: 7digital's published delivery data, 2009 to 2012 (3,238 items), recomputed.
- Veracode: State of Software Security, volumes 9, 10 and 12.
"""

from devopssim.scenario.files import dumps, load, loads, save
from devopssim.scenario.presets import (
    AGILE,
    AGILE_WITH_CI,
    DEVOPS,
    DEVOPS_IN_NAME_ONLY,
    DEVSECOPS,
    PRESETS,
    WATERFALL,
    find,
)
from devopssim.scenario.scenario import PARTS, Scenario, adopt, parameters, value, vary
from devopssim.scenario.service import Production, Security
from devopssim.scenario.technique import PRACTICES, Pipeline, Practices, Quality
from devopssim.scenario.work import WORKFLOWS, Demand, Process, Team

__all__ = [
    "AGILE",
    "AGILE_WITH_CI",
    "DEVOPS",
    "DEVOPS_IN_NAME_ONLY",
    "DEVSECOPS",
    "PARTS",
    "PRACTICES",
    "PRESETS",
    "WATERFALL",
    "WORKFLOWS",
    "Demand",
    "Pipeline",
    "Practices",
    "Process",
    "Production",
    "Quality",
    "Scenario",
    "Security",
    "Team",
    "adopt",
    "dumps",
    "find",
    "load",
    "loads",
    "parameters",
    "save",
    "value",
    "vary",
]
