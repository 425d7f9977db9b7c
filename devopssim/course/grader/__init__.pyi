from .batch import grade_all
from .grades import Grade
from .grading import Grader
from .placement import Placement, find_submissions
from .reports import terminal_table, update_reports, write_reports
from .roster import read_roster
from .sandbox import Limits, choose_sandbox
from .submissions import Submission

__all__ = [
    "Grade",
    "Grader",
    "Limits",
    "Placement",
    "Submission",
    "choose_sandbox",
    "find_submissions",
    "grade_all",
    "read_roster",
    "terminal_table",
    "update_reports",
    "write_reports",
]
