"""What is said of many intervals and of one selection."""

from devopssim.experiment import Multiplicity, compare, practice_sets, select
from devopssim.scenario import AGILE, DEVOPS, vary
from devopssim.wording import chance_sentence, comparison_records, reasons_note, selection_sentence

SHORT = {name: vary(scenario, {"years": 0.1}) for name, scenario in {"agile": AGILE, "devops": DEVOPS}.items()}


def test_without_differences_nothing_is_said_of_chance() -> None:
    assert chance_sentence(Multiplicity.of([], [], 0.95)) == []
    assert chance_sentence(Multiplicity.of([0.01], ["better"], 0.95)) == [
        "One of the differences has an interval, at 95 %."
    ]


def test_one_clear_difference_is_singular() -> None:
    found = Multiplicity(shown=20, clear=1, by_chance=1.0, clear_together=1, confidence=0.95)
    assert chance_sentence(found) == [
        "1 of 20 differences is clear at 95 % each; about 1 of 20 would be by chance if nothing differed. 1 is clear together at 95 % (Holm)."
    ]


def test_a_program_gets_each_difference_and_what_chance_makes_clear() -> None:
    result = compare(SHORT, 3, kpis=["wip", "mttr"], progress=False)
    records = comparison_records(result)
    assert len(records) == len(result.estimates)
    assert records.loc[records["scenario"] == "agile", "baseline"].isna().all()
    ours, theirs = (
        table[table["kpi"] == "wip"]["difference"].dropna().tolist() for table in (records, result.differences)
    )
    assert ours == theirs
    assert set(records["differences_shown"]) == {result.multiplicity.shown}


def test_a_mean_without_an_interval_names_the_reason() -> None:
    (note,) = reasons_note(compare(SHORT, 3, kpis=["mttr"], progress=False))
    assert "incidents in each of" in note


def test_a_selection_states_its_probability_or_that_it_is_not_decided() -> None:
    sets = practice_sets(SHORT["agile"], ["testing"])
    decided = select(SHORT, "wip", indifference=20, progress=False)
    assert "With a probability of at least 95 % it has the best work in progress" in selection_sentence(decided)
    open_race = select(sets, "wip", indifference=1e-6, replications=10, progress=False)
    assert selection_sentence(open_race).startswith("Not decided" if not open_race.decided else "Selected")
