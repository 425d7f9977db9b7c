"""What somebody has set in a comparison: scenarios side by side, where they started, and which one's practices are at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from devopssim.errors import InvalidInputError
from devopssim.scenario import Scenario, check_scenarios, dumps, loads, parameter_value, unknown_name_message, vary

SHARED_PARTS = ("team", "demand")
"""The same for all that is compared: ways of working differ, who works and what is asked for does not."""


@dataclass(frozen=True, kw_only=True)
class State:
    """Scenarios by name, the same scenarios as they were when the comparison began, and the name of the chosen one.

    A frozen value: what is done to it returns another.
    """

    scenarios: Mapping[str, Scenario]
    start: Mapping[str, Scenario]
    chosen: str

    @property
    def scenario(self) -> Scenario:
        """The chosen scenario."""
        return self.scenarios[self.chosen]

    @property
    def changed(self) -> list[str]:
        """The names of the scenarios that are not as they were at the start."""
        return [name for name, scenario in self.scenarios.items() if scenario != self.start[name]]

    def set(self, name: str, value: float | str) -> "State":
        """Return the state with a parameter set: of the team or the demand in every scenario, else in the chosen one.

        Raises InvalidInputError for an unknown name or a value that is not allowed.
        """
        targets = list(self.scenarios) if is_shared(name) else [self.chosen]
        new = {target: vary(self.scenarios[target], {name: value}) for target in targets}
        return replace(self, scenarios={**self.scenarios, **new})

    def choose(self, name: str) -> "State":
        """Return the state with another scenario at hand; raise InvalidInputError if there is none of that name."""
        if name not in self.scenarios:
            raise InvalidInputError(unknown_name_message("scenario", name, self.scenarios))
        return replace(self, chosen=name)

    def pin(self) -> "State":
        """Return the state that changes are counted from now on."""
        return replace(self, start=self.scenarios)

    def reset(self) -> "State":
        """Return the state as it was at the start."""
        return replace(self, scenarios=self.start)

    def load(self, text: str) -> "State":
        """Return the state with the chosen scenario as a TOML text states it; its team and demand become everybody's.

        Raises InvalidInputError for a text that states no scenario.
        """
        loaded = replace(loads(text, name="the text"), name=self.scenario.name)
        shared = {part: getattr(loaded, part) for part in SHARED_PARTS}
        others = {name: replace(scenario, **shared) for name, scenario in self.scenarios.items()}
        return replace(self, scenarios={**others, self.chosen: loaded})

    def toml(self) -> str:
        """Return the chosen scenario as TOML text."""
        return dumps(self.scenario)


def state_of(scenarios: Mapping[str, Scenario]) -> State:
    """Return the state at the start; raise InvalidInputError for no scenarios."""
    start = check_scenarios(scenarios)
    return State(scenarios=start, start=start, chosen=list(start)[-1])


def is_shared(name: str) -> bool:
    """Whether a parameter is the same in all scenarios of a comparison."""
    return name.partition(".")[0] in SHARED_PARTS


def disagree(state: State, names: list[str]) -> list[str]:
    """Return which of these shared parameters the scenarios do not agree on, as they may when they are given that way."""
    return [
        name
        for name in names
        if is_shared(name) and len({parameter_value(scenario, name) for scenario in state.scenarios.values()}) > 1
    ]
