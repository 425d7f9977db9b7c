"""Replications of a twin, and interventions."""

import pandas as pd
import pytest

from devopssim.experiment import compare
from devopssim.scenario import AGILE, DEVOPS, vary
from devopssim.simulation import simulate
from devopssim.twin.drawn import AS_IS, DrawnExperiment, Intervention


def test_developers_who_are_added_join_as_newcomers() -> None:
    changed = Intervention(people=(("developers", 4),)).applied(AGILE)
    assert (changed.team.developers, changed.team.joiners, changed.team.join_week) == (8, 4, 0)
    assert changed.process == AGILE.process
    later = vary(DEVOPS, {"team.joiners": 2, "team.join_week": 30})
    joined = Intervention(people=(("developers", 1),)).applied(later).team
    assert (joined.joiners, joined.join_week) == (3, 30)
    assert Intervention(people=(("testers", 1), ("developers", -2))).applied(AGILE).team.developers == 6


def test_ramp_up_begins_with_the_comparison_and_not_in_the_warm_up() -> None:
    """The log of the warm-up is that of the team as it is; whoever joins anyway joins as long after it as before."""
    base = vary(AGILE, {"years": 0.5})
    four = Intervention(people=(("developers", 4),))
    experiment = DrawnExperiment.of(base, [four], (), warm_up=26 * 168, replications=1)
    as_is, added = experiment.scenarios.values()
    assert as_is.years == added.years == pytest.approx(0.5 + 26 * 168 / 8760)
    assert (as_is.team.joiners, added.team.joiners, added.team.join_week) == (0, 4, 26)
    before, after = (log[log["time"] < 26 * 168].reset_index(drop=True) for log in (simulate(as_is), simulate(added)))
    pd.testing.assert_frame_equal(before, after)
    anyway = DrawnExperiment.of(vary(base, {"team.joiners": 2, "team.join_week": 3}), [four], (), warm_up=26 * 168)
    assert {(each.team.joiners, each.team.join_week) for each in anyway.scenarios.values()} == {(2, 29), (6, 29)}


def test_each_replication_is_another_draw_with_and_without_the_intervention() -> None:
    base = vary(DEVOPS, {"years": 0.2})
    draws = tuple({"demand.requests_per_week": rate} for rate in (1.0, 8.0))
    delivery = Intervention(parameters=(("pipeline.deploy_time", 0.3),))
    experiment = DrawnExperiment.of(base, [delivery], draws, replications=4, kpis=("throughput",))
    values = compare(experiment, progress=False).values.pivot(index="replication", columns="scenario", values="value")
    as_is = values[AS_IS].tolist()
    assert max(as_is[0], as_is[2]) < min(as_is[1], as_is[3])
    assert list(values.columns) == [AS_IS, "change pipeline.deploy_time from 0.2 to 0.3"]


def test_a_draw_has_enough_people_for_those_who_leave() -> None:
    base = vary(AGILE, {"years": 0.1})
    away = Intervention(people=(("testers", -2),))
    experiment = DrawnExperiment.of(base, [away], ({"team.testers": 1.0},), replications=1, kpis=("throughput",))
    assert len(compare(experiment, progress=False).values) == 2
