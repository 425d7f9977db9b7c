"""Posterior of a twin's parameters: learnt ones by their likelihood, hidden ones by simulation.

A parameter with a known likelihood is drawn from its own posterior, which a prior narrows where the log shows few cases. One that
leaves no direct trace is drawn from a prior around the base's value, as wide as its evidence is weak, and moved by what the whole log
shows: draws are simulated on the fast engine, and a regression of the parameters on the summaries of their logs leads from each
simulated log to the observed one.

References
----------
M. A. Beaumont, W. Zhang & D. J. Balding, *Approximate Bayesian Computation in Population Genetics* (2002): regression adjustment.
M. Plummer, *Cuts in Bayesian graphical models* (2015): hidden parameters do not move the learnt ones.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import stats
from tqdm.auto import tqdm

from devopssim import kpis
from devopssim.events import HOURS_PER_YEAR
from devopssim.kpis import Floats, Run
from devopssim.scenario import Parameter, Scenario, parameter_value, parameters, vary
from devopssim.simulation import simulate_coded
from devopssim.twin.estimates import ParameterEstimate

SPREAD: Final = {"measured": 0.1, "derived": 0.2, "assumed": 0.3}
"""Standard deviation of the logarithm of a hidden parameter (of a share's odds) by the evidence grade of its default."""
FIXED: Final = (
    "workflow",
    "years",
    "demand.backlog",
    "team.hours_per_week",
    "team.time_zones",
    "team.joiners",
    "team.join_week",
    "process.largest_batch",
    "production.hosts",
)
"""Parameters that nothing but a log or a person can give: they have no prior."""
UNKNOWN_ADOPTION: Final = 0.5
"""Prior probability that a practice without a trace is adopted as in the base; else any adoption is equally probable."""
DRAWS: Final = 100
ROWS: Final = 6_000_000
"""Rows that are simulated at most in all draws, unless `LEAST_DRAWS` need more: larger logs get fewer draws."""
LEAST_DRAWS: Final = 40
POOL: Final = 3
"""Draws for each one that is kept, of which impossible ones are left out."""
CADENCES: Final = (
    "process.project_weeks",
    "process.sprint_weeks",
    "process.sprints_per_release",
    "process.window_weeks",
)
INFORMED: Final = 0.2
"""Share of a parameter's prior variance that the log explains at least where it moves the parameter."""
RIDGE: Final = 0.1
EFFORT: Final = "demand.code_effort"
WIDE: Final = 1.0
"""Spread of the coding effort where the log shows no work on stages."""
MOST_YEARS: Final = 1.5
"""Run length, in years, of the simulations of a longer log."""
KPI_SUMMARIES: Final = (
    "lead_time",
    "cycle_time",
    "lead_time_for_changes",
    "change_failure_rate",
    "mttd",
    "mttr",
    "wip",
    "throughput",
    "failure_demand",
    "flow_efficiency",
    "utilisation",
    "availability",
)
FOUND_IN: Final = ("review", "test", "acceptance", "production")
TASKS: Final = ("interruption", "patch", "triage")
COUNTED: Final = (
    "ticket.done",
    "change.created",
    "build.started",
    "misfit.found",
    "finding.reported",
    "service.failed",
)

OWN: Final = ("demand.", "practices.", "process.", "team.")
"""Parameters that each organisation has its own of: what a log shows of them is not drawn towards the base's value."""
PRECISE: Final = 0.5
"""An estimate whose standard deviation is below this share of its prior's stands by itself."""
BETWEEN_TEAMS: Final = 0.5
"""Standard deviation of the logarithm (of a share's odds) of a learnt parameter from team to team, whatever its evidence grade."""
FREEDOM: Final = 4
"""Degrees of freedom of Student's t, the prior of learnt parameters: far from the base's value it has no say."""
PER_DRAW: Final = 50
"""Values that are weighted by the prior for each one that is kept."""

Draw = dict[str, float | str]
"""Values of the parameters that differ from draw to draw, by dotted name."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One structure with the scenario that its estimates make, and its probability."""

    probability: float
    scenario: Scenario
    estimates: Mapping[str, ParameterEstimate]
    base: Scenario
    """The scenario before the estimates: the centre of their priors."""


def with_prior(estimate: ParameterEstimate, centre: float, rng: np.random.Generator, size: int) -> Floats | None:
    """Return draws from the posterior of a learnt parameter under its prior; None where the estimate stands by itself.

    Without a prior, the few incidents of a year would tell less of a parameter than no log at all. The prior is Student's t around the base's
    value, with the spread `BETWEEN_TEAMS`.

    Parameters
    ----------
    estimate : ParameterEstimate
        What the log shows.
    centre : float
        The base's value.
    rng : Generator
        Random numbers.
    size : int
        Number of draws.

    Examples
    --------
    One of two incidents was total; by default it is 30 of 100.

    >>> from devopssim.twin.estimates import share
    >>> rng = np.random.default_rng(1)
    >>> draws = with_prior(share("production.total_share", 1, 2, ""), 0.3, rng, 1000)
    >>> bool(0.3 < np.median(draws) < 0.4), with_prior(share("production.total_share", 300, 1000, ""), 0.3, rng, 1000)
    (True, None)
    """
    declared = parameters()[estimate.parameter]
    if estimate.parameter.startswith(OWN) or estimate.per is not None or centre <= 0:
        return None
    values = estimate.draws(rng, PER_DRAW * size)
    scaled = _scale(declared, values)
    if scaled.std() < PRECISE * BETWEEN_TEAMS:
        return None
    weights = stats.t.pdf((scaled - _scale(declared, np.full(1, centre))) / BETWEEN_TEAMS, FREEDOM)
    return rng.choice(values, size, p=weights / weights.sum())


def hidden(settled: Iterable[str], base: Scenario) -> tuple[str, ...]:
    """Return the parameters that have a prior: numbers above 0, and practices, that are neither learnt nor stated."""
    known = {*settled, *FIXED}
    return tuple(
        name
        for name, declared in parameters().items()
        if name not in known
        and not declared.choices
        and (name.startswith("practices.") or float(parameter_value(base, name)) > 0)
    )


def prior(name: str, centre: float, rng: np.random.Generator, size: int, *, spread: float | None = None) -> Floats:
    """Return values of a hidden parameter from its prior around a value; `spread` replaces the one of its evidence grade.

    Examples
    --------
    >>> values = prior("quality.review_finds", 0.4, np.random.default_rng(1), 1000)
    >>> bool(0.35 < np.median(values) < 0.45), bool((values < 1).all())
    (True, True)
    """
    declared = parameters()[name]
    if name.startswith("practices."):
        return np.where(rng.random(size) < UNKNOWN_ADOPTION, centre, rng.random(size))
    z = (SPREAD[declared.grade] if spread is None else spread) * rng.standard_normal(size)
    return allowed(declared, _back(declared, _scale(declared, np.full(size, centre)) + z))


def allowed(declared: Parameter, values: Floats) -> Floats:
    """Return draws inside the range that the parameter allows, and whole where it counts something."""
    inside = np.clip(values, declared.low, declared.high)
    return np.round(inside) if declared.whole else inside


def _is_share(declared: Parameter) -> bool:
    return declared.low == 0 and declared.high == 1


def _scale(declared: Parameter, values: Floats) -> Floats:
    """Return values on the scale on which priors are normal: logarithms, of the odds for shares."""
    if _is_share(declared):
        inside = np.clip(values, 0.005, 0.995)
        return np.asarray(np.log(inside / (1 - inside)))
    return np.asarray(np.log(np.maximum(values, 1e-9)))


def _back(declared: Parameter, values: Floats) -> Floats:
    return 1 / (1 + np.exp(-values)) if _is_share(declared) else np.exp(values)


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Draws from a posterior, and how they came about.

    Parameters
    ----------
    draws : tuple of mapping
        Values of the parameters that differ.
    explained : mapping of str to float
        Share of the prior variance that the log explains, of each hidden parameter that it moves.
    weighted : set of str
        Learnt parameters of which the log shows so few cases that a prior narrows them.
    possible : tuple of float
        Share of the draws of each candidate in which every product that the log shows has factors within their ranges.
    impossible : tuple of str
        Where no draw is possible: the products whose factor lies beyond its range in the most draws.
    """

    draws: tuple[Draw, ...]
    explained: Mapping[str, float]
    weighted: frozenset[str]
    possible: tuple[float, ...]
    impossible: tuple[str, ...] = ()


def sample(
    run: Run, candidates: Sequence[Candidate], settled: Iterable[str], *, seed: int, progress: bool | None = None
) -> Posterior:
    """Return draws from the posterior.

    Parameters
    ----------
    run : Run
        The opened log.
    candidates : sequence of Candidate
        Structures with their estimates; each draw takes one by its probability.
    settled : iterable of str
        Parameters that the user stated.
    seed : int
        Random seed.
    progress : bool, optional
        Whether a progress bar is drawn; by default in a terminal or a notebook.
    """
    rng = np.random.default_rng(seed)
    size = int(np.clip(ROWS / max(1, len(run.time)), LEAST_DRAWS, DRAWS))
    pool = _SimulatedPool.of(candidates, settled, rng, POOL * size)
    beyond = [pool.beyond(number) for number in range(POOL * size)]
    within = np.array([not names for names in beyond])
    numbers = np.flatnonzero(within) if within.any() else np.arange(POOL * size)
    possible = tuple(
        float(within[pool.chosen == position].mean()) if (pool.chosen == position).any() else 0.0
        for position in range(len(candidates))
    )
    pool = pool.part(rng.choice(numbers, size, replace=len(numbers) < size))
    base, columns = candidates[0].scenario, pool.columns
    if EFFORT in columns and np.isfinite(kpis.values(run, ["cycle_time"])["cycle_time"]):
        # hours of a team without a time sheet may differ by orders of magnitude, so a first round finds where to look
        columns[EFFORT] = prior(EFFORT, float(np.median(columns[EFFORT])), rng, size, spread=WIDE)
        before = dict(columns)
        _adjust(run, base, pool, seed=seed, progress=progress)
        centre = float(np.median(columns[EFFORT]))
        columns.update(before | {EFFORT: prior(EFFORT, centre, rng, size, spread=WIDE / 2)})
    explained = _adjust(run, base, pool, seed=seed, progress=progress)
    counts = Counter(name for names in beyond for name in names)
    impossible = () if within.any() else tuple(name for name, n in counts.items() if n == max(counts.values()))
    return Posterior(
        draws=pool.draws(), explained=explained, weighted=pool.weighted, possible=possible, impossible=impossible
    )


@dataclass(frozen=True, kw_only=True)
class _SimulatedPool:
    """Draws as columns: hidden parameters from their priors, learnt ones by candidate, and which candidate each draw takes."""

    candidates: Sequence[Candidate]
    chosen: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    columns: dict[str, Floats]
    learnt: Sequence[Mapping[str, Floats]]
    weighted: frozenset[str]

    @classmethod
    def of(
        cls, candidates: Sequence[Candidate], settled: Iterable[str], rng: np.random.Generator, size: int
    ) -> "_SimulatedPool":
        chances = np.array([candidate.probability for candidate in candidates])
        known = {*settled}.union(*(candidate.estimates for candidate in candidates))
        base = candidates[0].scenario
        chosen = rng.choice(len(candidates), size, p=chances / chances.sum())
        columns = {name: prior(name, float(parameter_value(base, name)), rng, size) for name in hidden(known, base)}
        learnt: list[dict[str, Floats]] = []
        weighted = set()
        for candidate in candidates:
            learnt.append({})
            for name, estimate in candidate.estimates.items():
                if isinstance(estimate.value, str):
                    continue
                narrowed = with_prior(estimate, float(parameter_value(candidate.base, name)), rng, size)
                learnt[-1][name] = estimate.draws(rng, size) if narrowed is None else narrowed
                if narrowed is not None:
                    weighted.add(name)
        return cls(candidates=candidates, chosen=chosen, columns=columns, learnt=learnt, weighted=frozenset(weighted))

    def part(self, numbers: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> "_SimulatedPool":
        """Return the draws of these numbers."""
        return _SimulatedPool(
            candidates=self.candidates,
            chosen=self.chosen[numbers],
            columns={name: column[numbers] for name, column in self.columns.items()},
            learnt=[{name: column[numbers] for name, column in columns.items()} for columns in self.learnt],
            weighted=self.weighted,
        )

    def draws(self) -> tuple[Draw, ...]:
        """Return all draws."""
        return tuple(self.draw(number) for number in range(len(self.chosen)))

    def draw(self, number: int) -> Draw:
        """Return a draw with all values inside their ranges."""
        declared = parameters()
        values, products = self._values(number)
        for name, value in products.items():
            values[name] = float(allowed(declared[name], np.array([value]))[0])
        return values

    def beyond(self, number: int) -> list[str]:
        """Return the parameters for which a product leaves a value beyond their range."""
        declared = parameters()
        return [name for name, value in self._values(number)[1].items() if value > declared[name].high]

    def _values(self, number: int) -> tuple[Draw, dict[str, float]]:
        """Return the values of a draw, and those that follow from a product and the other factors."""
        declared = parameters()
        candidate, learnt = self.candidates[self.chosen[number]], self.learnt[self.chosen[number]]
        values: Draw = {name: float(column[number]) for name, column in self.columns.items()}
        values["workflow"] = candidate.scenario.workflow
        for name in {*CADENCES}.union(*self.learnt):
            values.setdefault(name, float(parameter_value(candidate.scenario, name)))
        for name, column in learnt.items():
            values[name] = float(allowed(declared[name], column[number : number + 1])[0])
        products = {}
        for name, estimate in candidate.estimates.items():
            if estimate.per is not None:
                per = max(estimate.per(vary(candidate.scenario, values)), 1e-9)
                products[name] = float(learnt[name][number]) * estimate.per(candidate.scenario) / per
        return values, products


def _adjust(run: Run, base: Scenario, pool: _SimulatedPool, *, seed: int, progress: bool | None) -> dict[str, float]:
    """Move the hidden parameters of the draws from their simulated logs to the observed one; return what the log explains of each."""
    observed, base, columns = summaries(run), vary(base, {"years": min(base.years, MOST_YEARS)}), pool.columns
    hidden_bar = None if progress is None else not progress  # None: tqdm looks for a terminal
    numbers = tqdm(range(len(pool.chosen)), desc="twin", disable=hidden_bar, unit="run", leave=False)
    simulated = np.array(
        [
            summaries(Run(simulate_coded(vary(base, pool.draw(number)), seed=seed, replication=number)))
            for number in numbers
        ]
    )
    told = np.array([_tells(run, needs) for needs in _NEEDS]) & np.isfinite(observed)
    told &= np.isfinite(simulated).mean(axis=0) > 0.5
    simulated, observed = simulated[:, told], observed[told]
    centre = np.nanmean(simulated, axis=0)
    simulated = np.where(np.isfinite(simulated), simulated, centre)
    spread = simulated.std(axis=0)
    varied = spread > 1e-9
    z = (simulated[:, varied] - centre[varied]) / spread[varied]
    goal = np.clip((observed[varied] - centre[varied]) / spread[varied], -3, 3)
    size, width = z.shape
    if not width:
        return {}
    inverse = np.linalg.inv(z.T @ z / size + RIDGE * np.eye(width))
    declared, explained = parameters(), {}
    for name, values in columns.items():
        if name.startswith("practices."):  # a regression cannot lead from one end of a share to the other
            continue
        scaled = _scale(declared[name], values)
        sd = float(scaled.std())
        if sd < 1e-9:
            continue
        correlation = z.T @ ((scaled - scaled.mean()) / sd) / size
        slope = inverse @ correlation
        freedom = (size - 1) / max(1, size - width - 1)
        share = 1 - freedom * float(((scaled - scaled.mean()) / sd - z @ slope).var())
        if share < INFORMED:
            continue
        explained[name] = share
        columns[name] = allowed(declared[name], _back(declared[name], scaled + sd * ((goal - z) @ slope)))
    return explained


def _tells(run: Run, needs: tuple[tuple[str, ...], ...]) -> bool:
    """Return whether the log tells these kinds of events; one that does not state what its sources can tell has to show them."""
    if run.observed is not None:
        return run.observes(needs)
    return all(any(len(run.rows(kind.partition(" ")[0])) for kind in kinds) for kinds in needs)


_NEEDS: Final = (
    *(kpis.KPIS[name].needs for name in KPI_SUMMARIES),
    *((("defect.found",),) for _ in FOUND_IN),
    *((("stage.queued",),) for _ in TASKS),
    *(((kind,),) for kind in COUNTED),
)


def summaries(run: Run) -> Floats:
    """Return what a log shows in a few numbers: KPIs on a logarithmic scale, and counts of what is found, done and asked for."""
    values, _, _ = kpis.counted(run, KPI_SUMMARIES)
    down = 1 - values["availability"]
    numbers = [np.log(value) if value > 0 else np.nan for value in (*list(values.values())[:-1], down)]
    counts = [run.detail_matches("defect.found", "found_in", place).sum() for place in FOUND_IN]
    counts += [run.detail_matches("stage.queued", "task", task).sum() for task in TASKS]
    counts += [len(run.rows(kind)) for kind in COUNTED]
    per_year = HOURS_PER_YEAR / run.hours
    return np.array([*numbers, *(np.sqrt(count * per_year) for count in counts)], dtype=np.float64)
