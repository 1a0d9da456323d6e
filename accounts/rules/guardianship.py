"""Who decides for a child, by age (CLINICAL.md E1): the guardian under 8, with the child's own yes from 8, until 18."""

from datetime import date

ADULT = 18
ASKED_FROM = 8
OWN_CONSENT_FROM = 14
"""From here on her own agreement counts beside the guardian's; the record says that both were asked."""


def must_agree(age: int) -> bool:
    """Whether the child herself is asked too."""
    return age >= ASKED_FROM


def coming_of_age(birth_date: date) -> date:
    """The day on which guardianship ends by itself; somebody born on 29 February comes of age on 1 March."""
    try:
        return birth_date.replace(year=birth_date.year + ADULT)
    except ValueError:
        return date(birth_date.year + ADULT, 3, 1)
