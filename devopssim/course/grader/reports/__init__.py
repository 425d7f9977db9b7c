"""Reports of grades: a table for the terminal, CSV, JUnit, Gradescope, HTML pages, a step summary, written answers."""

from devopssim.course.grader.reports.folder import update_reports, write_reports
from devopssim.course.grader.reports.tables import terminal_table
from devopssim.course.grader.reports.written import apply_marks, keep_marks, marks_path, read_marks

__all__ = ["apply_marks", "keep_marks", "marks_path", "read_marks", "terminal_table", "update_reports", "write_reports"]
