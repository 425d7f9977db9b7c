"""Leave a learner's kernel as it was: a check may call their code, and whatever that moves is put back."""

import os
import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def undisturbed() -> Iterator[None]:
    """Give back, at the end of the block, the state of the random generators, the warning filters and the working directory."""
    folder, luck = os.getcwd(), random.getstate()  # noqa: PTH109 - a text that survives the folder's removal
    numpy = sys.modules.get("numpy")
    numpy_luck = numpy.random.get_state() if numpy else None
    try:
        with warnings.catch_warnings():
            yield
    finally:
        random.setstate(luck)
        if numpy:
            numpy.random.set_state(numpy_luck)
        with suppress(OSError):
            os.chdir(folder)
