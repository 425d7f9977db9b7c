from . import expect, file_rules
from .answer_types import (
    AnswerType,
    Figure,
    File,
    Function,
    Live,
    Number,
    OneOf,
    ScenarioOf,
    Table,
    Text,
    WrittenAnswer,
    chosen_values,
)
from .exercises import Course, Exercise, Solutions, load_course, nearest_course
from .expectations import Expectation
from .packaged import packaged_course
from .public_files import course_files
from .recorded_outputs import is_live, load_recorded
from .releases import released_files, write_release
from .scenario_trials import parse_goals
from .source import Cell, Notebook, Source, joined, load_source
from .tool_schemas import MISSING_SCHEMAS, schemas_are_installed
from .variants import (
    SHORTEST_KEY,
    VARIANT_FILE,
    Value,
    VariantNumber,
    defaults,
    derive,
    graded_as,
    numbers_in_grading,
    read_key,
    student_id,
    variant_json,
)

__all__ = [
    "MISSING_SCHEMAS",
    "SHORTEST_KEY",
    "VARIANT_FILE",
    "AnswerType",
    "Cell",
    "Course",
    "Exercise",
    "Expectation",
    "Figure",
    "File",
    "Function",
    "Live",
    "Notebook",
    "Number",
    "OneOf",
    "ScenarioOf",
    "Solutions",
    "Source",
    "Table",
    "Text",
    "Value",
    "VariantNumber",
    "WrittenAnswer",
    "chosen_values",
    "course_files",
    "defaults",
    "derive",
    "expect",
    "file_rules",
    "graded_as",
    "is_live",
    "joined",
    "load_course",
    "load_recorded",
    "load_source",
    "nearest_course",
    "numbers_in_grading",
    "packaged_course",
    "parse_goals",
    "read_key",
    "released_files",
    "schemas_are_installed",
    "student_id",
    "variant_json",
    "write_release",
]
