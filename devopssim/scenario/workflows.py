"""The workflows: how work moves between stages. Each fact about a workflow stands here, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from devopssim.scenario.process import Process


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """Description of a workflow; the processes that run it are in the simulation.

    Examples
    --------
    >>> WORKFLOWS["agile"].phases
    ('plan', 'develop', 'test', 'review')
    >>> WORKFLOWS["agile"].cadence(Process(sprint_weeks=3, sprints_per_release=2))  # weeks from release to release
    6.0
    """

    title: str
    """Name as a heading."""
    text: str
    """What it does to work, in one or two sentences."""
    phases: tuple[str, ...]
    """Phases that work passes, as a diagram shows them."""
    order: str
    """Order in which work passes the phases, in one sentence."""
    cadence: Callable[[Process], float]
    """Return the weeks from one batch to the next; 0 where items flow one by one."""
    colour: str
    """Colour in figures, as a hexadecimal code."""
    one_team: tuple[str, ...] = ()
    """The roles that form one team."""
    release_windows: bool = True
    """Whether releases and urgent repairs wait for a release window."""
    green_changes_leave: bool = True
    """Whether a change is ready for release when its automated tests are green, before its item is done."""


WORKFLOWS: Final[Mapping[str, Workflow]] = {
    "waterfall": Workflow(
        title="Waterfall",
        text="A project gathers requests for months; requirements, development, test and release follow each other, each for the whole "
        "batch. An item waits for the slowest of its batch at every gate, and its need may change while it travels.",
        phases=("requirements", "sign-off", "development", "test", "acceptance", "hand-over", "release"),
        order="Each phase begins when the one before has ended for the whole batch; users see the product at the end.",
        cadence=lambda process: process.project_weeks,
        colour="#d55e00",
        green_changes_leave=False,
    ),
    "agile": Workflow(
        title="Agile",
        text="Items are taken into sprints, built and tested there and shown to their users; finished work waits for a release, after a "
        "sprint or several.",
        phases=("plan", "develop", "test", "review"),
        order="Sprint after sprint: plan with the user, develop, test, review; finished work waits for operations, which release it after "
        "a sprint or several.",
        cadence=lambda process: process.sprint_weeks * process.sprints_per_release,
        colour="#2a82c9",
        one_team=("analyst", "developer", "tester"),
        release_windows=False,
    ),
    "devops": Workflow(
        title="DevOps",
        text="Items flow one by one, a limited number at once; a change goes on when it is ready, as far as practices allow it.",
        phases=("plan", "code", "build", "test", "deploy", "operate", "monitor"),
        order="Items flow one by one through seven phases; what is learnt in production flows back to the plan.",
        cadence=lambda _: 0.0,
        colour="#009e73",
        one_team=("analyst", "developer", "tester"),
    ),
}
"""Each workflow by the name that `Scenario.workflow` gives it."""
