"""Whether a spot may be photographed, and whether the program may read the photo."""

from dataclasses import dataclass

from screening.rules.programmes import PROGRAMMES, Admission, admission
from screening.rules.skin.body_sites import BODY_SITES
from screening.rules.skin.questionnaire import ADULT

PROGRAMME = PROGRAMMES["skin-lesion"]
# A face that can be recognised is hidden like an intimate photo (photo_retake_instructions.csv face_identifiable).
HIDDEN_SITES = frozenset({"eyelid"})


@dataclass(frozen=True)
class PhotoAdmission:
    """`allowed` False with `reason` intimate_minor or intimate_consent_missing: the spot is described, and seen in person.

    `intimate` photos are hidden until somebody asks for them, and never in lists.
    """

    allowed: bool
    reason: str | None
    intimate: bool


def photo_admission(site: str, age: int | None, intimate_consent: bool) -> PhotoAdmission:
    """Whether the app may take a photo of this place of this person.

    `age` is the youngest possible age in years; unknown counts as a minor. Nobody under 18 is photographed on an intimate place, an adult only
    with the consent `intimate_photo`. Raises KeyError for a place that does not exist. Source: CLINICAL.md G private areas, issue 18 item 1.
    """
    place = BODY_SITES[site]
    if place.special != "intimate":
        return PhotoAdmission(allowed=True, reason=None, intimate=site in HIDDEN_SITES)
    if age is None or age < ADULT:
        return PhotoAdmission(allowed=False, reason="intimate_minor", intimate=True)
    if not intimate_consent:
        return PhotoAdmission(allowed=False, reason="intimate_consent_missing", intimate=True)
    return PhotoAdmission(allowed=True, reason=None, intimate=True)


def reading_admission(site: str, age: int | None, automatic_reading: bool) -> Admission:
    """Whether the program may read it: consent first, then age (12 and over), then the place; an intimate one is for a person's eyes alone.

    Palm, sole, nail and mucosa are read, since a suspicion counts there as well; that nothing was seen reassures nobody.
    """
    admitted = admission(PROGRAMME, age=age, diabetes=None, automatic_reading=automatic_reading)
    if admitted.read and BODY_SITES[site].special == "intimate":
        return Admission(read=False, reason="intimate_site")
    return admitted
