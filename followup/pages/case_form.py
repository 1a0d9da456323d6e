"""The clinician's answer to one case, as a form that keeps what was typed."""

import hashlib
import json
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from followup.case_words import CORRECTIONS, DME, EYES, GRADES_SHORT, REASONS
from followup.cases import Case
from followup.spot_words import SLOTS
from screening.findings import person_finding_of
from screening.models import ReportVersion
from screening.rules.diabetic_retinopathy import PHOTOS_BEFORE_EXAMINATION, EyeFinding
from screening.services.signing import EyeDecision, Remarks

NOT_READABLE, RETAKE = "not_readable", "retake"
DECISIONS = [*((str(grade), words) for grade, words in GRADES_SHORT.items()), (NOT_READABLE, _("Not readable")), (RETAKE, _("Take it again"))]
CHOOSE = {"required": _("Please decide on this eye."), "invalid_choice": _("Please choose one of the answers.")}


def _reason() -> forms.ChoiceField:
    choices = [("", _("Choose a reason")), *REASONS.items()]
    return forms.ChoiceField(label=_("Why"), choices=choices, required=False, error_messages=CHOOSE)


class AnswerForm(forms.Form):
    """What every answer has: the version that was looked at, another finding, a comment, an own date."""

    base_number = forms.IntegerField(widget=forms.HiddenInput)
    other_finding = forms.CharField(
        label=_("Another finding, for an eye doctor"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"max_length": _("At most 500 characters.")},
    )
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"max_length": _("At most 500 characters.")},
    )
    recall_on = forms.DateField(
        label=_("Own date, if earlier than the rules'"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Please write the day as 2026-03-21.")},
    )

    def __init__(self, case: Case, *args: Any, signed_before: dict[str, Any], **kwargs: Any) -> None:
        initial = {"base_number": case.latest.number if case.latest else 0, **signed_before}
        super().__init__(*args, initial=initial, **kwargs)
        self.case = case

    def clean_recall_on(self) -> date | None:
        day: date | None = self.cleaned_data["recall_on"]
        if day and day < clock.today(self.case.patient.zone):
            raise forms.ValidationError(_("This day has passed."))
        return day

    @property
    def remarks(self) -> Remarks:
        """The rarer answers as the service takes them; call it on a valid form."""
        given = self.cleaned_data
        return Remarks(given["other_finding"], given["comment"], given["recall_on"])

    @property
    def echo(self) -> str:
        """A short digest of the whole answer: signing asks once, and asks again when the answer changed since it was shown."""
        given = json.dumps(self.cleaned_data, sort_keys=True, default=str)
        return hashlib.sha256(given.encode()).hexdigest()[:16]

    @property
    def more(self) -> bool:
        """Whether one of the rarer answers is given, so that it is not folded away."""
        return any(self[name].value() or self[name].errors for name in ("other_finding", "comment", "recall_on"))


class CaseForm(AnswerForm):
    """A decision for each eye with a photo, what else was seen, and the version that was looked at."""

    dme = forms.ChoiceField(label=_("Macular oedema"), choices=list(DME.items()), widget=forms.RadioSelect, initial="none", error_messages=CHOOSE)

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(case, *args, signed_before=_signed_before(case.latest), **kwargs)
        for eye in case.eyes:
            label = EYES[eye]
            self.fields[eye] = forms.ChoiceField(label=label, choices=DECISIONS, widget=forms.RadioSelect, error_messages=CHOOSE)
            self.fields[f"{eye}_reason"] = _reason()

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        for eye in self.case.eyes:
            if given.get(eye) in (NOT_READABLE, RETAKE) and not given.get(f"{eye}_reason") and f"{eye}_reason" not in self.errors:
                self.add_error(f"{eye}_reason", _("Please say why the eye cannot be read."))
        return given

    @property
    def decisions(self) -> dict[str, EyeDecision]:
        """The decisions as the service takes them; call it on a valid form."""
        return {eye: _decision(self.cleaned_data[eye], self.cleaned_data[f"{eye}_reason"]) for eye in self.case.eyes}

    @property
    def dme_place(self) -> str | None:
        place = self.cleaned_data["dme"]
        return None if place == "none" else str(place)

    @property
    def eye_fields(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        return [(eye, self[eye], self[f"{eye}_reason"]) for eye in self.case.eyes]


def _decision(choice: str, reason: str) -> EyeDecision:
    if choice in (NOT_READABLE, RETAKE):
        return EyeDecision(choice, reason=reason)
    return EyeDecision("graded", grade=int(choice))


def _signed_before(latest: ReportVersion | None) -> dict[str, Any]:
    """An amendment begins with what was signed; a first answer begins empty, so that nobody signs the program's by habit."""
    if latest is None or latest.kind != ReportVersion.Kind.SIGNED:
        return {}
    finding = person_finding_of(latest)
    place = next((place for place in ("centre", "off_centre") if f"dme_{place}" in finding.row_ids), "none")
    remarks = {"other_finding": latest.other_finding, "comment": latest.comment, "recall_on": latest.recall_on, "dme": place}
    return remarks | {eye.laterality: _choice(eye) for eye in finding.eyes}


def _choice(eye: EyeFinding) -> str:
    if eye.state == "graded":
        return str(eye.grade)
    return NOT_READABLE if eye.retakes >= PHOTOS_BEFORE_EXAMINATION else RETAKE


class CorrectionForm(forms.Form):
    """Which photos are not what they were sent as, and why."""

    photos = forms.MultipleChoiceField(
        label=_("Which photos"), widget=forms.CheckboxSelectMultiple, error_messages={"required": _("Please tick at least one photo.")}
    )
    kind = forms.ChoiceField(label=_("They show"), widget=forms.RadioSelect, error_messages=CHOOSE)
    reason = forms.CharField(
        label=_("How you know"),
        max_length=200,
        error_messages={"required": _("Please say how you know."), "max_length": _("At most 200 characters.")},
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="photos", **kwargs)
        own = [seen for seen in case.photos if not seen.is_other_person]
        names = [(str(seen.photo.pk), f"{EYES.get(seen.laterality) or SLOTS[seen.photo.slot]}, {seen.photo.taken_at:%Y-%m-%d}") for seen in own]
        self.fields["photos"].choices = names  # type: ignore[attr-defined]
        kinds = [(kind, words) for kind, words in CORRECTIONS.items() if kind != "swap_eye" or not case.is_spot]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
