"""The course: checks for learners, student copies, and grading that cannot be fooled.

In a notebook: `from devopssim.course import check, hint, variant`. In a hidden region: `from devopssim.course import expect`.
The names are listed in `__init__.pyi` and imported when they are first used, so that a learner's kernel never loads the grader.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
