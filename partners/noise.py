"""Noise by OpenDP: the discrete Gaussian on whole numbers, exact where floating point leaks (RWD.md sections 2 and 8)."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from partners.rules.privacy import COST, SIGMA

MICRO = 1_000_000


def noisy(counts: Sequence[int]) -> list[int]:
    """The counts of one disjoint histogram, each with fresh noise of SIGMA persons; one person more or less costs COST micro-rho."""
    return [int(count) for count in _mechanism()(list(counts))]


@cache
def _mechanism() -> Any:
    """Built at the first draw, and only by whoever draws: importing OpenDP costs seconds."""
    from opendp.domains import atom_domain, vector_domain
    from opendp.measurements import make_gaussian
    from opendp.metrics import l2_distance
    from opendp.mod import enable_features

    # OpenDP's name for mechanisms whose proof its own reviewers have not signed yet; none of them draws without it.
    enable_features("contrib")
    mechanism = make_gaussian(vector_domain(atom_domain(T="i64")), l2_distance(T=float), scale=float(SIGMA))
    spent = mechanism.map(1.0) * MICRO
    if spent > COST + 1e-6:
        raise ValueError(f"one person costs {spent} micro-rho, but {COST} are charged")
    return mechanism
