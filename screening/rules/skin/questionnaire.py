"""The questions about a spot: emergency questions first, then what applies. "Don't know" is always an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.pure.tables import read_rows
from screening.rules.questions import UNKNOWN
from screening.rules.skin.body_sites import DATA

Given = Mapping[str, object]

QUESTIONNAIRE = "skin"
ADULT = 18
STRONG_PAIN = 7
LONGEST_TEXT = 200
SCALE = range(11)
RASHES = frozenset({"rash", "blisters", "wheals", "several_spots"})
DARK = frozenset({"dark", "mixed"})


@dataclass(frozen=True)
class Choice:
    """One allowed word with its wording."""

    code: str
    zh: str
    en: str

    def text(self, language: str) -> str:
        """In Simplified Chinese for any zh tag, else in English."""
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True)
class SkinQuestion:
    """One row of data/skin_questionnaire.csv.

    `type` is bool (True, False), choice (one code), multi (a list of codes), scale (0-10) or text; each also takes "unknown", text only words.
    `applies` names the condition of `asked`.
    """

    code: str
    zh: str
    en: str
    type: str
    applies: str
    choices: tuple[Choice, ...] = field(default=())

    def text(self, language: str) -> str:
        """The question in Simplified Chinese for any zh tag, else in English."""
        return self.zh if language.startswith("zh") else self.en


_ROWS = read_rows(DATA / "skin_questionnaire.csv")
_WORDINGS = {(row["question"], row["code"]): Choice(row["code"], row["zh"], row["en"]) for row in read_rows(DATA / "skin_choices.csv")}

VERSION = _ROWS[0]["version"]
YES, NO, DONT_KNOW = (_WORDINGS["", code] for code in ("yes", "no", UNKNOWN))
QUESTIONS: Mapping[str, SkinQuestion] = MappingProxyType(
    {
        row["id"]: SkinQuestion(
            code=row["id"],
            zh=row["zh"],
            en=row["en"],
            type=row["type"],
            applies=row["asked"],
            choices=tuple(_WORDINGS[row["id"], code] for code in row["choices"].split("|") if code),
        )
        for row in _ROWS
    }
)
EMERGENCY = ("q0a", "q0b", "q0c", "q0d", "q0e", "q0f")
SICK_CHILD = "c1"
STOPS = (*EMERGENCY, SICK_CHILD)
"""Questions of which one yes is an emergency by itself."""


def is_child(age: int | None) -> bool:
    """Under 18; a person of unknown age is asked as both."""
    return age is not None and age < ADULT


def _shows(*patterns: str) -> Callable[[Given, int | None], bool]:
    return lambda given, _: given.get("q5") in patterns


def _dark(given: Given, _: int | None) -> bool:
    return given.get("q5") == "one_spot" and given.get("q5b") in DARK | {UNKNOWN}


def _other(given: Given, _: int | None) -> bool:
    return given.get("q5") == "one_spot" and given.get("q5b") not in DARK


# A colour that is not known asks both ways, so that neither branch is missed.
_APPLIES: Mapping[str, Callable[[Given, int | None], bool]] = {
    "always": lambda given, age: True,
    "child": lambda given, age: age is None or age < ADULT,
    "may_be_pregnant": lambda given, age: age is None or 10 <= age <= 60,
    "new_medicine": lambda given, age: given.get("q4") is True,
    "one_spot": _shows("one_spot"),
    "dark_spot": _dark,
    "other_spot": _other,
    "strong_pain": lambda given, age: pain(given) >= STRONG_PAIN,
    "wheals": _shows("wheals"),
    "blisters": _shows("blisters"),
    "spots_or_rash": _shows("rash", "several_spots"),
    "rash_of_an_adult": lambda given, age: given.get("q5") == "rash" and not is_child(age),
    "more_than_one_spot": lambda given, age: given.get("q5") not in (None, "one_spot"),
}


def fault_of(code: str, value: object) -> str | None:
    """Why an answer cannot be taken: unknown_question, not_a_choice, out_of_range, too_long – or None."""
    question = QUESTIONS.get(code)
    if question is None:
        return "unknown_question"
    if question.type == "text":
        return _fault_of_text(value)
    if value == UNKNOWN:
        return None
    codes = [choice.code for choice in question.choices]
    match question.type:
        case "bool":
            return None if isinstance(value, bool) else "not_a_choice"
        case "scale":
            if isinstance(value, bool) or not isinstance(value, int):
                return "not_a_choice"
            return None if value in SCALE else "out_of_range"
        case "multi":
            return None if _is_selection(value, codes) else "not_a_choice"
    return None if isinstance(value, str) and value in codes else "not_a_choice"


def pain(answers: Given) -> int:
    """Pain from 0 to 10; 0 where it was not told."""
    told = answers.get("q8b")
    return told if isinstance(told, int) else 0


def asked(answers: Given, age: int | None) -> tuple[str, ...]:
    """All questions that apply now, in order; only those already put once an emergency stops the flow.

    `age` is the youngest possible age in years, None where it is not known: then child and adult questions apply.
    """
    if any(answers.get(code) is True for code in STOPS):
        return tuple(code for code in STOPS if code in answers)
    return tuple(code for code, question in QUESTIONS.items() if _APPLIES[question.applies](answers, age))


def missing(answers: Given, age: int | None) -> tuple[str, ...]:
    """Questions that apply and have no answer yet; words of one's own may stay away."""
    return tuple(code for code in asked(answers, age) if code not in answers and QUESTIONS[code].type != "text")


def to_ask_again(answers: Given) -> tuple[str, ...]:
    """Emergency questions answered with "don't know": each is put once more; while it stays, a person answers the same day."""
    return tuple(code for code in STOPS if answers.get(code) == UNKNOWN)


def emergency(answers: Given, age: int | None, *, newborn: bool | None = None) -> str | None:
    """The question whose answer means *call 120 now* and stops the flow, or None.

    `newborn`: younger than 28 days; None where the day of birth is not known, then an infant in its first year counts as one.
    Source: skin_questionnaire.csv q0a-q0f, c1, q1, q4; CLINICAL.md D4 red flags.
    """
    if stopped := next((code for code in STOPS if answers.get(code) is True), None):
        return stopped
    fever = answers.get("q9") is True
    if answers.get("q4") is True and fever:
        return "q4"
    if (age == 0 if newborn is None else newborn) and (fever or answers.get("q5") == "blisters"):
        return "q1"
    return None


def _fault_of_text(value: object) -> str | None:
    # A null or half a surrogate pair is no text, and no database keeps it.
    if not isinstance(value, str) or any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value):
        return "not_a_choice"
    return None if len(value) <= LONGEST_TEXT else "too_long"


def _is_selection(value: object, codes: list[str]) -> bool:
    if not isinstance(value, list) or not value or len(set(map(str, value))) != len(value):
        return False
    return all(isinstance(code, str) and code in codes for code in value) and ("none" not in value or len(value) == 1)
