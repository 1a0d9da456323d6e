"""The forms of the skin way: where it is, the questions of one screen, a photo. "Don't know" is always an answer; what was typed stays."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from screening.forms import FAULTS, PLEASE_CHOOSE, PhotoForm
from screening.models import Lesion
from screening.rules.questions import UNKNOWN
from screening.rules.skin.body_sites import BODY_SITES, SIDES, BodySite
from screening.rules.skin.questionnaire import DONT_KNOW, LONGEST_TEXT, NO, QUESTIONS, SCALE, YES, SkinQuestion, fault_of
from screening.skin.words import place_in_words, place_name

KNOWN = "known"
BODY_PARTS: Mapping[str, str | Promise] = {
    "head": gettext_lazy("Head and neck"),
    "trunk": gettext_lazy("Chest, belly, back"),
    "arm": gettext_lazy("Arm and hand"),
    "leg": gettext_lazy("Leg and foot"),
    "private": gettext_lazy("Private areas"),
}
SKIN_FAULTS: Mapping[str, str | Promise] = {
    "not_a_choice": gettext_lazy("Please choose one of the answers."),
    "out_of_range": FAULTS["out_of_range"],
    "too_long": gettext_lazy("Please say it in fewer words."),
}


class PlaceForm(forms.Form):
    """One place of the body with its side, and where exactly in words of one's own."""

    place = forms.ChoiceField(
        label=gettext_lazy("Where is the spot?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Please choose where the spot is."),
            "invalid_choice": gettext_lazy("This place does not exist. Please choose one of the list."),
        },
    )
    sitting = forms.UUIDField(widget=forms.HiddenInput)
    landmark = forms.CharField(
        label=gettext_lazy("Where exactly, in your own words"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=gettext_lazy("For example: two fingers below the elbow."),
    )

    def __init__(self, *args: Any, language: str, known: Iterable[Lesion] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self._language = language
        self._known = {f"{KNOWN}:{spot.pk}": place_in_words(spot, language) for spot in known}
        place: Any = self.fields["place"]
        place.choices = [*self._known.items(), *(choice for site in BODY_SITES.values() for choice in _places(site, language))]

    @property
    def parts(self) -> list[tuple[str, str | Promise, bool, list[Any]]]:
        """The body map: (code, title, whether to show it open, the choices with their control) for each part of the body."""
        chosen = self["place"].value()
        controls = {str(control.data["value"]): control for control in self["place"]}
        found = [(KNOWN, _("A spot that was checked before"), True, [controls[place] for place in self._known])] if self._known else []
        for part, sites in groupby(BODY_SITES.values(), key=lambda site: site.part):
            own = [controls[place] for site in sites for place, _name in _places(site, self._language)]
            found.append((part, BODY_PARTS[part], any(str(control.data["value"]) == chosen for control in own), own))
        return found

    @property
    def spot(self) -> dict[str, Any]:
        """What was chosen, as `open_spot` takes it: a known spot, or a place with its side and landmark."""
        code, _colon, rest = self.cleaned_data["place"].partition(":")
        if code == KNOWN:
            return {"lesion": UUID(rest)}
        return {"body_site": code, "side": rest, "landmark": self.cleaned_data["landmark"]}


class QuestionsForm(forms.Form):
    """The questions `codes` of one screen. A yes to an emergency question needs no further answer."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, codes: Iterable[str], language: str, known: Mapping[str, object]) -> None:
        self.questions = [QUESTIONS[code] for code in codes]
        initial = {question.code: _as_typed(question, known[question.code]) for question in self.questions if question.code in known}
        super().__init__(data, initial=initial)
        for question in self.questions:
            self.fields[question.code] = _field_of(question, language)

    def clean(self) -> dict[str, Any]:
        for code, value in self.answers().items():
            fault = fault_of(code, value)
            if fault is not None:
                self.add_error(code, SKIN_FAULTS[fault] if QUESTIONS[code].type != "multi" else _("“None” and “don't know” go with nothing else."))
        return self.cleaned_data

    def answers(self) -> dict[str, object]:
        """What was answered, as the questionnaire takes it; a question left empty is not among it."""
        given = {question: self.cleaned_data.get(question.code) for question in self.questions}
        return {question.code: _as_answer(question, typed) for question, typed in given.items() if typed}

    def answers_at_all(self) -> dict[str, object]:
        """Likewise, from a form that may lack other answers."""
        self.is_valid()
        return self.answers()


class SkinPhotoForm(PhotoForm):
    """As for the eye: one file and its day."""

    photo = forms.FileField(
        label=gettext_lazy("Photo of the spot"),
        widget=forms.FileInput({"accept": "image/*"}),
        error_messages={
            "required": gettext_lazy("Please choose a photo first."),
            "empty": gettext_lazy("The file is empty. Please choose the photo again."),
        },
    )


def _places(site: BodySite, language: str) -> list[tuple[str, str]]:
    """Each choice as the form names it, "forearm:left", with its words."""
    if not site.sided:
        return [(site.code, site.name(language))]
    return [(f"{site.code}:{side}", place_name(site.code, side, language)) for side in SIDES]


def _field_of(question: SkinQuestion, language: str) -> forms.Field:
    words: list[tuple[str, Any]] = [(choice.code, choice.text(language)) for choice in question.choices]
    dont_know = (UNKNOWN, DONT_KNOW.text(language))
    label = question.text(language)
    match question.type:
        case "text":
            return forms.CharField(label=label, max_length=LONGEST_TEXT, required=False, widget=forms.TextInput({"autocomplete": "off"}))
        case "multi":
            return forms.MultipleChoiceField(
                label=label, choices=[*words, dont_know], widget=forms.CheckboxSelectMultiple, error_messages=PLEASE_CHOOSE
            )
        case "scale":
            ends = {0: _("0 – not at all"), 10: _("10 – the worst")}
            steps: list[tuple[str, Any]] = [(str(step), ends.get(step, str(step))) for step in SCALE]
            return forms.ChoiceField(label=label, choices=[("", _("Please choose")), *steps, dont_know], error_messages=PLEASE_CHOOSE)
        case "bool":
            words = [("yes", YES.text(language)), ("no", NO.text(language))]
    return forms.ChoiceField(label=label, choices=[*words, dont_know], widget=forms.RadioSelect, error_messages=PLEASE_CHOOSE)


def _as_answer(question: SkinQuestion, typed: Any) -> object:
    if typed == UNKNOWN or typed == [UNKNOWN]:
        return UNKNOWN
    match question.type:
        case "bool":
            return typed == "yes"
        case "scale":
            return int(typed)
    return typed


def _as_typed(question: SkinQuestion, answer: object) -> object:
    if question.type == "multi" and isinstance(answer, str):
        return [answer]
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return str(answer) if isinstance(answer, int) else answer
