from . import expect, file_rules
from .answer_types import AnswerType, File, Function, Live, ScenarioOf
from .exercises import Course, Exercise, load_course, nearest_course
from .expectations import Expectation
from .packaged import packaged_course
from .public_files import course_files
from .releases import released_files, write_release
from .scenario_trials import parse_goals
from .source import Cell, Notebook, Source, joined, load_source
from .variants import (
    SHORTEST_KEY,
    VARIANT_FILE,
    Value,
    VariantNumber,
    defaults,
    derive,
    numbers_in_grading,
    read_key,
    student_id,
    variant_json,
)

__all__ = [
    "SHORTEST_KEY",
    "VARIANT_FILE",
    "AnswerType",
    "Cell",
    "Course",
    "Exercise",
    "Expectation",
    "File",
    "Function",
    "Live",
    "Notebook",
    "ScenarioOf",
    "Source",
    "Value",
    "VariantNumber",
    "course_files",
    "defaults",
    "derive",
    "expect",
    "file_rules",
    "joined",
    "load_course",
    "load_source",
    "nearest_course",
    "numbers_in_grading",
    "packaged_course",
    "parse_goals",
    "read_key",
    "released_files",
    "student_id",
    "variant_json",
    "write_release",
]
