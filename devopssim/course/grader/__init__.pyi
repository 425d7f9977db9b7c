from .batch import grade_all, is_stored, stored_grades
from .changes import changes
from .grades import Grade
from .grading import Grader
from .lab import lab_owner
from .placement import Placement, find_submissions
from .reports import terminal_table, update_reports, write_reports
from .roster import Roster, read_roster
from .sandbox import Limits, choose_sandbox
from .submissions import Submission

__all__ = [
    "Grade",
    "Grader",
    "Limits",
    "Placement",
    "Roster",
    "Submission",
    "changes",
    "choose_sandbox",
    "find_submissions",
    "grade_all",
    "is_stored",
    "lab_owner",
    "read_roster",
    "stored_grades",
    "terminal_table",
    "update_reports",
    "write_reports",
]
