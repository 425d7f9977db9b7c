"""The scenario as a whole, and its variants."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from devopssim.errors import InvalidInputError
from devopssim.scenario.declaration import Parameter, Part, declared_parameters, parameter
from devopssim.scenario.demand import Demand
from devopssim.scenario.pipeline import Pipeline
from devopssim.scenario.practices import PRACTICES, Practices
from devopssim.scenario.process import Process
from devopssim.scenario.production import Production
from devopssim.scenario.quality import Quality
from devopssim.scenario.security import Security
from devopssim.scenario.team import Team
from devopssim.scenario.workflows import WORKFLOWS


@dataclass(frozen=True, kw_only=True)
class Scenario(Part):
    """One way of working under one demand. Raises InvalidInputError for a value that is not allowed."""

    name: str = "scenario"
    workflow: str = parameter(
        "devops", "how work moves between stages", choices=tuple(WORKFLOWS), grade="assumed", source="a choice"
    )
    years: float = parameter(
        3,
        "how long a run lasts (a year is 8,760 hours)",
        unit="years",
        low=0.02,
        high=50,
        grade="assumed",
        source="long enough for several waterfall projects",
    )
    demand: Demand = field(default_factory=Demand)
    team: Team = field(default_factory=Team)
    process: Process = field(default_factory=Process)
    quality: Quality = field(default_factory=Quality)
    pipeline: Pipeline = field(default_factory=Pipeline)
    practices: Practices = field(default_factory=Practices)
    production: Production = field(default_factory=Production)
    security: Security = field(default_factory=Security)


PARTS: Final[Mapping[str, type]] = {
    "demand": Demand,
    "team": Team,
    "process": Process,
    "quality": Quality,
    "pipeline": Pipeline,
    "practices": Practices,
    "production": Production,
    "security": Security,
}


def parameters() -> dict[str, Parameter]:
    """Return every parameter by its dotted name (`team.developers`), in the order of the text."""
    return dict(_parameters())


@cache
def _parameters() -> Mapping[str, Parameter]:
    """Return them as they are declared; looking them all up takes a millisecond, and a widget asks hundreds of times."""
    own = dict(declared_parameters(Scenario))
    return own | {f"{part}.{name}": each for part, kind in PARTS.items() for name, each in declared_parameters(kind)}


def check_scenario(given: object) -> Scenario:
    """Return what was given if it is a scenario; raise InvalidInputError that says how to get one otherwise."""
    if isinstance(given, Scenario):
        return given
    shown = repr(given) if isinstance(given, str) else f"a {type(given).__name__}"
    raise InvalidInputError(
        f"scenario: {shown} is none; give a preset such as devopssim.DEVOPS, or what devopssim.scenario.load reads from a file."
    )


def check_scenarios(scenarios: object) -> dict[str, Scenario]:
    """Return scenarios by name as they were given; raise InvalidInputError for none, and for what is no such mapping."""
    if not isinstance(scenarios, Mapping):
        message = f"scenarios: a {type(scenarios).__name__} has no names; give names with scenarios, for example {{'devops': DEVOPS}}."
        raise InvalidInputError(message)
    if not scenarios:
        raise InvalidInputError("no scenario to compare; give at least one, for example {'devops': DEVOPS}.")
    return {name: check_scenario(each) for name, each in scenarios.items()}


def parameter_value(scenario: Scenario, name: str) -> float | int | str:
    """Return the value of a parameter: `parameter_value(scenario, "team.developers")`."""
    check_parameter(name)
    found: Any = scenario
    for step in name.split("."):
        found = getattr(found, step)
    return found  # type: ignore[no-any-return] # a parameter's value


def vary(scenario: Scenario, changes: Mapping[str, float | str]) -> Scenario:
    """Return a variant with parameters changed: `vary(DEVOPS, {"team.developers": 6, "practices.testing": 0.5})`.

    Raises InvalidInputError for an unknown name or a value that is not allowed.
    """
    check_scenario(scenario)
    by_part: dict[str, dict[str, Any]] = {}
    for name, given in changes.items():
        part, _, last = check_parameter(name).rpartition(".")
        by_part.setdefault(part, {})[last] = given
    whole: dict[str, Any] = by_part.pop("", {})
    for part, values in by_part.items():
        whole[part] = _replaced(getattr(scenario, part), part, values)
    return replace(scenario, **whole)


def adopt(scenario: Scenario, practices: Mapping[str, float]) -> Scenario:
    """Return a variant with practices adopted: `adopt(WATERFALL, {"integration": 1})`; `security` is security inside."""
    for name in practices:
        if name not in PRACTICES:
            raise InvalidInputError(unknown_name_message("practice", name, PRACTICES))
    return vary(scenario, {f"practices.{name}": share for name, share in practices.items()})


def check_parameter(name: str) -> str:
    """Return `name` if a parameter is called so; raise InvalidInputError with the nearest names otherwise."""
    names = parameters()
    if name not in names:
        raise InvalidInputError(unknown_name_message("parameter", name, names))
    return name


def unknown_name_message(what: str, name: str, names: Iterable[str]) -> str:
    """Say in one line that no `what` is called `name`, which is meant perhaps, and where all are listed."""
    names = list(names)
    near = difflib.get_close_matches(str(name), names, n=2, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    listed = "`devopssim parameters` lists them" if what == "parameter" else f"allowed are {', '.join(names)}"
    return f"{what} {name!r} is unknown; {hint}{listed}."


def _replaced(part: Any, name: str, values: Mapping[str, Any]) -> Any:
    try:
        return replace(part, **values)
    except InvalidInputError as error:
        message = f"{name}.{error}"
        raise InvalidInputError(message) from error
