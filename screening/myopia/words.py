"""Faults and questions about a measurement, and what a visit says, in the reader's language. Nothing here names an illness she has."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screening.rules.myopia.entry import EntryFault
from screening.rules.myopia.plausibility import Question
from screening.rules.myopia.tables import RANGES

FAULTS: Mapping[str, str | Promise] = {
    "missing": gettext_lazy("Please enter a number, or choose: could not be measured."),
    "not_a_number": gettext_lazy("This is not a number that can be read, for example -1.25, 0.8 or 6/7.5."),
    "notation_missing": gettext_lazy("This number can be read in two ways: please choose the notation."),
    "unknown_notation": gettext_lazy("Please choose a notation: five-point, decimal, logMAR or Snellen."),
    "never_an_acuity": gettext_lazy("2.1 to 2.9 is no acuity in any notation; please check it."),
    "not_in_notation": gettext_lazy("This number does not exist in this notation; please check both."),
    "axis_missing": gettext_lazy("A cylinder needs its axis, 1 to 180 degrees."),
    "axis_range": gettext_lazy("The axis is a whole number from 0 to 180 degrees."),
    "eye_missing": gettext_lazy("Please say which eye: OD is the right, OS the left."),
    "unknown_code": gettext_lazy("Nothing of this name is measured here."),
    "unknown_device": gettext_lazy("This kind of device is not known here."),
    "unknown_category": gettext_lazy("This is not one of the choices."),
    "in_future": gettext_lazy("This moment lies in the future."),
    "before_birth": gettext_lazy("This moment lies before the child was born."),
}
_RANGE_OF = {"sphere": "sphere", "cylinder": "cylinder", "value": "axial_length"}

LABELS: Mapping[str, str | Promise] = {
    "treated": gettext_lazy("Wears lenses overnight: the refraction cannot be judged"),
    "not_measured": gettext_lazy("Could not be measured yet"),
    "normal_uncycloplegic": gettext_lazy("No sign of short-sightedness in this check (made without drops)"),
    "reserve_adequate": gettext_lazy("Hyperopic reserve adequate for age"),
    "not_myopic": gettext_lazy("No sign of short-sightedness in this check"),
    "low_reserve": gettext_lazy("Hyperopic reserve below the limit for age"),
    "suspected_premyopia": gettext_lazy("Suspected premyopia"),
    "premyopia": gettext_lazy("Premyopia range"),
    "suspected_myopia": gettext_lazy("Suspected myopia"),
    "myopia": gettext_lazy("Myopia range"),
    "suspected_high_myopia": gettext_lazy("Suspected high myopia"),
    "high_myopia": gettext_lazy("High myopia range"),
}
TREATMENTS: Mapping[str, str | Promise] = {
    "none": gettext_lazy("None, or ordinary glasses"),
    "defocus_spectacles": gettext_lazy("Defocus glasses (DIMS, HAL)"),
    "soft_multifocal": gettext_lazy("Soft multifocal lenses"),
    "atropine": gettext_lazy("Atropine drops"),
    "ortho_k": gettext_lazy("Ortho-K lenses overnight"),
}


def fault_in_words(fault: EntryFault) -> str:
    """What is wrong with an entry and what to do about it."""
    if fault.code == "out_of_range":
        allowed = RANGES[_RANGE_OF[fault.field]]
        low, high = allowed.hard
        return _("This cannot be right: possible are %(low)s to %(high)s %(unit)s.") % {"low": low, "high": high, "unit": allowed.unit}
    return str(FAULTS[fault.code])


def question_in_words(question: Question) -> str:
    """What staff are asked to measure again or confirm."""
    value = plain(question.value)
    than = plain(question.than) if question.than is not None else ""
    match question.code:
        case "hundredths":
            return _("Do you mean %(value)s?") % {"value": value}
        case "jump":
            return _("%(value)s D after %(than)s D – measure again or confirm.") % {"value": signed(question.value), "than": signed(question.than)}
        case "fall":
            return _("Axial length became shorter: %(value)s after %(than)s mm – measure again or confirm.") % {"value": value, "than": than}
        case "fast_rise":
            grown = {"value": plain(question.value - (question.than or 0)), "days": question.days}
            return _("Axial length grew %(value)s mm in %(days)s days – measure again or confirm.") % grown
        case "eyes_differ":
            return _("%(value)s mm here and %(than)s mm in the other eye – measure again or confirm.") % {"value": value, "than": than}
    return _("%(value)s is unusual – measure again or confirm.") % {"value": value}


def plain(number: Decimal) -> str:
    """A number as devices print it: two places, a real minus sign nowhere, so that it can be typed again."""
    return f"{number:.2f}"


def signed(number: Decimal | None) -> str:
    """A power with its sign and two places, three for the eighth of a dioptre that a spherical equivalent may have; "" for none."""
    return "" if number is None else f"{number:+.3f}".removesuffix("0")
