from .checks import check, hint, solution
from .kernel import explain_empty_answers
from .own_numbers import variant
from .progress import ExerciseProgress, Points, next_exercise, progress, reset_exercise, write_progress_page
from .student_copy import CopyReport, start_copy

__all__ = [
    "CopyReport",
    "ExerciseProgress",
    "Points",
    "check",
    "explain_empty_answers",
    "hint",
    "next_exercise",
    "progress",
    "reset_exercise",
    "solution",
    "start_copy",
    "variant",
    "write_progress_page",
]
