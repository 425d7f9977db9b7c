"""Words of trackers in the words of the log."""

import pytest

from devopssim.events import DETAIL_KEYS
from devopssim.importers.normalisation import SEVERITIES, severity


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["sev1"], "total"),
        (["Severity: Critical"], "total"),
        (["P1", "incident"], "total"),
        (["severity::1"], "total"),
        (["sev-2"], "partial"),
        (["priority/high"], "partial"),
        (["Major"], "partial"),
        (["P2"], "partial"),
        (["sev3"], "minor"),
        (["Medium"], "minor"),
        (["P4", "bug"], "minor"),
        (["low", "P1"], "total"),  # the gravest counts
        (["incident", None], None),
        (["unknown"], None),
    ],
)
def test_grades_of_incidents_become_who_is_affected(labels: list[str | None], expected: str | None) -> None:
    assert severity(labels) == expected


def test_severities_are_those_that_the_log_documents_and_stand_for_themselves() -> None:
    assert all(name in DETAIL_KEYS["severity"] for name in SEVERITIES)
    assert [severity([name]) for name in SEVERITIES] == list(SEVERITIES)
