"""Believable content for the styleguide: one form with every kind of question, one table, the steps of a photo."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SpecimenForm(forms.Form):
    """One question of each kind; nothing is ever saved from it."""

    name = forms.CharField(label=_("Name"), max_length=40, help_text=_("As on your identity card."))
    hba1c = forms.DecimalField(label=_("Last HbA1c"), min_value=3, max_value=20, required=False)
    diabetes = forms.ChoiceField(
        label=_("Do you have diabetes?"),
        choices=[("type1", _("Type 1")), ("type2", _("Type 2")), ("none", _("No")), ("unknown", _("I don't know"))],
        widget=forms.RadioSelect,
    )
    eye = forms.ChoiceField(label=_("Eye"), choices=[("OD", _("Right eye")), ("OS", _("Left eye"))])
    care = forms.BooleanField(label=_("I agree that my photos and answers are kept for my care."))


def specimens() -> dict[str, object]:
    """Context of the styleguide beside its two forms (empty, and answered wrongly)."""
    return {
        "columns": ["", _("Right eye"), _("Left eye")],
        "rows": [
            [_("Needs a referral"), "0.97 (0.93–0.99)", "0.12 (0.07–0.19)"],
            [_("Grade"), "3", "1"],
            [_("Model"), "retina-dr 0.2", "retina-dr 0.2"],
        ],
        "steps": [(_("Received"), "done"), (_("Sharpness"), "current"), (_("Reading"), "next"), (_("Doctor"), "next")],
        "chips": [
            ("none", _("Nothing found")),
            ("watch", _("Watch")),
            ("see", _("See a doctor")),
            ("now", _("Today")),
            ("blank", _("Not readable")),
            ("", _("Waiting")),
        ],
    }
