"""What a script does, as far as it can be read off: no more than it runs, no less."""

import time

import pytest

from devopssim.course.author.shell import commands


@pytest.mark.parametrize(
    ("script", "run"),
    [
        ("pytest -q", ["pytest -q"]),
        ("cd src && python -m pytest", ["cd src", "python -m pytest"]),
        ("echo pytest # todo", []),
        ("# pytest\nruff check", ["ruff check"]),
        ("printf 'pytest'; true && mypy", ["mypy"]),
        ("false && pytest", []),
        ("true || pytest", []),
        ("make || pytest", ["make", "pytest"]),
        ("if false; then pytest; else ruff check; fi; mypy", ["ruff check", "mypy"]),
        ("while false; do pytest; done", []),
        ("if test -f x; then pytest; fi", ["pytest"]),
        ("exit 0\npytest", ["exit 0"]),
        ("if test -f x; then exit 1; fi\npytest", ["exit 1", "pytest"]),
        ("cat <<EOF\npytest\nEOF\nruff check", ["cat", "ruff check"]),
        ("bash -c 'pytest -q'", ["pytest -q"]),
        ("bash -c 'echo pytest'", []),
        ("A=1 sudo env B=2 timeout -k 5 60 pytest", ["pytest"]),
        ('docker compose \\\n  up "-d"', ["docker compose up -d"]),
        ("pytest > log 2>&1 | tee log", ["pytest > log 2>&1", "tee log"]),
        ("pytest --version", []),
        ("pip install pkg#egg=x", ["pip install pkg#egg=x"]),
        ("(cd a; pytest)", ["cd a", "pytest"]),
        ("X=$(git rev-parse HEAD) pytest", ["pytest"]),
        ("", []),
        ("'", ["'"]),
    ],
)
def test_commands_are_those_that_run(script: str, run: list[str]) -> None:
    assert list(commands(script)) == run


@pytest.mark.parametrize("piece", ["uv ", "'", '"', "$(", "`", "\\", "<<E\n", "if false; ", "(", "&&", "#", "bash -c "])
def test_no_text_takes_long(piece: str) -> None:
    began = time.process_time()
    list(commands(piece * (65_536 // len(piece))))
    assert time.process_time() - began < 3
