"""The course: checks for learners, student copies, and grading that cannot be fooled.

In a notebook: `from devopssim.course import check, hint, variant`. In a hidden region: `from devopssim.course import expect`.
"""

from devopssim.course.author import expect
from devopssim.course.author.variants import SHORTEST_KEY, read_key
from devopssim.course.grader.grades import Grade
from devopssim.course.grader.grading import Grader
from devopssim.course.grader.sandbox import Limits
from devopssim.course.grader.submissions import Submission, find
from devopssim.course.learner import check, explain_empty_answers, hint, variant
from devopssim.course.learner.start import start

__all__ = [
    "SHORTEST_KEY",
    "Grade",
    "Grader",
    "Limits",
    "Submission",
    "check",
    "expect",
    "find",
    "hint",
    "read_key",
    "start",
    "variant",
]

explain_empty_answers()
