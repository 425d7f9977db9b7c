"""What changed and why: the parameters, what practices do, and the differences that followed."""

import pytest

from devopssim import AGILE, DEVOPS, compare, vary
from devopssim.experiment import Result
from devopssim.wording import explain_changes
from devopssim.wording.changes import parameter_changes, work_changes

SHORT = vary(DEVOPS, {"years": 0.1})
BEFORE = "devops at the start"


@pytest.fixture(scope="module")
def result() -> Result:
    return compare({BEFORE: SHORT, "devops": vary(SHORT, {"team.developers": 3})}, 3, progress=False)


def test_the_words_name_what_was_changed_what_it_does_and_what_came_of_it(result: Result) -> None:
    (section,) = explain_changes(result, {"devops": BEFORE})
    parts = dict(section["parts"])
    assert parts["What you changed"] == ["Developers: 8 \N{RIGHTWARDS ARROW} 3 (people who write code)"]
    told = [line for heading in ("Better", "Worse", "Not clear yet") for line in parts.get(heading, [])]
    assert any(line.startswith("Lead time") or "Lead time" in line for line in told)
    assert any("of their time instead of" in line for line in parts["How busy people are"])


def test_less_of_a_practice_tells_what_happens_without_it() -> None:
    pair = {"before": DEVOPS, "now": vary(DEVOPS, {"practices.monitoring": 0.25})}
    assert parameter_changes(pair)[0].startswith("Continuous monitoring: 100 % \N{RIGHTWARDS ARROW} 25 %")
    (said,) = work_changes(pair)
    assert "75 % of the occasions no longer go the new way" in said
    assert "Users report failures" in said
    (said,) = work_changes(dict(zip(("before", "now"), reversed(pair.values()), strict=True)))
    assert "An alert tells in minutes" in said


def test_without_a_change_the_words_tell_what_sets_the_scenarios_apart() -> None:
    short = {name: vary(each, {"years": 0.1}) for name, each in (("agile", AGILE), ("devops", DEVOPS))}
    found = compare(short, 2, progress=False)
    how, against = explain_changes(found, {})
    assert len(how["parts"][0][1]) == 2
    assert against["title"] == "devops, against agile"
    assert explain_changes(found, {}, preview=True) == [how]
