"""What a student works with: copies of the course, checks, hints and the numbers of their own variant."""

from devopssim.course.learner.checks import check, hint
from devopssim.course.learner.isolation import undisturbed
from devopssim.course.learner.kernel import explain_empty_answers
from devopssim.course.learner.variant import variant

__all__ = ["check", "explain_empty_answers", "hint", "undisturbed", "variant"]
