"""What runs in a learner's kernel: visible checks, hints, the numbers of their copy, and the copy itself."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
