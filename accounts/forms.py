"""The questions of signing up and in. Forms shape what was typed; services judge it."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.consent_texts import Wording
from core.problems import Problem

_DATE = re.compile(r"(\d{4})(?:\D+(\d{1,2})\D+(\d{1,2})\D*|(\d{2})(\d{2}))")
_YEAR = re.compile(r"(\d{4})\s*年?")
# Where a page asks in other words than the API.
_ASKED_AS = {"birth_date": "birth", "birth_year": "birth", "purposes": "care"}


class BirthField(forms.CharField):
    """A birth date as people write it, or the year alone: 1958, 19580321, 1958-3-21, 1958年3月21日. Cleans to (date or None, year)."""

    def clean(self, value: Any) -> tuple[date | None, int]:
        text = str(super().clean(value)).strip()
        year = _YEAR.fullmatch(text)
        if year:
            return None, int(year[1])
        found = _DATE.fullmatch(text)
        try:
            day = date(*(int(part) for part in found.groups() if part)) if found else None
        except ValueError:
            day = None
        if day is None:
            raise forms.ValidationError(_("Please write the date as 1958-03-21, or the year as 1958."), code="birth_unreadable")
        return day, day.year


class SignUpForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=40, widget=forms.TextInput({"autocomplete": "name"}))
    birth = BirthField(
        label=_("Birth date, or the year alone"),
        max_length=20,
        help_text=_("For example 1958-03-21 or 1958."),
        widget=forms.TextInput({"autocomplete": "bday"}),
    )
    phone = forms.CharField(
        label=_("Mobile phone"), max_length=32, help_text=_("We send a code to it."), widget=forms.TextInput({"type": "tel", "autocomplete": "tel"})
    )


class PhoneForm(forms.Form):
    phone = forms.CharField(label=_("Mobile phone"), max_length=32, widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}))


class PasswordForm(forms.Form):
    handle = forms.CharField(label=_("Sign-in name"), max_length=64, widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}))
    password = forms.CharField(
        label=_("Password"), max_length=128, strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"}, render_value=True)
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"), max_length=12, widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "big"})
    )

    def clean_code(self) -> str:
        return re.sub(r"\s", "", self.cleaned_data["code"])


class ConsentForm(forms.Form):
    """One tick for each purpose that is not agreed to yet, off by default."""

    def __init__(self, *args: Any, wordings: list[Wording], **options: Any) -> None:
        super().__init__(*args, **options)
        for words in wordings:
            self.fields[words.purpose] = forms.BooleanField(label=words.title, required=False)
        self.wordings = wordings

    @property
    def ticks(self) -> list[tuple[forms.BoundField, Wording]]:
        """Each tick with its words."""
        return [(self[words.purpose], words) for words in self.wordings]

    @property
    def ticked(self) -> list[str]:
        """The purposes agreed to."""
        return [words.purpose for words in self.wordings if self.cleaned_data.get(words.purpose)]


def explain(form: forms.Form, problem: Problem) -> None:
    """Show a service's problem at the question it is about, or above the form."""
    pointed = (problem.pointer or "").lstrip("/")
    field = _ASKED_AS.get(pointed, pointed)
    form.add_error(field if field in form.fields else None, str(problem.detail))
