"""`widgets.compare`: ways of working side by side, with sliders."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import traitlets

from devopssim.experiment.measure import Measure
from devopssim.kpis.catalogue import KPIS
from devopssim.kpis.summary import chosen
from devopssim.plots.theme import colour_of
from devopssim.plots.ways import USUAL
from devopssim.scenario import AGILE, DEVOPS, WATERFALL, Scenario
from devopssim.widgets.answers import Answer, Answers, Question, Workplace, why_it_failed
from devopssim.widgets.knobs import ADOPTION, knobs
from devopssim.widgets.lines import lines
from devopssim.widgets.panel import Panel, script, styles
from devopssim.widgets.reasons import reasons
from devopssim.widgets.said import status, waiting
from devopssim.widgets.state import State, disagree, state_of
from devopssim.widgets.tiles import tiles
from devopssim.widgets.workshop import soon_here, workshop

CURVES: Final = ("lead_time", "wip", "throughput", "change_failure_rate")
PRECISELY: Final = ("lead_time", "deployment_frequency")
TEAM: Final = ("team.developers", "team.testers", "team.operators", "team.analysts", "team.security")
DEMAND: Final = ("demand.requests_per_week", "demand.code_effort", "demand.misunderstood_share")
BEFORE: Final = "{} at the start"
"""What a scenario is called as it was at the start."""


def compare(
    scenarios: Mapping[str, Scenario] | None = None,
    *,
    kpis: Sequence[str] = USUAL,
    replications: int = 30,
    precision: float = 0.1,
    seed: int = 1,
) -> "Compare":
    """Show scenarios side by side (default: waterfall, agile, devops), with sliders for practices, team and demand.

    A slider that moves is answered at a glance first (one replication of a few batches), then by more and more whole
    replications, until the intervals of lead time and deployment frequency are within ± `precision` of their means or there
    are `replications`. The sliders of practices belong to one scenario at a time; team and demand to all.
    `compare().scenarios` gives what is set now. Raises InvalidInputError for no scenarios or an unknown KPI.
    """
    shown = {"waterfall": WATERFALL, "agile": AGILE, "devops": DEVOPS} if scenarios is None else scenarios
    return Compare(state_of(shown), kpis=kpis, replications=replications, precision=precision, seed=seed)


class Compare(Panel):
    """A thin view of a `State` and of the answers to it; see `compare`."""

    chosen = traitlets.Unicode().tag(sync=True)
    actions: ClassVar = ("ready", "gone", "set", "choose", "curve", "reset", "pin", "toml", "load")

    _esm = script("parts.js", "chart.js", "compare.js", view="compareView")
    _css = styles()

    def __init__(
        self,
        state: State,
        *,
        kpis: Sequence[str] = USUAL,
        replications: int = 30,
        precision: float = 0.1,
        seed: int = 1,
        place: Workplace | None = None,
    ) -> None:
        self.state = state
        self.kpis = tuple(kpi.name for kpi in chosen(kpis))
        self.seed, self.replications, self.precision = seed, replications, precision
        self.curve = CURVES[0]
        self._place = place
        self._answers: Answers | None = None
        self._last: tuple[Question, Answer] | None = None
        names = list(state.scenarios)
        settings = {
            "names": names,
            "colours": {name: colour_of(name, place) for place, name in enumerate(names)},
            "curves": [[kpi, KPIS[kpi].title] for kpi in CURVES],
        }
        super().__init__(settings=settings, shown={"status": waiting()}, chosen=state.chosen, knobs=_groups(state))

    def __repr__(self) -> str:
        return f"devopssim.widgets.compare({', '.join(self.state.scenarios)}): to be seen in JupyterLab or Voilà"

    @property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios as the sliders have set them: `devopssim.compare(widget.scenarios)` measures them."""
        return dict(self.state.scenarios)

    def begin(self) -> None:
        """Ask what comes of the state, or go on where it was left."""
        self.ask()

    def rest(self) -> None:
        """Ask nothing more."""
        if self._answers is not None:
            self._answers.rest()

    def do_set(self, name: str, value: float | str) -> None:
        """Set a parameter."""
        self.become(self.state.set(name, value))

    def do_choose(self, name: str) -> None:
        """Let the sliders of practices belong to another scenario."""
        self.state = self.state.choose(name)
        self._show_state()

    def do_curve(self, kpi: str) -> None:
        """Show another KPI over time."""
        self.curve = kpi if kpi in CURVES else self.curve
        if self._last is not None and kpi in self._last[1].result.curve_values["kpi"].unique():
            self.show(*self._last)
        else:
            self.ask()

    def do_reset(self) -> None:
        """Go back to the start."""
        self.become(self.state.reset())

    def do_pin(self) -> None:
        """Count changes from now on."""
        self.become(self.state.pin())

    def do_toml(self) -> None:
        """Offer the chosen scenario as text."""
        self.toml = {"name": self.state.chosen, "text": self.state.toml()}

    def do_load(self, text: str) -> None:
        """Set the chosen scenario as the text says."""
        self.become(self.state.load(text))
        self.note = "Loaded."

    def become(self, state: State) -> None:
        """Show another state, and ask what comes of it."""
        same = state == self.state
        self.state, self.note = state, ""
        self._show_state()
        if not same:
            self.ask()

    def ask(self) -> None:
        """Ask what comes of the state."""
        if self._answers is None:
            self._answers = Answers(self._place or workshop(), tell=self.show, fail=self._fail, soon=soon_here())
        self._answers.ask(self.question())

    def question(self) -> Question:
        """Return what is asked: the scenarios, and those that changed as they were at the start, under the same luck."""
        before = {BEFORE.format(name): self.state.start[name] for name in self.state.changed}
        asked = tuple(dict.fromkeys([*self.kpis, *PRECISELY, "utilisation"]))
        return Question(
            scenarios={**before, **self.state.scenarios},
            glance=Measure(kpis=asked, curves=(self.curve,)),
            measure=Measure(kpis=asked, curves=CURVES),
            precisely=PRECISELY,
            seed=self.seed,
            replications=self.replications,
            precision=self.precision,
        )

    def show(self, question: Question, answer: Answer) -> None:
        """Show an answer."""
        self._last = question, answer
        result = answer.result
        starts = {name: BEFORE.format(name) for name in self.state.scenarios if BEFORE.format(name) in result.scenarios}
        self.shown = {
            "status": status(question, answer),
            "cards": tiles(result, self.kpis, starts, glance=answer.glance),
            "chart": lines(result, self.curve, before={before: name for name, before in starts.items()}),
            "words": reasons(result, starts, glance=answer.glance),
        }

    def _show_state(self) -> None:
        self.chosen = self.state.chosen
        self.knobs = _groups(self.state)
        if self.toml:
            self.do_toml()

    def _fail(self, error: Exception) -> None:
        self.shown = {**self.shown, "status": {"stage": "error", "text": why_it_failed(error), "done": 0, "of": 1}}


def _groups(state: State) -> list[dict[str, Any]]:
    scenario = state.scenario
    all_of_them = {
        key: "in all of them"
        if not disagree(state, list(names))
        else "in all of them (they differ: moving one sets all)"
        for key, names in (("team", TEAM), ("demand", DEMAND))
    }
    practices = [name for name in ADOPTION if name != "security.embedded"]
    return [
        {"key": "practices", "title": f"Practices of {state.chosen}", "knobs": knobs(practices, scenario)},
        {"key": "security", "title": f"Security of {state.chosen}", "knobs": knobs(["security.embedded"], scenario)},
        {"key": "team", "title": f"The team, {all_of_them['team']}", "knobs": knobs(TEAM, scenario)},
        {"key": "demand", "title": f"What is asked for, {all_of_them['demand']}", "knobs": knobs(DEMAND, scenario)},
    ]
