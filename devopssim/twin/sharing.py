"""Effort of work in another role and in pairs, estimated from the changes of the same item that were written in several ways."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from devopssim.events import details
from devopssim.kpis import Floats, Run, Truths
from devopssim.scenario import Scenario, parameter_value, parameters, vary
from devopssim.simulation import secondary_effort_factor
from devopssim.twin import work
from devopssim.twin.estimates import LEAST_OBSERVATIONS, ParameterEstimate, maximum_likelihood
from devopssim.twin.posterior import FREEDOM, SPREAD

IN_ANOTHER_ROLE: Final = ("team.secondary_effort", "team.practised_effort", "team.practice_tasks")
IN_PAIRS: Final = ("quality.pairing_effort",)
EXACT: Final = 0.05
"""Relative error below which two efforts are equal."""


def sharing(run: Run, scenario: Scenario) -> Iterator[ParameterEstimate]:
    """Yield the factors on the effort of work in another role, at first and with practice, the tasks until then, and that of pairs.

    An item is cut into changes of like size, so changes that people of another role or pairs wrote are compared with the others of
    their item. What the changes leave open, the prior of the evidence grade decides.
    """
    changes = Changes.of(run, scenario)
    helped, in_pairs = int(changes.helped.sum()), int((changes.paired > 0).sum())
    samples = [
        *((name, helped, "by people of another role") for name in IN_ANOTHER_ROLE),
        *((name, in_pairs, "without a review, as pairs write them") for name in IN_PAIRS),
    ]
    samples = [(name, n, kind) for name, n, kind in samples if n >= LEAST_OBSERVATIONS]
    if not samples:
        return
    factors = [name for name, _, _ in samples]
    declared = [parameters()[name] for name in factors]
    centre = np.log([float(parameter_value(scenario, name)) for name in factors])
    spread = np.array([SPREAD[each.grade] for each in declared])
    lowest, highest = np.log([each.low for each in declared]), np.log([each.high for each in declared])

    def log_posterior(values: Floats) -> float:
        inside = np.clip(values, lowest, highest)
        other = vary(scenario, dict(zip(factors, np.exp(inside).tolist(), strict=True)))
        far, beyond = (values - centre) / spread, (values - inside) / EXACT
        return changes.log_likelihood(other) - float(far @ far + beyond @ beyond) / 2

    values, low, high = (
        np.exp(np.maximum(each, lowest)) for each in maximum_likelihood(log_posterior, centre.tolist(), step=EXACT)
    )
    if not np.isfinite(low).all():  # no single value fits best
        return
    for (name, n, kind), value, bottom, top in zip(samples, values, low, high, strict=True):
        how = f"effort of {n} changes {kind}, beside the others of their items; with the prior around the base's value"
        yield ParameterEstimate(parameter=name, value=float(value), low=float(bottom), high=float(top), n=n, how=how)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Changes of the items that have changes of several kinds.

    Parameters
    ----------
    item : array of int
        Number of the item of each change.
    effort : array of float
        Person-hours until the commit, as if they were of the person's own role.
    helped : array of bool
        Whether people of another role wrote it.
    tasks : array of float
        Tasks that each of them had done in that role before.
    paired : array of float
        Probability that two people wrote it together.
    """

    item: npt.NDArray[np.intp]
    effort: Floats
    helped: Truths
    tasks: Floats
    paired: Floats

    @classmethod
    def of(cls, run: Run, scenario: Scenario) -> Self:
        """Return the changes of a log that came to main and that one role wrote."""
        as_own = vary(scenario, {"team.secondary_effort": 1.0, "team.practised_effort": 1.0})
        attempts = work.attempts(run, as_own)
        attempts = attempts[attempts["role"].notna()]
        by_change = (
            work.until_commit(run, attempts)
            .groupby(["item", "change"])
            .agg(roles=("role", "nunique"), tasks=("tasks", lambda tasks: tasks.iloc[0]))
        )
        table = by_change.join(work.coding(run, attempts).rename("effort"), how="inner").reset_index()
        merged = set(run.log["change"].iloc[run.rows("change.merged")])
        table = table[(table["roles"] == 1) & (table["effort"] > 0) & table["change"].isin(merged)]
        table["paired"] = _paired(run, scenario, table["change"])
        table["kind"] = table["tasks"].notna() + 2 * (table["paired"] > 0)
        table = table[table.groupby("item")["kind"].transform("nunique") > 1]
        return cls(
            item=pd.factorize(table["item"])[0],
            effort=table["effort"].to_numpy(float),
            helped=table["tasks"].notna().to_numpy(),
            tasks=table["tasks"].fillna(0.0).to_numpy(float),
            paired=table["paired"].to_numpy(float),
        )

    def log_likelihood(self, scenario: Scenario) -> float:
        """Return the logarithm of the likelihood of the efforts, whose means differ from item to item; it allows for odd changes."""
        upkeep = scenario.quality.test_upkeep * scenario.practices.testing
        own = self.effort / np.where(self.helped, secondary_effort_factor(scenario, self.tasks), 1.0)
        alone = np.maximum(own - upkeep, own / 10) / (1 + self.paired * (scenario.quality.pairing_effort - 1))
        left = np.log(alone)
        odd = left - (np.bincount(self.item, left) / np.bincount(self.item))[self.item]
        scale = np.hypot(EXACT, np.median(np.abs(odd)) / stats.norm.ppf(0.75))
        free = 1 - (self.item.max() + 1) / len(odd)
        return float(free * stats.t.logpdf(odd, FREEDOM, scale=scale).sum())


def _paired(run: Run, scenario: Scenario, changes: "pd.Series[str]") -> Floats:
    """Return the probability that each change was written in a pair: of those without a review, but for the share that nobody looks at."""
    rows = run.log.iloc[run.rows("stage.queued")]
    reviewed = changes.isin(set(rows.loc[details(rows, "task") == "review", "change"])).to_numpy()
    if not (reviewed.any() and scenario.practices.collaboration):
        return np.zeros(len(changes))
    without, unseen = 1 - reviewed.mean(), scenario.quality.unreviewed_share
    pairs = max(0.0, (without - unseen) / (1 - unseen)) / max(without, 1e-9) if unseen < 1 else 0.0
    return np.where(reviewed, 0.0, pairs)
