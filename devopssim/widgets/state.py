"""Settings of a widget: scenarios side by side, their baseline, and the chosen one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from devopssim.errors import InvalidInputError
from devopssim.scenario import Scenario, check_scenarios, dumps, loads, parameter_value, unknown_name_message, vary

SHARED_PARTS = ("team", "demand")
"""Parts that compared scenarios share: they differ in the way of working, with the same team and demand."""


@dataclass(frozen=True, kw_only=True)
class State:
    """Frozen settings of a widget; each change returns a new state.

    Attributes
    ----------
    scenarios : mapping of str to Scenario
        Scenarios by name.
    baseline : mapping of str to Scenario
        The scenarios that changes are compared with, at first those given.
    chosen : str
        Name of the scenario that the sliders of practices set.

    Examples
    --------
    >>> from devopssim import AGILE, DEVOPS
    >>> state = state_of({"agile": AGILE, "devops": DEVOPS}).set("practices.testing", 0.5)
    >>> state.changed, state.reset().changed
    (['devops'], [])
    """

    scenarios: Mapping[str, Scenario]
    baseline: Mapping[str, Scenario]
    chosen: str

    @property
    def scenario(self) -> Scenario:
        """The chosen scenario."""
        return self.scenarios[self.chosen]

    @property
    def changed(self) -> list[str]:
        """Names of the scenarios that differ from the baseline."""
        return [name for name, scenario in self.scenarios.items() if scenario != self.baseline[name]]

    def set(self, name: str, value: float | str) -> "State":
        """Return the state with a parameter set: parameters of team and demand in every scenario, others in the chosen one.

        Parameters
        ----------
        name : str
            Dotted name of the parameter.
        value : float or str
            Its value.

        Raises
        ------
        InvalidInputError
            If the name is unknown or the value is not allowed.
        """
        targets = list(self.scenarios) if is_shared(name) else [self.chosen]
        new = {target: vary(self.scenarios[target], {name: value}) for target in targets}
        return replace(self, scenarios={**self.scenarios, **new})

    def choose(self, name: str) -> "State":
        """Return the state with another scenario chosen.

        Raises
        ------
        InvalidInputError
            If the state has no scenario of this name.
        """
        if name not in self.scenarios:
            raise InvalidInputError(unknown_name_message("scenario", name, self.scenarios))
        return replace(self, chosen=name)

    def pin(self) -> "State":
        """Return the state with the present scenarios as its baseline."""
        return replace(self, baseline=self.scenarios)

    def reset(self) -> "State":
        """Return the state with the scenarios of its baseline."""
        return replace(self, scenarios=self.baseline)

    def load(self, text: str) -> "State":
        """Return the state with the chosen scenario read from TOML text; its team and demand apply to all scenarios.

        Parameters
        ----------
        text : str
            Scenario in TOML.

        Raises
        ------
        InvalidInputError
            If the text is not a valid scenario.
        """
        loaded = replace(loads(text, name="the text"), name=self.scenario.name)
        shared = {part: getattr(loaded, part) for part in SHARED_PARTS}
        others = {name: replace(scenario, **shared) for name, scenario in self.scenarios.items()}
        return replace(self, scenarios={**others, self.chosen: loaded})

    def toml(self) -> str:
        """Return the chosen scenario as TOML text."""
        return dumps(self.scenario)


def state_of(scenarios: Mapping[str, Scenario]) -> State:
    """Return the first state, its own baseline, with the last scenario chosen.

    Parameters
    ----------
    scenarios : mapping of str to Scenario
        Scenarios by name, at least one.

    Raises
    ------
    InvalidInputError
        If `scenarios` is empty.
    """
    checked = check_scenarios(scenarios)
    return State(scenarios=checked, baseline=checked, chosen=list(checked)[-1])


def is_shared(name: str) -> bool:
    """Return whether a parameter is set in all scenarios at once.

    Examples
    --------
    >>> is_shared("team.developers"), is_shared("practices.testing")
    (True, False)
    """
    return name.partition(".")[0] in SHARED_PARTS


def differing_parameters(state: State, names: list[str]) -> list[str]:
    """Return the shared parameters in which the scenarios differ.

    Scenarios with different teams differ until a slider moves.

    Parameters
    ----------
    state : State
        Scenarios to compare.
    names : list of str
        Dotted names; parameters that are not shared are skipped.

    Examples
    --------
    >>> from devopssim import DEVOPS, vary
    >>> state = state_of({"devops": DEVOPS, "small": vary(DEVOPS, {"team.developers": 3})})
    >>> differing_parameters(state, ["team.developers", "team.testers"])
    ['team.developers']
    """
    return [
        name
        for name in names
        if is_shared(name) and len({parameter_value(scenario, name) for scenario in state.scenarios.values()}) > 1
    ]
