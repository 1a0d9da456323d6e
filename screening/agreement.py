"""How far a shadow version agrees with the live one on the same photos: counts, shares with intervals by patient, and where it differs most. Pure."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

RESAMPLES = 400
SHIFTS_SHOWN = 10
_SEED = 19


@dataclass(frozen=True)
class Word:
    """What one version said of a photo. `decision` is *referable* or *suspicious*, `rank` the ICDR grade; None where it was not graded.

    `chance` is the calibrated probability that the decision rests on, 0 to 1, None for a refused photo.
    """

    outcome: str
    decision: bool | None
    rank: int | None
    chance: float | None


@dataclass(frozen=True)
class Pair:
    """Both words on one photo of one patient."""

    photo_id: str
    patient_id: str
    live: Word
    shadow: Word


def agreement(pairs: Sequence[Pair]) -> dict[str, object]:
    """The report: how many photos and patients, outcomes side by side, flips of the decision each way, weighted kappa of grades, largest shifts.

    A share or kappa is {"value", "low", "high"}: the 95 % interval is a bootstrap by patient, all None where nothing can be said.
    """
    by_patient: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_patient[pair.patient_id].append(pair)
    groups = [by_patient[patient] for patient in sorted(by_patient)]
    outcomes = Counter(f"{pair.live.outcome} -> {pair.shadow.outcome}" for pair in pairs)
    return {
        "photos": len(pairs),
        "patients": len(groups),
        "outcomes": dict(sorted(outcomes.items())),
        "both_decided": sum(_both_decided(pair) for pair in pairs),
        "only_shadow_calls": _with_interval(groups, lambda some: _share(some, live=False)),
        "only_live_calls": _with_interval(groups, lambda some: _share(some, live=True)),
        "grade_kappa": _with_interval(groups, lambda some: quadratic_kappa([(p.live.rank, p.shadow.rank) for p in some])),
        "largest_shifts": _largest_shifts(pairs),
    }


def quadratic_kappa(ranks: Sequence[tuple[int | None, int | None]]) -> float | None:
    """Cohen's kappa with quadratic weights over the pairs that both have a rank; None without any, or where chance alone explains all."""
    both = [(one, other) for one, other in ranks if one is not None and other is not None]
    if not both:
        return None
    ones, others = Counter(one for one, _ in both), Counter(other for _, other in both)
    expected = sum(many * more * (one - other) ** 2 for one, many in ones.items() for other, more in others.items()) / len(both)
    return 1 - sum((one - other) ** 2 for one, other in both) / expected if expected else None


def _both_decided(pair: Pair) -> bool:
    return pair.live.decision is not None and pair.shadow.decision is not None


def _share(pairs: Sequence[Pair], *, live: bool) -> float | None:
    """Of the photos that both decided, the share that only the live version (or only the shadow) calls."""
    decided = [pair for pair in pairs if _both_decided(pair)]
    flips = sum(pair.live.decision is live and pair.shadow.decision is not live for pair in decided)
    return flips / len(decided) if decided else None


def _with_interval(groups: Sequence[Sequence[Pair]], figure: Callable[[Sequence[Pair]], float | None]) -> Mapping[str, float | None]:
    value = figure([pair for group in groups for pair in group])
    if value is None:
        return {"value": None, "low": None, "high": None}
    draw = random.Random(_SEED)  # noqa: S311
    resampled = (figure([pair for group in draw.choices(groups, k=len(groups)) for pair in group]) for _ in range(RESAMPLES))
    found = sorted(number for number in resampled if number is not None)
    low, high = found[round(0.025 * (len(found) - 1))], found[round(0.975 * (len(found) - 1))]
    return {"value": round(value, 4), "low": round(low, 4), "high": round(high, 4)}


def _largest_shifts(pairs: Sequence[Pair]) -> list[dict[str, object]]:
    """The photos whose chance moved most, by id, with both chances."""
    moved = [(pair.shadow.chance - pair.live.chance, pair) for pair in pairs if pair.live.chance is not None and pair.shadow.chance is not None]
    moved.sort(key=lambda one: (-abs(one[0]), one[1].photo_id))
    return [{"photo": pair.photo_id, "live": pair.live.chance, "shadow": pair.shadow.chance} for _, pair in moved[:SHIFTS_SHOWN]]
