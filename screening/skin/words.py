"""A spot's place and the answers about it, in the reader's words: for the pages, the summary and the dermatologist's case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from screening.models import Lesion
from screening.rules.questions import UNKNOWN
from screening.rules.skin.body_sites import BODY_SITES
from screening.rules.skin.questionnaire import DONT_KNOW, NO, QUESTIONS, YES, SkinQuestion, asked


def place_name(site: str, side: str, language: str) -> str:
    """A place of the body with its side. Raises KeyError for a place that does not exist."""
    name = BODY_SITES[site].name(language)
    match side:
        case "left":
            return _("%(place)s, left") % {"place": name}
        case "right":
            return _("%(place)s, right") % {"place": name}
    return name


def place_in_words(lesion: Lesion, language: str) -> str:
    """Where the spot is; the person's own words about it follow, where she gave some."""
    name = place_name(lesion.body_site, lesion.side, language)
    return _("%(place)s (%(words)s)") % {"place": name, "words": lesion.landmark} if lesion.landmark else name


@dataclass(frozen=True)
class AnswerLine:
    """One question with its answer; `is_yes` marks what a reader in a hurry looks for."""

    code: str
    question: str
    answer: str
    is_yes: bool


def answers_in_words(answers: Mapping[str, object], age: int | None, language: str) -> Iterator[AnswerLine]:
    """The answers in the order of the questionnaire, only of questions that apply."""
    for code in asked(answers, age):
        if code in answers:
            question = QUESTIONS[code]
            yield AnswerLine(code, question.text(language), _answer(question, answers[code], language), answers[code] is True)


def _answer(question: SkinQuestion, given: object, language: str) -> str:
    if given == UNKNOWN:
        return DONT_KNOW.text(language)
    if isinstance(given, bool):
        return (YES if given else NO).text(language)
    words = {choice.code: choice.text(language) for choice in question.choices}
    if isinstance(given, list):
        return (", " if language == "en" else "、").join(words[code] for code in given)
    return words.get(str(given), str(given))
