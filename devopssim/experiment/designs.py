"""Two-level designs: which combinations of practices are run, and what a fraction of them cannot separate.

A combination is a number whose bits say which practices are adopted; so is an effect (which practices act together), and so
is a word of the defining relation. Two effects are aliases where they differ by a word: the runs of the fraction cannot tell
them apart. Source: G. E. P. Box, J. S. Hunter, W. G. Hunter, Statistics for Experimenters, chapters 5 and 6.
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

import numpy as np
import numpy.typing as npt

from devopssim.errors import InvalidInputError

MOST_FACTORS: Final = 8
FEWEST_FREE: Final = 3


@dataclass(frozen=True, kw_only=True)
class Design:
    """`runs`: the combinations, one number each. `words`: the defining relation (empty for a full design)."""

    factors: int
    runs: tuple[int, ...]
    words: tuple[int, ...] = ()

    @property
    def resolution(self) -> int | None:
        """The length of the shortest word, None for a full design. At V or more no main effect or two-way interaction is
        an alias of another; at IV main effects are clear and two-way interactions are mixed with each other.
        """
        return min((word.bit_count() for word in self.words), default=None)

    def aliases(self, effect: int) -> tuple[int, ...]:
        """Return the effects that the runs cannot separate from this one, lower orders first."""
        return tuple(sorted((effect ^ word for word in self.words), key=lambda other: (other.bit_count(), other)))

    def signs(self, effect: int) -> npt.NDArray[np.float64]:
        """Return for each run +1 or -1: whether an even number of the effect's practices is absent."""
        absent = [(effect & ~run).bit_count() for run in self.runs]
        return np.where(np.array(absent) % 2, -1.0, 1.0)


def full(factors: int) -> Design:
    """Return all 2^k combinations; raise InvalidInputError for more than 8 factors."""
    if not 1 <= factors <= MOST_FACTORS:
        raise InvalidInputError(
            f"{factors} practices make 2^{factors} combinations; choose between 1 and {MOST_FACTORS}."
        )
    return Design(factors=factors, runs=tuple(range(2**factors)))


def fraction(factors: int, halvings: int) -> Design:
    """Return 2^(k - halvings) combinations that confuse as little as possible; no halvings: the full design.

    The level of each further practice is a product of the levels of others; of all choices the one with the longest words,
    and fewest of the shortest, is taken (minimum aberration). Raises InvalidInputError where too few runs would remain.
    """
    whole = full(factors)
    if halvings == 0:
        return whole
    free = factors - halvings
    if halvings < 0 or free < FEWEST_FREE:
        raise InvalidInputError(
            f"halvings={halvings} (how often the 2^{factors} combinations are halved) must lie between 0 and {max(0, factors - FEWEST_FREE)}."
        )
    products = [product for product in range(2**free) if product.bit_count() >= 2]
    chosen = min(combinations(products, halvings), key=lambda choice: _lengths(_words(choice, free)))
    words = _words(chosen, free)
    design = Design(factors=factors, runs=whole.runs, words=words)
    kept = np.all([design.signs(word) == 1 for word in words], axis=0)
    return Design(factors=factors, runs=tuple(np.flatnonzero(kept).tolist()), words=words)


def _words(choice: tuple[int, ...], free: int) -> tuple[int, ...]:
    """Return the words that say that practice `free + k` is the product of those in `choice[k]`, and their products."""
    words = [0]
    for number, product in enumerate(choice):
        word = product | 1 << (free + number)
        words += [word ^ other for other in words]
    return tuple(words[1:])


def _lengths(words: tuple[int, ...]) -> tuple[int, ...]:
    """Return what minimum aberration makes least: how many words there are of each length, short ones first."""
    lengths = [word.bit_count() for word in words]
    return tuple(lengths.count(length) for length in range(1, MOST_FACTORS + 1))


def shapley_weights(factors: int) -> npt.NDArray[np.float64]:
    """Return weights, shape (factors, 2^factors), that turn the values of all combinations into Shapley values.

    A practice's Shapley value is what it adds, averaged over all orders in which the practices could be adopted (L. S.
    Shapley, A value for n-person games, 1953); together they add up to the difference between all and none.
    """
    orders = [1 / (factors * comb(factors - 1, size)) for size in range(factors)]
    return np.array(
        [
            [
                orders[run.bit_count() - 1] if run >> factor & 1 else -orders[run.bit_count()]
                for run in range(2**factors)
            ]
            for factor in range(factors)
        ]
    )
