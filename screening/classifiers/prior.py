"""From the share of referable photos that a calibration assumes to the share that a clinic meets: one label shift for the three chances. Pure."""

from collections.abc import Mapping

CHANCES = ("p_any_dr", "p_referable", "p_sight_threatening")


def at_prevalence(chances: Mapping[str, float], assumed: float, met: float) -> dict[str, float]:
    """The three cumulative chances where a share ``met`` of eyes is referable rather than ``assumed``; the same ``met`` changes nothing.

    Referable grades weigh ``met / assumed``, the others ``(1 - met) / (1 - assumed)``; among either, the mix of grades stays as it was.
    """
    any_dr, referable, sight_threatening = (chances[name] for name in CHANCES)
    ill, well = met / assumed, (1 - met) / (1 - assumed)
    total = ill * referable + well * (1 - referable)
    return dict(zip(CHANCES, (1 - well * (1 - any_dr) / total, ill * referable / total, ill * sight_threatening / total), strict=True))
