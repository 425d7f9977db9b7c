"""Diagrams of workflows, the loop and the seven C's."""

import pytest

from devopssim import plots


@pytest.mark.parametrize("name", ["waterfall", "agile", "devops"])
def test_each_workflow_is_drawn_with_its_phases(name: str) -> None:
    ax = plots.workflow(name)
    words = " ".join(text.get_text() for text in ax.texts)
    phases = plots.describe(ax).table["phase"].tolist()
    assert phases
    assert [phase for phase in phases if phase not in words] == []


def test_the_loop_and_the_seven_cs_name_all_seven() -> None:
    assert len(plots.describe(plots.devops_loop()).table) == 7
    assert len(plots.describe(plots.seven_cs()).table) == 7


def test_the_loop_of_devsecops_says_what_security_does_in_each_phase() -> None:
    plain, secure = (plots.describe(plots.devops_loop(security=each)).table for each in (False, True))
    assert plain["phase"].tolist() == secure["phase"].tolist()
    assert secure["what security does"].all()
