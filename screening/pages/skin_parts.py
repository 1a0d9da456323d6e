"""The questions about a spot, a few a screen: which come together, which screen is next, and how far one has come."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from screening.rules.skin.questionnaire import EMERGENCY, SICK_CHILD, asked, missing

Given = Mapping[str, object]


@dataclass(frozen=True)
class Part:
    """One screen; `codes` are those of the questionnaire that may stand on it."""

    number: int
    title: str | Promise
    codes: tuple[str, ...]


URGENT = Part(1, _("Do you have any of these now?"), (*EMERGENCY, SICK_CHILD))
PARTS: tuple[Part, ...] = (
    URGENT,
    Part(2, _("About you"), ("q1", "q2", "q3", "q4", "q9")),
    Part(3, _("How it looks"), ("q4b", "q5")),
    Part(4, _("Colour and time"), ("q5b", "q7", "q7b")),
    Part(5, _("How it feels"), ("q8", "q8b")),
    Part(6, _("What has changed"), ("q8c", "m1", "m2", "m3", "m4")),
    Part(7, _("A little more"), ("m5", "m6", "m7", "m8", "n1", "n2", "w1", "b1", "i1", "p1", "s1")),
    Part(8, _("What was used"), ("t1", "x1")),
)
# Before it is known what it looks like, the longest way is announced: a shorter one is a pleasant surprise.
_LONGEST = {"q5": "one_spot", "q5b": "dark"}


def part_of(number: int) -> Part | None:
    """The screen of this number, if there is one."""
    return next((part for part in PARTS if part.number == number), None)


def questions_of(part: Part, answers: Given, age: int | None) -> tuple[str, ...]:
    """The questions of the screen that apply now, in order."""
    applying = asked(answers, age)
    return tuple(code for code in part.codes if code in applying)


def next_part(answers: Given, age: int | None) -> Part | None:
    """The first screen with a question that applies and has no answer yet; None when all is answered."""
    lacking = missing(answers, age)
    return next((part for part in PARTS if any(code in lacking for code in part.codes)), None)


def before(part: Part, answers: Given, age: int | None) -> Part | None:
    """The screen before this one among those that apply; the emergency questions are not gone back to."""
    return next((other for other in reversed(PARTS[1 : part.number - 1]) if questions_of(other, answers, age)), None)


def place_of(part: Part, answers: Given, age: int | None) -> tuple[int, int]:
    """Which screen this is, and of about how many, counting those that apply as far as is known."""
    applying = [other for other in PARTS if questions_of(other, {**_LONGEST, **answers}, age)]
    return sum(other.number <= part.number for other in applying), len(applying)
