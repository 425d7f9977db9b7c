"""Values and the keywords that they are made of give the same experiment."""

from typing import Any

import pandas as pd
import pytest

from devopssim.errors import InvalidInputError
from devopssim.experiment import Execution, Experiment, compare, factorial, replicate, sensitivity, sweep, warm_up
from devopssim.experiment.options import values_of
from devopssim.scenario import AGILE, DEVOPS, vary

SHORT = vary(DEVOPS, {"years": 0.05})
ONE = Experiment(scenarios={"devops": SHORT}, replications=2, seed=7, kpis=("wip",))
HERE = Execution(progress=False)


def test_values_and_keywords_give_the_same_comparison() -> None:
    by_values = compare(ONE, execution=HERE)
    by_keywords = compare({"devops": SHORT}, 2, kpis="wip", seed=7, progress=False)
    pd.testing.assert_frame_equal(by_values.values, by_keywords.values, check_exact=True)
    pd.testing.assert_frame_equal(by_values.values, replicate(ONE).values, check_exact=True)


def test_a_keyword_replaces_the_field_of_a_value() -> None:
    experiment, execution = values_of(ONE, {"seed": 3, "execution": Execution(workers=2), "progress": True}, kpis=None)
    assert experiment == Experiment(scenarios={"devops": SHORT}, replications=2, seed=3, kpis=("wip",))
    assert execution == Execution(workers=2, progress=True)


def test_what_is_usual_holds_for_new_experiments_only() -> None:
    usual = {"replications": 5}
    assert values_of({"devops": SHORT}, {}, usual=usual)[0].replications == 5
    assert values_of({"devops": SHORT}, {}, usual=usual, replications=4)[0].replications == 4
    assert values_of(ONE, {}, usual=usual)[0].replications == 2


def test_series_take_an_experiment_with_one_scenario() -> None:
    points = sweep(ONE, {"team.developers": [3, 4]}).result
    assert (points.replications, points.seed, set(points.values["kpi"])) == (2, 7, {"wip"})
    assert factorial(ONE, ["testing"]).result.replications == 2
    assert set(sensitivity(ONE, names=["team.developers"]).differences["kpi"]) == {"wip"}


@pytest.mark.parametrize(
    "series", [lambda given: sweep(given, {"team.developers": [3]}), factorial, sensitivity, warm_up]
)
def test_series_refuse_an_experiment_with_several_scenarios(series: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"'agile', 'devops'.*pass one scenario"):
        series(Experiment(scenarios={"agile": AGILE, "devops": DEVOPS}))
