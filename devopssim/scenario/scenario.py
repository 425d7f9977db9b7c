"""The scenario as a whole, its parameters and its variants."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from typing import Any, Final

from devopssim.errors import InvalidInputError
from devopssim.scenario.assistance import ASSISTANCE, Assistance
from devopssim.scenario.declaration import Parameter, Part, declared_lists, declared_parameters, parameter
from devopssim.scenario.demand import Demand
from devopssim.scenario.pipeline import Pipeline
from devopssim.scenario.practices import PRACTICES, Practice, Practices
from devopssim.scenario.process import Process
from devopssim.scenario.production import Production
from devopssim.scenario.quality import Quality
from devopssim.scenario.security import Security
from devopssim.scenario.team import Team
from devopssim.scenario.workflows import WORKFLOWS


@dataclass(frozen=True, kw_only=True)
class Scenario(Part):
    """One delivery system under one demand: a frozen value with everything that one simulation needs.

    Fields are the name, the workflow, the run length and nine parts; each part declares its parameters.

    Parameters
    ----------
    name : str, default 'scenario'
        What tables and figures call it.
    workflow : {'waterfall', 'agile', 'devops'}
        How work moves between stages.
    years : float, default 3
        Run length; a year is 8,760 hours.
    demand : Demand, optional
        Requests.
    team : Team, optional
        People by role.
    process : Process, optional
        Cadences, limits and waits.
    quality : Quality, optional
        Defects and requirements misfits.
    pipeline : Pipeline, optional
        Machines, releases and installations.
    practices : Practices, optional
        How far each practice is adopted.
    production : Production, optional
        Failures of the service.
    security : Security, optional
        Vulnerabilities, searches and attacks.
    assistance : Assistance, optional
        AI assistance, and what it changes.

    Raises
    ------
    InvalidInputError
        For a value outside its range.

    See Also
    --------
    vary : Change parameters by their dotted names.
    preset : Scenarios to start from.

    Examples
    --------
    >>> scenario = Scenario(workflow="agile", team=Team(developers=5))
    >>> scenario.team.developers, scenario.years
    (5, 3.0)
    """

    def __hash__(self) -> int:
        """Return the hash of all values; worked out once, because caches ask for it often."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(getattr(self, each.name) for each in fields(self)))

    def __getstate__(self) -> dict[str, Any]:
        """Return the values alone: another process has other hashes of texts."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

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
    assistance: Assistance = field(default_factory=Assistance)


PARTS: Final[Mapping[str, type]] = {
    "demand": Demand,
    "team": Team,
    "process": Process,
    "quality": Quality,
    "pipeline": Pipeline,
    "practices": Practices,
    "production": Production,
    "security": Security,
    "assistance": Assistance,
}
"""Parts of a scenario: the class of each by the field's name."""


LEVERS: Final[Mapping[str, Practice]] = {
    **{f"practices.{name}": practice for name, practice in PRACTICES.items()},
    "assistance.share": ASSISTANCE,
}
"""Parameters that say how far a way of working is adopted, from 0 to 1, each with its description: the practices and AI assistance."""
ADOPTABLE: Final[Mapping[str, str]] = {
    **{name: f"practices.{name}" for name in PRACTICES},
    "assistance": "assistance.share",
}
"""The parameter of each lever by the name that `adopt` takes: `testing`, `security`, `assistance`."""

LISTS: Final[Mapping[str, type[Part]]] = {
    f"{part}.{name}": kind_of_row for part, kind in PARTS.items() for name, kind_of_row, _ in declared_lists(kind)
}
"""Lists of parts of a scenario by their dotted names, and the class of their rows."""


def parameters() -> dict[str, Parameter]:
    """Return every parameter's declaration by its dotted name.

    Returns
    -------
    dict of str to Parameter
        `workflow`, `years`, then each part's parameters, in the order of the source.

    Examples
    --------
    >>> list(parameters())[:3]
    ['workflow', 'years', 'demand.requests_per_week']
    >>> parameters()["demand.backlog"].unit
    'items'
    """
    return dict(_parameters())


@cache
def _parameters() -> Mapping[str, Parameter]:
    """Return the declarations, collected once: collecting them takes a millisecond, and a widget reads them hundreds of times."""
    own = dict(declared_parameters(Scenario))
    return own | {
        f"{part}.{name}": declared for part, kind in PARTS.items() for name, declared in declared_parameters(kind)
    }


def check_scenario(value: object) -> Scenario:
    """Return the argument if it is a Scenario.

    Parameters
    ----------
    value : object
        What a caller passed as a scenario.

    Returns
    -------
    Scenario
        The argument itself.

    Raises
    ------
    InvalidInputError
        For any other type; the message names ways to get a scenario.

    Examples
    --------
    >>> check_scenario(Scenario()).name
    'scenario'
    """
    if isinstance(value, Scenario):
        return value
    received = repr(value) if isinstance(value, str) else f"a {type(value).__name__}"
    raise InvalidInputError(
        f"expected a Scenario, got {received}; pass a preset such as devopssim.DEVOPS, or a scenario that devopssim.scenario.load reads from a file."
    )


def check_scenarios(scenarios: object) -> dict[str, Scenario]:
    """Return a mapping of names to scenarios as a dict.

    Parameters
    ----------
    scenarios : object
        What a caller passed as named scenarios.

    Returns
    -------
    dict of str to Scenario
        The scenarios in their order.

    Raises
    ------
    InvalidInputError
        For anything but a mapping, an empty mapping, or a value of another type than Scenario.

    Examples
    --------
    >>> list(check_scenarios({"today": Scenario()}))
    ['today']
    """
    if not isinstance(scenarios, Mapping):
        message = f"scenarios: expected names with scenarios, got a {type(scenarios).__name__}; pass for example {{'devops': DEVOPS}}."
        raise InvalidInputError(message)
    if not scenarios:
        raise InvalidInputError("no scenario to compare; pass at least one, for example {'devops': DEVOPS}.")
    return {name: check_scenario(scenario) for name, scenario in scenarios.items()}


def parameter_value(scenario: Scenario, name: str) -> float | int | str:
    """Return the value of a parameter.

    Parameters
    ----------
    scenario : Scenario
        Where to read it.
    name : str
        Dotted name, a key of `parameters()`.

    Returns
    -------
    float, int or str
        The value.

    Raises
    ------
    InvalidInputError
        For an unknown name.

    Examples
    --------
    >>> parameter_value(Scenario(), "team.developers")
    8
    """
    check_parameter(name)
    value: Any = scenario
    for step in name.split("."):
        value = getattr(value, step)
    return value  # type: ignore[no-any-return] # a parameter's value


def vary(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a variant of a scenario with some parameters changed.

    Parameters
    ----------
    scenario : Scenario
        Scenario to start from; it stays as it is.
    changes : mapping of str to float, str or list
        New values by dotted name: a key of `parameters()`, or a list of parts such as `pipeline.steps`.

    Returns
    -------
    Scenario
        The variant, under the same name.

    Raises
    ------
    InvalidInputError
        For an unknown name or a value outside its range.

    Examples
    --------
    >>> variant = vary(Scenario(), {"team.developers": 6, "practices.testing": 0.5})
    >>> variant.team.developers, variant.practices.testing
    (6, 0.5)
    >>> vary(Scenario(), {"team.developer": 6})
    Traceback (most recent call last):
    devopssim.errors.InvalidInputError: parameter 'team.developer' is unknown; did you mean team.developers ...
    """
    check_scenario(scenario)
    by_part: dict[str, dict[str, Any]] = {}
    for name, value in changes.items():
        part, _, field_name = (name if name in LISTS else check_parameter(name)).rpartition(".")
        by_part.setdefault(part, {})[field_name] = value
    top_level: dict[str, Any] = by_part.pop("", {})
    for part, values in by_part.items():
        top_level[part] = _replaced(getattr(scenario, part), part, values)
    return replace(scenario, **top_level)


def adopt(scenario: Scenario, practices: Mapping[str, float]) -> Scenario:
    """Return a variant of a scenario with practices, or AI assistance, adopted.

    Parameters
    ----------
    scenario : Scenario
        Scenario to start from; it stays as it is.
    practices : mapping of str to float
        Adoption, 0 to 1, by name: one of `PRACTICES`, or `assistance`. `security` is security inside the pipeline.

    Returns
    -------
    Scenario
        The variant; practices that the mapping omits keep their adoption.

    Raises
    ------
    InvalidInputError
        For an unknown practice or an adoption outside 0 to 1.

    Examples
    --------
    >>> adopt(Scenario(), {"integration": 1}).practices.integration
    1.0
    >>> adopt(Scenario(), {"assistance": 0.5}).assistance.share
    0.5
    """
    for name in practices:
        if name not in ADOPTABLE:
            raise InvalidInputError(unknown_name_message("practice", name, ADOPTABLE))
    return vary(scenario, {ADOPTABLE[name]: share for name, share in practices.items()})


def check_parameter(name: str) -> str:
    """Return `name` if a parameter has that name.

    Parameters
    ----------
    name : str
        Dotted name.

    Returns
    -------
    str
        The argument itself.

    Raises
    ------
    InvalidInputError
        Otherwise; the message suggests the nearest names.

    Examples
    --------
    >>> check_parameter("team.testers")
    'team.testers'
    """
    names = parameters()
    if name not in names:
        raise InvalidInputError(unknown_name_message("parameter", name, names))
    return name


def unknown_name_message(what: str, name: str, names: Iterable[str]) -> str:
    """Return a one-line message for an unknown name: the nearest names, and where all are listed.

    Parameters
    ----------
    what : str
        Kind of thing that has the name; for 'parameter' the message refers to `devopssim parameters`.
    name : str
        The unknown name.
    names : iterable of str
        All known names.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> unknown_name_message("workflow", "devop", ["agile", "devops"])
    "workflow 'devop' is unknown; did you mean devops? allowed are agile, devops."
    """
    names = list(names)
    nearest = difflib.get_close_matches(str(name), names, n=2, cutoff=0.5)
    hint = f"did you mean {' or '.join(nearest)}? " if nearest else ""
    listed = "`devopssim parameters` lists them" if what == "parameter" else f"allowed are {', '.join(names)}"
    return f"{what} {name!r} is unknown; {hint}{listed}."


def _replaced(part: Any, name: str, values: Mapping[str, Any]) -> Any:
    """Return the part with values replaced; errors name the part."""
    try:
        return replace(part, **values)
    except InvalidInputError as error:
        message = f"{name}.{error}"
        raise InvalidInputError(message) from error
