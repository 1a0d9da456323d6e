"""What an answer costs and what of it is shown; every decision is on noisy values, so that none of them tells more than the noise does.

Source: RWD.md sections 2 and 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isqrt, sqrt

from partners.rules.policy import POLICY

COST = POLICY["answer_cost"].value
# rho = 1 / (2 sigma^2) for one person more or less: 5,000 micro-rho are a standard deviation of 10 persons.
SIGMA = isqrt(1_000_000 // (2 * COST))
CAP = POLICY["agreement_cap"].value
FLOOR = POLICY["answer_floor"].value
SHOWN_FROM = POLICY["cell_floor"].value
# 95 % of a normal distribution lie within 1.96 standard deviations.
Z = 1.96


@dataclass(frozen=True)
class Count:
    """A noisy count with its 95 % interval; `persons` is None where it is too small to show."""

    persons: int | None
    low: int | None
    high: int | None


def is_too_small(noisy: Sequence[int]) -> bool:
    """Whether the noisy total is below the floor, so that the answer is refused as a whole."""
    return sum(noisy) < FLOOR


def total(noisy: Sequence[int]) -> Count:
    """The sum of the cells; its interval grows with the root of how many were added."""
    return _count(sum(noisy), half_width(len(noisy)))


def shown(noisy: Sequence[int]) -> list[Count]:
    """Each cell as it is shown: from 20 noisy persons up."""
    return [_count(persons, half_width()) if persons >= SHOWN_FROM else Count(None, None, None) for persons in noisy]


def half_width(cells: int = 1) -> int:
    """Persons on either side of the sum of so many cells in which the true count lies 95 times out of 100."""
    return ceil(Z * SIGMA * sqrt(cells))


def _count(persons: int, either_side: int) -> Count:
    return Count(persons, max(0, persons - either_side), persons + either_side)
