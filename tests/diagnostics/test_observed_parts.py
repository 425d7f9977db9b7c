"""What a log's sources can tell."""

from logs import closed, deployed, log_of, requested

from devopssim.diagnostics import observation, window_sentence


def test_a_log_that_says_nothing_of_its_sources_tells_what_it_holds() -> None:
    table = observation(log_of(deployed("C1", "D1", at=5), horizon=10))
    assert [str(part) for part, told in table["observed"].items() if told] == ["deployments"]
    rows = table.to_dict("index")
    assert [rows["deployments"][name] for name in ("n", "first", "last")] == [1, "hour 5", "hour 5"]
    assert "Change failure rate" not in rows["failures"]["kpis"]  # a rollback or a repair would do as well
    assert "Availability" in rows["failures"]["kpis"]


def test_what_a_source_can_tell_is_observed_even_if_it_did_not_happen() -> None:
    log = log_of(deployed("C1", "D1", at=5), horizon=10)
    log.attrs["observed"] = ["service.deployed", "service.failed", "incident.resolved"]
    assert observation(log).loc[["failures", "restoration", "requests"], "observed"].tolist() == [True, True, False]


def test_the_window_is_told_with_what_is_open_at_its_edges() -> None:
    log = log_of(
        requested("W1", 0), requested("W2", 30), closed("W1", 40), start="2026-03-01T00:00:00+00:00", horizon=192
    )
    log.attrs["window"] = 24.0
    sentence = window_sentence(log)
    assert (
        sentence
        == "2026-03-02 to 2026-03-08, 1 weeks, for which rates count; items open at its begin: 1, at its end: 1."
    )
    assert window_sentence(log_of(requested("W1"))) is None
