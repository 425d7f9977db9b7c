"""Importing the course changes nothing; the first check, hint or variant explains cells that wait for an answer."""

import json
import subprocess
import sys
from typing import Any

import pytest
from course import courses

STUB = "# YOUR CODE HERE\\nraise NotImplementedError()"
PROGRAM = f"""
import json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()


def handlers():
    return [sys.excepthook, sys.displayhook, shell.custom_exceptions, shell.CustomTB, shell.showtraceback]


before = handlers()
from devopssim.course import check, hint, variant
import devopssim.course

imported = handlers() == before
FIRST_CALL
result = shell.run_cell("{STUB}")
other = shell.run_cell("raise NotImplementedError('of my own')")
stopped = [type(done.error_in_exec).__name__ for done in (result, other)]
print(json.dumps([imported, stopped]))
"""


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=courses.SOURCE, capture_output=True, text=True, check=True
    )
    return done.stdout


def seen(first_call: str) -> tuple[str, list[Any]]:
    *shown, last = run(PROGRAM.replace("FIRST_CALL", first_call)).splitlines()
    return "\n".join(shown), json.loads(last)


@pytest.mark.parametrize("first_call", ["variant()", "check('01-a', 6.5)", "hint('01-a')"])
def test_the_first_call_explains_a_cell_that_waits(first_call: str) -> None:
    shown, (imported, stopped) = seen(first_call)
    assert imported, "importing leaves the kernel's handlers as they are"
    assert shown.count("Your turn: this cell waits for your answer.") == 1
    assert "of my own" in shown, "any other NotImplementedError keeps its traceback"
    assert stopped == ["NotImplementedError", "NotImplementedError"], "the notebook stops as at any error"


def test_the_import_alone_explains_nothing() -> None:
    shown, (imported, _) = seen("")
    assert imported
    assert "Your turn" not in shown


def test_handlers_of_somebody_else_stay() -> None:
    shown, _ = seen("shell.set_custom_exc((KeyError,), lambda *_: None); variant()")
    assert "Your turn" not in shown


def test_a_learner_loads_neither_the_grader_nor_its_libraries() -> None:
    loaded = run(
        "import sys; from devopssim.course import check, hint, variant; check('01-a', 6.5); hint('01-a'); variant();"
        "print(*sys.modules, sep='\\n')"
    ).split("\n")
    assert "devopssim.course.learner.checks" in loaded
    heavy = ("devopssim.course.grader", "nbclient", "nbconvert", "nbformat", "nbgrader", "traitlets", "yaml", "jinja2")
    assert [name for name in loaded if name.startswith(heavy)] == []
