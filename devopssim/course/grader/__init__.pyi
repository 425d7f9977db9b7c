from .batch import grade_all
from .grades import Grade
from .grading import Grader
from .reports import apply_marks, marks_path, read_marks, terminal_table, write_reports
from .sandbox import Limits, choose_sandbox
from .submissions import Submission, find_submissions

__all__ = [
    "Grade",
    "Grader",
    "Limits",
    "Submission",
    "apply_marks",
    "choose_sandbox",
    "find_submissions",
    "grade_all",
    "marks_path",
    "read_marks",
    "terminal_table",
    "write_reports",
]
