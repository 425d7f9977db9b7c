"""Many differences at once: how many would look real by chance, and which are real together.

At 95 % each, 5 in 100 differences exclude 0 where nothing differs. Holm's adjusted p-values hold for all of them together, under
any dependence; KPIs of one log and scenarios with common random numbers depend strongly, and a dozen replications are too few
to estimate how (which the max-t bootstrap of Westfall and Young would need). Source: S. Holm, A simple sequentially rejective
multiple test procedure, Scandinavian Journal of Statistics 6 (1979), 65-70.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from devopssim.experiment.intervals import CLEAR
from devopssim.kpis import Floats


@dataclass(frozen=True, kw_only=True)
class Multiplicity:
    """How many differences are shown, and how many of them are clear.

    Attributes
    ----------
    shown : int
        Differences with an interval.
    clear : int
        Those whose own interval excludes 0.
    by_chance : float
        How many of the shown ones would be clear, on average, if no scenario differed.
    clear_together : int
        Those that stay clear where the confidence holds for all of them together (Holm).
    confidence : float
        Level of each interval, and of all together.

    """

    shown: int
    clear: int
    by_chance: float
    clear_together: int
    confidence: float

    @classmethod
    def of(cls, p: npt.ArrayLike, verdicts: Sequence[str], confidence: float) -> "Multiplicity":
        """Count differences by their p-values (NaN: no interval) and verdicts, in the same order.

        Examples
        --------
        >>> count = Multiplicity.of([0.0001, 0.04, 0.8, float("nan")], ["better", "worse", "unclear", "same"], 0.95)
        >>> count.shown, count.clear, round(count.by_chance, 2), count.clear_together
        (3, 2, 0.15, 1)

        """
        adjusted = holm(p)
        shown = int(np.isfinite(adjusted).sum())
        return cls(
            shown=shown,
            clear=sum(verdict in CLEAR for verdict in verdicts),
            by_chance=shown * (1 - confidence),
            clear_together=int((adjusted < 1 - confidence).sum()),
            confidence=confidence,
        )


def holm(p: npt.ArrayLike) -> Floats:
    """Return p-values adjusted by Holm's method; a NaN stays one, and counts as no test.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03, float("nan")]).round(3).tolist()
    [0.03, 0.06, 0.06, nan]

    """
    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    (tested,) = np.nonzero(np.isfinite(values))
    order = tested[np.argsort(values[tested], kind="stable")]
    adjusted[order] = np.minimum(1, np.maximum.accumulate(values[order] * np.arange(len(order), 0, -1)))
    return adjusted
