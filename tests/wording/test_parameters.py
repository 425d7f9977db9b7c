"""Parameters in words."""

from devopssim.wording import parameter_label, parameter_text


def test_a_practice_has_its_title_and_any_other_parameter_its_own_name() -> None:
    assert parameter_label("practices.integration") == "Continuous integration"
    assert parameter_label("demand.requests_per_week") == "Requests per week"


def test_a_value_has_its_unit_and_a_share_is_in_percent() -> None:
    assert parameter_text("practices.testing", 0.5) == "50 %"
    assert parameter_text("pipeline.build_time", 0.15) == "0.15 h"
    assert parameter_text("workflow", "agile") == "agile"
