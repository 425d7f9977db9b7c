"""What a student works with: copies of the course, checks, hints and the numbers of their own variant."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
