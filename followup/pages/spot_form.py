"""The dermatologist's answer to one case, as a form that keeps what was typed."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from followup.cases import Case
from followup.pages.case_form import CHOOSE, AnswerForm
from followup.spot_words import CLASS_WORDS, urgency_told
from screening.findings import lesion_finding_of
from screening.models import ReportVersion
from screening.rules.skin.decision import CANNOT_TELL, DECISION_CLASSES, DECISION_URGENCIES, OTHER, LesionDecision, fault_of_decision
from screening.rules.skin.urgency import CLASSES
from screening.skin.findings import finding_now
from screening.skin.signing import FAULTS, WORDS_MISSING


class SpotForm(AnswerForm):
    """What it is, how soon it must be seen, and why where that is less than the rules ask."""

    lesion_class = forms.ChoiceField(
        label=_("What it is"),
        choices=[(code, CLASS_WORDS[code]) for code in DECISION_CLASSES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please decide what it is."), "invalid_choice": CHOOSE["invalid_choice"]},
    )
    urgency = forms.ChoiceField(
        label=_("What follows"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please decide how soon it must be seen."), "invalid_choice": CHOOSE["invalid_choice"]},
    )
    reason = forms.CharField(
        label=_("Why less than the rules ask"), required=False, max_length=300, error_messages={"max_length": _("At most 300 characters.")}
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(case, *args, signed_before=_signed_before(case.latest), **kwargs)
        self.fields["other_finding"].label = _("In words: what else it is, or what else was seen")
        language = get_language() or "zh-hans"
        choices = [(urgency, urgency_told(urgency, language)) for urgency in DECISION_URGENCIES]
        self.fields["urgency"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("lesion_class") == OTHER and not given.get("other_finding"):
            self.add_error("other_finding", str(WORDS_MISSING))
        if "lesion_class" in given and "urgency" in given and (fault := fault_of_decision(finding_now(self.case.encounter), self.decision)):
            words, pointer = FAULTS[fault]
            self.add_error(pointer.removeprefix("/"), str(words))
        return given

    @property
    def decision(self) -> LesionDecision:
        """The decision as the service takes it."""
        return LesionDecision(self.cleaned_data["lesion_class"], self.cleaned_data["urgency"], self.cleaned_data.get("reason", ""))


def _signed_before(latest: ReportVersion | None) -> dict[str, Any]:
    """An amendment begins with what was signed; a first answer begins empty, so that nobody signs the program's by habit."""
    if latest is None or latest.kind != ReportVersion.Kind.SIGNED:
        return {}
    finding = lesion_finding_of(latest)
    told = finding.lesion_class if finding.lesion_class in CLASSES else OTHER if latest.other_finding else CANNOT_TELL
    return {
        "lesion_class": told,
        "urgency": finding.urgency,
        "other_finding": latest.other_finding,
        "comment": latest.comment,
        "recall_on": latest.recall_on,
    }
