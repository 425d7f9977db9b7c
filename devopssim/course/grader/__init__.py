"""Grading: submissions, questions asked in a sandbox, judgements in the grader's process, reports.

Only the sources of answer cells enter the sandbox, and only JSON leaves it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
