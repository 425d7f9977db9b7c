"""What instructors write and the grader reads: exercises, expectations, answer types, variants, releases."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
