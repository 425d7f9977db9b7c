"""The course: exercises with checks for learners, student copies, and grading in a sandbox.

In a notebook: `from devopssim.course import check, hint, variant`. In a hidden region: `from devopssim.course import expect`.

The door exports names from four wings. Each wing imports only wings further up in this list, and reads them through their doors:

answers
    Answers as values: their JSON form, questions that fetch them, and judgements.
author
    Exercises, expectations, releases and each student's own numbers.
learner
    What runs in a learner's kernel: checks, hints, the numbers of a copy, the copy itself.
grader
    Submissions, the sandbox, grades and reports.

`__init__.pyi` lists the names; they are imported at their first use, so that a learner's kernel never loads the grader.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
