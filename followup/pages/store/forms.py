"""What is asked at a store's counter. Forms shape what was typed; services judge it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import BirthField, ConsentForm


class FindForm(forms.Form):
    """One field for the scanner and the keyboard alike."""

    sought = forms.CharField(
        label=_("Check-in code, name or phone"),
        max_length=64,
        help_text=_("Scan the code on the person's phone, or write the full name or the phone number."),
        widget=forms.TextInput({"class": "big", "autocomplete": "off", "autocapitalize": "characters", "data-focus": ""}),
        error_messages={"required": _("Please scan a code, or write a name or a phone number.")},
    )


class RegistrationForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=40, widget=forms.TextInput({"autocomplete": "off", "data-focus": ""}))
    birth = BirthField(
        label=_("Birth date, or the year alone"),
        max_length=20,
        help_text=_("For example 1958-03-21 or 1958."),
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
    )
    phone = forms.CharField(
        label=_("Mobile phone"),
        max_length=32,
        help_text=_("A code is sent to it, to be read to you."),
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )


class CounterConsentForm(ConsentForm):
    """Her ticks, each with its words, all off; then the code from her phone, which she says only when she agrees."""

    code = forms.CharField(
        label=_("Code from the person's phone"),
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "big"}),
    )


class ChairPhotoForm(forms.Form):
    """The photo that was just taken of one eye."""

    photo = forms.FileField(
        label=_("Photo of the retina"),
        widget=forms.FileInput({"accept": "image/*"}),
        error_messages={"required": _("Please choose a photo first."), "empty": _("The file is empty. Please choose the photo again.")},
    )
