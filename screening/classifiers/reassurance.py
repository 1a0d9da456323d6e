"""Whether a version may reassure: a rule over the figures stored beside its weights, so that nobody can say yes by hand. Pure.

The figures are lower 95 % limits by patient, an ungradable eye counted against the program, on a set that training left out whole.
"""

from collections.abc import Mapping

Figures = Mapping[str, Mapping[str, float]]
"""Set left out -> name of a figure -> its lower limit, 0 to 1."""

SETS_THAT_COUNT = {"retina-dr": ("eyepacs", "odir"), "skin-lesion": ("pad-ufes", "milk10k")}
"""APTOS is never one of them: its frame tells the grade."""

BARS = {
    "retina-dr": {"sensitivity": 0.85, "specificity": 0.825, "severe_called": 0.90},
    "skin-lesion": {"melanoma_sensitivity": 0.85, "suspicious_sensitivity": 0.85},
}
"""Retina: of *referable* (the pivotal trial of the first authorised autonomous system, PMC6550188), and of severe or proliferative eyes called
referable. Skin: at a specificity of 0.60."""


def may_reassure(programme: str, left_out: Figures) -> bool:
    """True where every set that counts was left out once and each lower limit passes its bar; a figure that is missing fails."""
    return all(left_out.get(name, {}).get(figure, 0.0) > bar for name in SETS_THAT_COUNT[programme] for figure, bar in BARS[programme].items())
