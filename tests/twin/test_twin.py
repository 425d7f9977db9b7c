"""A twin as a file, and what it refuses."""

from pathlib import Path

import pytest

from devopssim import scenario
from devopssim.errors import InvalidInputError
from devopssim.scenario import AGILE, vary
from devopssim.twin import Twin, load_twin, what_if

SMALL = vary(AGILE, {"years": 0.2})


def twin(**changed: object) -> Twin:
    fields = {
        "scenario": SMALL,
        "draws": ({"workflow": "agile", "demand.code_effort": 20.0}, {"workflow": "agile", "demand.code_effort": 28.0}),
        "learnt": ("demand.code_effort",),
        "verdict": "holds",
        "structures": {"agile, length of a sprint 2": 1.0},
    }
    return Twin(**{**fields, **changed})  # type: ignore[arg-type]


def test_a_twin_as_a_file_is_the_twin_and_a_scenario_for_all_others(tmp_path: Path) -> None:
    path = tmp_path / "twin.toml"
    checked = twin(missing=("failures",), unseen=("mttr",), differing=("lead time: 9 h, twin 30 to 40",))
    path.write_text(checked.as_toml())
    assert load_twin(path) == checked
    assert scenario.load(path) == SMALL


def test_a_table_that_nobody_wrote_is_refused_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "twin.toml"
    path.write_text(twin().as_toml().replace("learnt", "learned"))
    with pytest.raises(InvalidInputError, match=r"\[twin\] is not one that") as refused:
        load_twin(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"verdict": "it does not reproduce cycle_time"}, "its check: it does not reproduce cycle_time"),
        ({"verdict": "unchecked"}, "its check: unchecked"),
        ({"missing": ("failures", "restorations")}, "its log shows no failures and no restorations"),
    ],
)
def test_a_twin_that_failed_its_check_or_saw_no_failure_gives_no_answer_in_money(
    changed: dict[str, object], because: str
) -> None:
    ask = {"changes": {"production.infrastructure_mttf": 100}, "cost_per_hour": 1000, "replications": 6}
    sentence = what_if(twin(**changed), progress=False, **ask).sentence()  # type: ignore[arg-type]
    assert f"no answer in money, because {because}" in sentence
    assert "a year (" not in sentence
    assert "no answer in money" not in what_if(twin(), progress=False, **ask).sentence()  # type: ignore[arg-type]


def test_an_answer_names_what_the_log_leaves_open() -> None:
    open_twin = twin(
        verdict="unchecked",
        unseen=("mttr",),
        differing=("lead time: 9 h, twin 30 to 40",),
        structures={"agile": 0.6, "flow": 0.4},
    )
    remarks = " ".join(what_if(open_twin, add={"developers": 1}, replications=2, progress=False).remarks())
    assert "did not pass its check (unchecked)" in remarks
    assert "does not show these KPIs: mean time to recovery" in remarks
    assert "(lead time: 9 h, twin 30 to 40)" in remarks
    assert "(agile: 60%; flow: 40%)" in remarks


def test_an_answer_names_the_parameter_that_it_depends_on() -> None:
    efforts = [10.0 + number for number in range(40)]
    draws = tuple({"pipeline.release_effort": effort * 3, "demand.code_effort": 24.0} for effort in efforts)
    answer = what_if(twin(draws=draws, learnt=()), adopt_practices={"delivery": 1}, replications=40, progress=False)
    assert answer.depends_on["parameter"].unique().tolist() == ["pipeline.release_effort"]
    assert "depends on pipeline.release_effort" in " ".join(answer.remarks())
