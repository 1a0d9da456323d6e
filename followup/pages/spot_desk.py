"""A spot's case on the dermatologist's desk, in words, and the answer given so far."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.language import readers_language
from core.problems import Problem
from followup import spot_words as words
from followup.case_words import step_told
from followup.cases import Case, steps_after_signing
from followup.pages.spot_form import SpotForm
from followup.skin_summary import answers_of
from screening.rules.skin.decision import CANNOT_TELL, OTHER
from screening.rules.skin.urgency import CLASSES, LesionFinding
from screening.skin.selectors import lesion_of
from screening.skin.signing import spot_as_decided
from screening.skin.words import place_in_words


def spot_on_desk(found: Case) -> dict[str, Any]:
    """What a spot's case has beside photos and form: where it is, what was answered, which rules hold, and the versions."""
    language = readers_language()
    finding = found.finding
    return {
        "spot": place_in_words(lesion_of(found.encounter), language),
        "answers": answers_of(found.encounter, language),
        "rules": words.rules_told(finding, language) if isinstance(finding, LesionFinding) else [],
        "unread": words.REASONS.get(found.admission.reason or ""),
        "version_columns": [_("Version"), _("Class"), _("What follows"), _("Remarks")],
        "versions": words.spot_version_rows(found.versions, language),
        "earlier": words.spot_version_rows(found.earlier, language),
    }


def spot_echo_of(form: SpotForm) -> dict[str, Any]:
    """The answer in words and the steps it would open; `open_questions` as long as it is not complete."""
    if not form.is_valid():
        return {"open_questions": [error for errors in form.errors.values() for error in errors]}
    decision, remarks, language = form.decision, form.remarks, readers_language()
    try:
        finding = spot_as_decided(form.case.encounter, decision)
    except Problem as problem:
        return {"open_questions": [str(problem.detail)]}
    steps = steps_after_signing(form.case.encounter, finding, recall_on=remarks.recall_on, other_finding=remarks.other_finding)
    told = str(words.CLASS_WORDS[decision.lesion_class])
    return {
        "echo": form.echo,
        "echoed": [
            (_("What it is"), remarks.other_finding if decision.lesion_class == OTHER else told, _differs(form)),
            (_("What follows"), words.urgency_told(decision.urgency, language), ""),
        ],
        "after": [step_told(step, language) for step in steps],
    }


def _differs(form: SpotForm) -> str:
    """The class the program gave, where the dermatologist says another."""
    finding, told = form.case.finding, form.decision.lesion_class
    program = [seen.reading.lesion_class for seen in form.case.photos if seen.reading.lesion_class in CLASSES and not seen.is_other_person]
    if not isinstance(finding, LesionFinding) or not program or told in (*program, CANNOT_TELL):
        return ""
    return ", ".join(dict.fromkeys(program))
