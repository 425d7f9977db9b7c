"""The course: checks for learners, student copies, and grading that cannot be fooled.

In a notebook: `from devopssim.course import check, hint, variant`. In a hidden region: `from devopssim.course import expect`.
"""

from devopssim.course import expect
from devopssim.course.checks import check, hint
from devopssim.course.kernel import explain_empty_answers
from devopssim.course.variants import variant

__all__ = ["check", "expect", "hint", "variant"]

explain_empty_answers()
