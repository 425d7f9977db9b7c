"""What instructors write and the grader reads: exercises, expectations, answer types, variants, releases."""

from devopssim.course.author.answer_types import File, Function, Live, ScenarioOf, form_of, missing
from devopssim.course.author.exercises import Exercise, load, nearest
from devopssim.course.author.expectations import Expectation
from devopssim.course.author.scenario_trials import parse_goals
from devopssim.course.author.source import Cell, Notebook, Source, joined
from devopssim.course.author.variants import FILE_NAME, Choice, Value, defaults, numbers_in_grading

__all__ = [
    "FILE_NAME",
    "Cell",
    "Choice",
    "Exercise",
    "Expectation",
    "File",
    "Function",
    "Live",
    "Notebook",
    "ScenarioOf",
    "Source",
    "Value",
    "defaults",
    "form_of",
    "joined",
    "load",
    "missing",
    "nearest",
    "numbers_in_grading",
    "parse_goals",
]
