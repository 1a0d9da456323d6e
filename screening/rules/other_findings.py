"""What follows for a patient from other findings of the retina: a sentence more, never a grade, an urgency or a later date.

CLINICAL.md B(i): they lie outside the label of a check for diabetic retinopathy, and no table of intervals names them.
"""

from collections.abc import Collection, Iterable

OTHER_CHANGE = "other_change"
"""Code of the sentence in sentences.csv."""


def other_change(seen_by_photo: Iterable[Collection[str]]) -> bool:
    """Whether an eye doctor should look at another change: any finding at or over its threshold on any graded photo of the person."""
    return any(seen_by_photo)
