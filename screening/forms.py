"""The questions before a photo, and the photo itself. "I don't know" is always an answer; what was typed stays."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.dates import day_in_words
from screening.models import Fact
from screening.rules.questions import QUESTIONS, UNKNOWN, fault_of
from screening.services.facts import Answer

YES_NO_WORDS: Mapping[str, bool | str] = {"yes": True, "no": False, UNKNOWN: UNKNOWN}
YES_NO = [("yes", _("Yes")), ("no", _("No")), (UNKNOWN, _("I don't know"))]
DIABETES = [
    ("type1", _("Type 1")),
    ("type2", _("Type 2")),
    ("gestational", _("Only in pregnancy")),
    ("none", _("No diabetes")),
    (UNKNOWN, _("I don't know")),
]
PLEASE_CHOOSE = {"required": _("Please choose one of the answers."), "invalid_choice": _("Please choose one of the answers.")}
FAULTS: Mapping[str, str | Promise] = {
    "not_a_choice": _("Please write a number."),
    "out_of_range": _("This number cannot be right. Please look again."),
    "unit_missing": _("Please choose the unit that stands beside the number."),
    "probably_mmol": _("This looks like a value in mmol/mol. Please check the unit."),
    "in_future": _("This day lies in the future."),
}


def choice(label: str | Promise, words: list[tuple[str, Any]], help_text: str | Promise = "") -> forms.ChoiceField:
    """A question with a few answers, all visible."""
    return forms.ChoiceField(label=label, choices=words, widget=forms.RadioSelect, help_text=help_text, error_messages=PLEASE_CHOOSE)


def day(label: str | Promise, *, required: bool = True) -> forms.DateField:
    """A calendar day, picked or written."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Please give the day."), "invalid": _("Please write the day as 2026-03-21.")},
    )


def dont_know() -> forms.BooleanField:
    """The tick beside a number."""
    return forms.BooleanField(label=_("I don't know"), required=False)


class SymptomForm(forms.Form):
    symptom = choice(
        _("Do you have any of these now?"),
        YES_NO,
        _("Sudden loss of sight, a curtain before the eye, flashes, many new floaters, or a painful red eye."),
    )

    def answers(self, today: date) -> list[Answer]:
        """The answer, as of today."""
        return [Answer("symptom", YES_NO_WORDS[self.cleaned_data["symptom"]], today)]


class DecimalField(forms.FloatField):
    """A number with a point or, as many write it, a comma."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".").replace("，", ".") if isinstance(value, str) else value)


class AnswersForm(forms.Form):
    """Diabetes and eyes, once and whenever something changed. `known` are codes already answered: left empty they stay as they are."""

    diabetes = choice(_("Do you have diabetes?"), DIABETES)
    diabetes_year = forms.IntegerField(
        label=_("In which year was it found?"),
        required=False,
        widget=forms.NumberInput({"inputmode": "numeric", "placeholder": "2015"}),
        error_messages={"invalid": _("Please write the year with four digits.")},
    )
    diabetes_year_unknown = dont_know()
    hba1c = DecimalField(
        label=_("Last HbA1c"),
        required=False,
        help_text=_("It stands on the laboratory's report, as % or mmol/mol."),
        widget=forms.NumberInput({"inputmode": "decimal", "step": "any", "placeholder": "7.2"}),
        error_messages={"invalid": FAULTS["not_a_choice"]},
    )
    hba1c_unit = forms.ChoiceField(label=_("Unit"), choices=[("%", "%"), ("mmol/mol", "mmol/mol")], error_messages=PLEASE_CHOOSE)
    hba1c_on = day(_("Day of this blood test"), required=False)
    hba1c_unknown = dont_know()
    pregnant = choice(
        _("Are you pregnant now?"), [("yes", _("Yes, I am pregnant")), ("no", _("No, or does not apply")), (UNKNOWN, _("I don't know"))]
    )
    eye_treatment = choice(_("Have you had laser, an injection or an operation on an eye?"), YES_NO)
    under_eye_doctor = choice(_("Are you under an eye doctor's care now?"), YES_NO)

    def __init__(self, *args: Any, today: date, known: frozenset[str] = frozenset(), **options: Any) -> None:
        super().__init__(*args, **options)
        self.today, self.known = today, known

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("diabetes") not in (None, "none"):
            self._require_number("diabetes_year", _("Please write the year, or tick “I don't know”."))
            self._require_number("hba1c", _("Please write the value, or tick “I don't know”."))
            if given.get("hba1c") is not None and not given.get("hba1c_on") and not given.get("hba1c_unknown") and "hba1c_on" not in self.errors:
                self.add_error("hba1c_on", _("Please give the day of the blood test; if unsure, the first of that month."))
        for answer in self._answers():
            fault = fault_of(QUESTIONS[answer.code], answer.value, answer.unit, answer.effective_on, self.today)
            if fault is not None:
                self.add_error("hba1c_on" if fault == "in_future" else answer.code, FAULTS[fault])
        return given

    def answers(self) -> list[Answer]:
        """What was answered; a question left empty is not among it."""
        return list(self._answers())

    def _require_number(self, code: str, words: str | Promise) -> None:
        given = self.cleaned_data
        if code not in self.errors and given.get(code) is None and not given.get(f"{code}_unknown") and code not in self.known:
            self.add_error(code, words)

    def _answers(self) -> Iterator[Answer]:
        given = self.cleaned_data
        if given.get("diabetes"):
            yield Answer("diabetes", given["diabetes"], self.today)
        if given.get("diabetes") != "none":
            if given.get("diabetes_year_unknown") or given.get("diabetes_year") is not None:
                yield Answer("diabetes_year", UNKNOWN if given.get("diabetes_year_unknown") else given["diabetes_year"], self.today)
            if given.get("hba1c_unknown"):
                yield Answer("hba1c", UNKNOWN, self.today)
            elif given.get("hba1c") is not None and given.get("hba1c_on"):
                yield Answer("hba1c", given["hba1c"], given["hba1c_on"], given.get("hba1c_unit", ""))
        for code in ("pregnant", "eye_treatment", "under_eye_doctor"):
            if given.get(code):
                yield Answer(code, YES_NO_WORDS[given[code]], self.today)


class PhotoForm(forms.Form):
    """One file and its day. Whether the bytes are a photo is judged where they are accepted."""

    photo = forms.FileField(
        label=_("Photo of the retina"),
        widget=forms.FileInput({"accept": "image/*"}),
        error_messages={"required": _("Please choose a photo first."), "empty": _("The file is empty. Please choose the photo again.")},
    )
    taken_on = day(_("When was it taken?"))

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.fields["taken_on"].widget.attrs["max"] = today.isoformat()
        self.fields["taken_on"].initial = today

    def clean_taken_on(self) -> date:
        taken_on: date = self.cleaned_data["taken_on"]
        if taken_on > self.today:
            raise forms.ValidationError(FAULTS["in_future"], code="in_future")
        return taken_on

    def taken_at(self, zone: str) -> datetime:
        """Now for a photo of today, else noon of that day where the patient lives."""
        taken_on: date = self.cleaned_data["taken_on"]
        return clock.now() if taken_on == clock.today(zone) else datetime.combine(taken_on, time(12), ZoneInfo(zone))


def initial_answers(known: dict[str, Fact]) -> dict[str, object]:
    """What was answered before; HbA1c is asked anew, since only a new blood test is news."""
    initial = {code: {True: "yes", False: "no"}[fact.value] if isinstance(fact.value, bool) else fact.value for code, fact in known.items()}
    if initial.get("diabetes_year") == UNKNOWN:
        initial |= {"diabetes_year": None, "diabetes_year_unknown": True}
    return initial | {"hba1c": None}


def last_hba1c(known: dict[str, Fact]) -> str:
    """The last value with its day, to stand beside the empty field."""
    fact = known.get("hba1c")
    if fact is None or fact.value == UNKNOWN:
        return ""
    day = day_in_words(fact.effective_on, get_language() or "")
    return gettext("%(value)s %(unit)s, blood test of %(day)s") % {"value": fact.value, "unit": fact.unit, "day": day}
