from .checks import check, hint
from .kernel import explain_empty_answers
from .own_numbers import variant
from .student_copy import CopyReport, start_copy

__all__ = [
    "CopyReport",
    "check",
    "explain_empty_answers",
    "hint",
    "start_copy",
    "variant",
]
