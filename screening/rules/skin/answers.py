"""What the answers alone say: red flags, the weighted 7-point sum, and what raises everything by one level."""

from collections.abc import Mapping
from types import MappingProxyType

from screening.rules.protocol_rows import POLICY
from screening.rules.questions import UNKNOWN
from screening.rules.skin.questionnaire import RASHES, STRONG_PAIN, Given, pain, to_ask_again

SEVEN_POINTS: Mapping[str, int] = MappingProxyType({"m1": 2, "m2": 2, "m3": 2, "m4": 1, "m5": 1, "m6": 1, "m7": 1})
"""Change in size, irregular shape and irregular colour count two; the rest one (NICE NG12)."""
SUSPICIOUS_SCORE = POLICY["skin_seven_point"].value

_YES_IS_A_FLAG = {
    "n1": "skin_not_healing",
    "n2": "skin_growing",
    "b1": "skin_one_sided_blisters",
    "i1": "skin_night_itch",
    "p1": "skin_numb_patch",
    "s1": "skin_palms_and_soles",
}


def seven_point_score(answers: Given) -> int | None:
    """The weighted 7-point sum, None where none of its questions was answered with yes or no."""
    told = {code: answers[code] for code in SEVEN_POINTS if isinstance(answers.get(code), bool)}
    return sum(SEVEN_POINTS[code] for code, value in told.items() if value) if told else None


def red_flags(answers: Given) -> tuple[str, ...]:
    """Rows of skin_protocol.csv that the answers call for, whatever a photo shows; emergencies are asked for before.

    Every answer counts that was given, whether or not its question still applies: a changed answer must not hide another.
    """
    flags = [row for code, row in _YES_IS_A_FLAG.items() if answers.get(code) is True]
    rash = answers.get("q5") in RASHES
    if to_ask_again(answers):
        flags.append("skin_unsure_emergency")
    if (seven_point_score(answers) or 0) >= SUSPICIOUS_SCORE:
        flags.append("skin_seven_point")
    if answers.get("w1") is False:
        flags.append("skin_lasting_wheals")
    if answers.get("q9") is True and rash:
        flags.append("skin_fever_with_rash")
    if answers.get("q4") is True and rash:
        flags.append("skin_new_medicine")
    if pain(answers) >= STRONG_PAIN and answers.get("q8c") in (True, UNKNOWN):
        flags.append("skin_spreading_pain")
    return tuple(flags)


def is_immunosuppressed(answers: Given) -> bool:
    """Chemotherapy, transplant, HIV or steroids, as told."""
    return _told(answers, "immunosuppressed")


def has_diabetes(answers: Given) -> bool:
    """Diabetes, as told in the skin questionnaire."""
    return _told(answers, "diabetes")


def melanoma_in_family(answers: Given) -> bool:
    """A relative who had a melanoma, as told."""
    return answers.get("m8") is True


def _told(answers: Given, choice: str) -> bool:
    chosen = answers.get("q3")
    return isinstance(chosen, (list, tuple)) and choice in chosen
