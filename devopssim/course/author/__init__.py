"""What an author provides: exercises, what their answers have to be, releases, and each student's own numbers."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
