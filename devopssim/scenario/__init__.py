"""A scenario: one delivery system under one demand, as a frozen value that holds everything that one simulation needs.

Scenarios come from presets or TOML files, and vary with `vary`, `adopt` or `dataclasses.replace`. Durations are hours on
the clock and efforts are person-hours, unless a parameter's unit says otherwise. Each default carries its evidence;
`parameters()` lists them all. Sources that several cards name:

- DORA 2018, 2019: the Accelerate State of DevOps reports.
- Jones: C. Jones, Software Defect Origins and Removal Methods (2013), and Applied Software Measurement (2008).
- 7digital: 7digital's published delivery data, 2009 to 2012 (3,238 items), recomputed.
- Veracode: State of Software Security, volumes 9, 10 and 12.
"""

from devopssim.scenario.assistance import ASSISTANCE, Assistance
from devopssim.scenario.declaration import GRADES, Parameter, chosen
from devopssim.scenario.demand import Demand
from devopssim.scenario.evidence import EvidenceCard, cards_as_markdown, cards_as_text, evidence_cards
from devopssim.scenario.files import TWIN, dumps, load, loads, save, to_table
from devopssim.scenario.pipeline import Pipeline, PipelineStep
from devopssim.scenario.practices import PRACTICES, SEVEN_CS, Practice, Practices
from devopssim.scenario.presets import (
    AGILE,
    AGILE_WITH_CI,
    ASSISTED_TEAM,
    ASSISTED_TEAM_WITH_ENOUGH_REVIEWERS,
    DEVOPS,
    DEVOPS_IN_NAME_ONLY,
    DEVSECOPS,
    PLAIN_FLOW,
    PRESETS,
    WATERFALL,
    preset,
)
from devopssim.scenario.process import GATES, Process
from devopssim.scenario.production import Production
from devopssim.scenario.quality import LINES_OF_A_CHANGE, Quality
from devopssim.scenario.scenario import (
    ADOPTABLE,
    LEVERS,
    LISTS,
    PARTS,
    Scenario,
    adopt,
    check_parameter,
    check_scenario,
    check_scenarios,
    parameter_value,
    parameters,
    unknown_name_message,
    vary,
)
from devopssim.scenario.security import Security
from devopssim.scenario.team import SKILLS, Team
from devopssim.scenario.workflows import WORKFLOWS, Workflow

__all__ = [
    "ADOPTABLE",
    "AGILE",
    "AGILE_WITH_CI",
    "ASSISTANCE",
    "ASSISTED_TEAM",
    "ASSISTED_TEAM_WITH_ENOUGH_REVIEWERS",
    "DEVOPS",
    "DEVOPS_IN_NAME_ONLY",
    "DEVSECOPS",
    "GATES",
    "GRADES",
    "LEVERS",
    "LINES_OF_A_CHANGE",
    "LISTS",
    "PARTS",
    "PLAIN_FLOW",
    "PRACTICES",
    "PRESETS",
    "SEVEN_CS",
    "SKILLS",
    "TWIN",
    "WATERFALL",
    "WORKFLOWS",
    "Assistance",
    "Demand",
    "EvidenceCard",
    "Parameter",
    "Pipeline",
    "PipelineStep",
    "Practice",
    "Practices",
    "Process",
    "Production",
    "Quality",
    "Scenario",
    "Security",
    "Team",
    "Workflow",
    "adopt",
    "cards_as_markdown",
    "cards_as_text",
    "check_parameter",
    "check_scenario",
    "check_scenarios",
    "chosen",
    "dumps",
    "evidence_cards",
    "load",
    "loads",
    "parameter_value",
    "parameters",
    "preset",
    "save",
    "to_table",
    "unknown_name_message",
    "vary",
]
