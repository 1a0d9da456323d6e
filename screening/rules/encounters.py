"""Whether a photo answers what an earlier sitting still asks for."""

from datetime import datetime, timedelta

from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION, EyeFinding
from screening.rules.protocol_rows import POLICY

QUESTION_OPEN = timedelta(days=POLICY["question_open"].value)


def asks_for_photo(eye: EyeFinding) -> bool:
    """Missing, or ungradable with a retake left: the eye that has a second_eye or retake step."""
    return eye.state == "missing" or (eye.state == "ungradable" and eye.retakes < PHOTOS_BEFORE_EXAMINATION)


def question_open(*, opened_at: datetime, now: datetime) -> bool:
    """Whether a sitting opened then may still be completed: 28 days, after which the eye is examined in person.

    Without an end, next year's photo of one eye would complete this year's sitting.
    """
    return now - opened_at <= QUESTION_OPEN


def answers_open_question(eye: EyeFinding, *, opened_at: datetime, now: datetime) -> bool:
    """Whether a new photo of this eye joins the sitting that asked for it (DESIGN.md section 4 walk 2)."""
    return asks_for_photo(eye) and question_open(opened_at=opened_at, now=now)
