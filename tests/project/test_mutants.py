"""The sampler of mutants: which changes it makes, how it samples them, and what it calls killed."""

import ast
from pathlib import Path

import mutants
import pytest

NOTHING: tuple[str, ...] = ()


def after(tmp_path: Path, source: str) -> list[str]:
    """Return the expressions that the mutants of a source have in place of another."""
    path = tmp_path / "some.py"
    path.write_text(source)
    return [mutant.after for mutant in mutants.mutants_of(path, NOTHING)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a <= b"]),
        ("a == b", ["a != b"]),
        ("a + b", ["a - b"]),
        ("a / b", ["a * b"]),
        ("a and b", ["a or b"]),
        ("not a", ["a"]),
        ("-a", ["a"]),
        ("a if b else c", ["c if b else a"]),
        ("f(3)", ["4"]),
        ("f(True)", ["False"]),
        ("def f(a: 1 = b) -> 2: return a", ["return None"]),
        ("def f(): return None", []),
        ("@d(1)\ndef f(): ...", []),
        ('"1 < 2"', []),
        ("zip(a, b, strict=True)", []),
    ],
)
def test_what_is_changed(tmp_path: Path, source: str, expected: list[str]) -> None:
    assert after(tmp_path, source) == expected


def test_each_mutant_differs_from_the_module_in_one_place(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text("def f(a, b):\n    return a + b * 2 < 3\n")
    trees = [ast.unparse(mutant.tree()) for mutant in mutants.mutants_of(path, NOTHING)]
    body = [tree.splitlines()[1].strip() for tree in trees]
    assert body == [
        "return None",
        "return a + b * 2 <= 3",
        "return a - b * 2 < 3",
        "return a + b / 2 < 3",
        "return a + b * 3 < 3",
        "return a + b * 2 < 4",
    ]


def test_every_module_of_the_core_and_its_tests_exist_and_it_has_mutants() -> None:
    for pattern in mutants.CORE:
        paths = [path for path in mutants.ROOT.glob(pattern) if path.name != "__init__.py"]
        assert any(any(mutants.mutants_of(path, NOTHING)) for path in paths), pattern
        tests = {test.partition("::")[0] for path in paths for test in mutants.tests_of(path)}
        assert [test for test in tests if not (mutants.ROOT / test).exists()] == []


def test_an_edit_elsewhere_or_another_name_of_a_variable_leaves_the_sample(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    ranks = []
    for source in ("def f(a):\n    return a + 1 < 2\n", "x = 3\n\n\ndef f(b):\n    return b + 1 < 2\n"):
        path.write_text(source)
        ranks.append([mutant.rank(1) for mutant in mutants.mutants_of(path, NOTHING) if mutant.scope.startswith(".f")])
    assert len(ranks[0]) == 5
    assert ranks[0] == ranks[1]


def test_a_seed_draws_one_sample_and_an_edit_elsewhere_leaves_it() -> None:
    path = mutants.ROOT / "devopssim/kpis/levels.py"
    every = list(mutants.mutants_of(path, NOTHING))
    few = mutants.sample(every, 10, seed=1)
    assert len(few) == 10
    assert mutants.sample(every[::-1], 10, seed=1) == few
    assert mutants.sample(every, 10, seed=2) != few


def test_the_changed_module_is_imported_in_place_of_the_file() -> None:
    path = mutants.ROOT / "devopssim/kpis/levels.py"
    mutant = next(it for it in mutants.mutants_of(path, NOTHING) if it.before == "HOURS_PER_YEAR / 2")
    finder = mutants.MutantFinder(mutant)
    assert finder.find_spec("devopssim.kpis.run") is None
    assert finder.find_spec("devopssim.kpis.levels") is not None
    space: dict[str, object] = {"HOURS_PER_YEAR": 8760.0}
    line = next(node for node in mutant.tree().body if "HALF_YEAR" in ast.unparse(node))
    exec(ast.unparse(line).replace(": Final", ""), space)  # noqa: S102 - one line of our own
    assert space["HALF_YEAR"] == 17520
