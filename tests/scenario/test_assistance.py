"""The lever of AI assistance is adopted like a practice, and is none of the seven C's."""

import numpy as np
import pytest

from devopssim import kpis
from devopssim.errors import InvalidInputError
from devopssim.experiment import interval, paired
from devopssim.scenario import (
    ADOPTABLE,
    ASSISTANCE,
    ASSISTED_TEAM,
    ASSISTED_TEAM_WITH_ENOUGH_REVIEWERS,
    DEVOPS,
    LEVERS,
    PRACTICES,
    WATERFALL,
    Assistance,
    Scenario,
    adopt,
    dumps,
    evidence_cards,
    loads,
    parameters,
    vary,
)
from devopssim.simulation import simulate


def test_assistance_is_adopted_like_a_practice() -> None:
    assisted = adopt(DEVOPS, {"assistance": 0.5, "testing": 0.5})
    assert assisted.assistance == Assistance(share=0.5)
    assert assisted.practices.testing == 0.5
    with pytest.raises(InvalidInputError, match=r"practice 'assist' is unknown; did you mean assistance"):
        adopt(DEVOPS, {"assist": 1})


def test_levers_are_the_practices_and_assistance() -> None:
    assert set(ADOPTABLE) == {*PRACTICES, "assistance"}
    assert set(ADOPTABLE.values()) == set(LEVERS) <= set(parameters())
    assert all(
        (parameters()[name].low, parameters()[name].high, parameters()[name].default) == (0, 1, 0) for name in LEVERS
    )


def test_assistance_survives_a_file() -> None:
    scenario = adopt(WATERFALL, {"assistance": 0.3})
    assert loads(dumps(scenario)) == scenario
    assert loads('base = "assisted-team"\n[assistance]\nshare = 0.5\n').quality.reviewers == 5


PLAUSIBLE = {
    "coding_effort": (0.62, 1.19),
    "change_size": (1.0, 1.6),
    "defects": (1.0, 1.3),
    "review_effort": (0.5, 1.3),
    "pick_up": (1, 4.6),
    "unreviewed": (0, 0.3),
    "debt_half_life": (26, 1e9),
    "learning_dip": (0, 0.15),
}
"""What the studies disagree about."""


@pytest.mark.parametrize("name", PLAUSIBLE)
def test_what_any_study_reports_can_be_set(name: str) -> None:
    declared = parameters()[f"assistance.{name}"]
    low, high = PLAUSIBLE[name]
    assert declared.low <= low <= float(declared.default) <= high <= declared.high


def test_assistance_lengthens_the_lead_time_for_changes_where_few_review() -> None:
    """The assisted team waits for its reviewers; with enough of them the same lever changes it little. Ratios of twelve pairs of runs."""

    def ratio(team: Scenario) -> list[float]:
        """Return the logarithm of the lead time with assistance ÷ without, by replication."""
        teams = [vary(each, {"years": 0.8}) for each in (team, adopt(team, {"assistance": 0}))]
        logs = ([simulate(each, seed=7, replication=number) for each in teams] for number in range(12))
        medians = [[kpis.lead_time_for_changes(log).median() for log in pair] for pair in logs]
        return [float(np.log(with_it / without)) for with_it, without in medians]

    few, enough = ratio(ASSISTED_TEAM), ratio(ASSISTED_TEAM_WITH_ENOUGH_REVIEWERS)
    assert interval(few).low > 0
    assert paired(few, enough).low > 0
    assert interval(enough).high < np.log(1.15)


def test_the_description_names_every_parameter_of_the_lever() -> None:
    cards = {card["name"] for card in evidence_cards("assistance")}
    assert cards - {"assistance.share"} < set(ASSISTANCE.parameters)
