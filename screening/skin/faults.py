"""Why an answer, a place or a photo of a spot is not taken, in words: one place for API and pages."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, str | Promise]

EMERGENCY = _("Call emergency services now, or go to the nearest emergency department")
SITES: Words = {
    "unknown_site": _("This place of the body is not in the list."),
    "side_missing": _("Please say left or right."),
    "unknown_side": _("A side is left or right."),
    "side_not_expected": _("This place lies in the middle and has no side."),
}
ANSWERS: Words = {
    "unknown_question": _("This question is not asked here."),
    "not_a_choice": _("Please choose one of the answers."),
    "out_of_range": _("This number cannot be right; please check it."),
    "too_long": _("At most 200 characters."),
}
NO_PHOTO: Words = {
    "intimate_minor": _("No photo of a private area is taken of anybody under 18. Describe it in words, and have it examined in person."),
    "intimate_consent_missing": _(
        "A photo of a private area needs a consent of its own; you may also describe it in words only and have it examined in person."
    ),
}
