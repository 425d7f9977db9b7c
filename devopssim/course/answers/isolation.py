"""Leave a learner's kernel as it was while a check calls the learner's code."""

import os
import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def kernel_isolation() -> Iterator[None]:
    """Restore random generators, warning filters and working directory at the end of the block.

    The restored random state is that of `random` and, if NumPy is loaded, of NumPy's global generator. If the working directory
    was removed in the meantime, the present one stays.

    Yields
    ------
    None
        Nothing: the block starts with the state as it is.

    Examples
    --------
    >>> import random
    >>> random.seed(1)
    >>> with kernel_isolation():
    ...     hidden = random.random()
    >>> random.random() == hidden
    True
    """
    folder, python_state = os.getcwd(), random.getstate()  # noqa: PTH109 - a text that survives the folder's removal
    numpy = sys.modules.get("numpy")
    numpy_state = numpy.random.get_state() if numpy else None
    try:
        with warnings.catch_warnings():
            yield
    finally:
        random.setstate(python_state)
        if numpy:
            numpy.random.set_state(numpy_state)
        with suppress(OSError):
            os.chdir(folder)
