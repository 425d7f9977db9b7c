"""Keywords of every experiment, and the values that they become."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final, TypedDict

from devopssim.errors import InvalidInputError
from devopssim.experiment.execution import Execution
from devopssim.experiment.experiment import Experiment
from devopssim.scenario import Scenario, check_scenario

EXECUTION_FIELDS: Final = tuple(field.name for field in fields(Execution))


class Options(TypedDict, total=False):
    """Keywords that all experiments share: fields of `Experiment` and of `Execution`, or an `execution` as a whole."""

    seed: int
    warm_up: float
    curves: Sequence[str]
    confidence: float
    execution: Execution
    workers: int
    executor: Executor | None
    progress: bool | None
    folder: str | Path | None


def values_of(
    given: object, options: Options, *, usual: Mapping[str, Any] | None = None, **asked: Any
) -> tuple[Experiment, Execution]:
    """Return the experiment and the execution that are described by values, by keywords, or by both.

    Parameters
    ----------
    given : Experiment or mapping of str to Scenario
        The experiment whose fields keywords replace, or the scenarios of a new one.
    options : Options
        Keywords of the caller.
    usual : mapping, optional
        Fields of a new experiment where no keyword gives them.
    **asked
        Further fields of the experiment; None means that the caller did not give them.

    """
    keywords: dict[str, Any] = {**options, **{name: value for name, value in asked.items() if value is not None}}
    where = {name: keywords.pop(name) for name in EXECUTION_FIELDS if name in keywords}
    execution = keywords.pop("execution", None)
    if isinstance(given, Experiment):
        experiment = replace(given, **keywords)
    else:
        experiment = Experiment(**{"scenarios": given, **(usual or {}), **keywords})
    return experiment, Execution(**where) if execution is None else replace(execution, **where)


def scenario_of(given: Scenario | Experiment) -> Scenario:
    """Return the scenario that was given, or the only one of an experiment; raise InvalidInputError for anything else."""
    if not isinstance(given, Experiment):
        return check_scenario(given)
    if len(given.scenarios) > 1:
        names = ", ".join(map(repr, given.scenarios))
        raise InvalidInputError(f"an experiment with the scenarios {names}: this needs one; pass one scenario.")
    return next(iter(given.scenarios.values()))
