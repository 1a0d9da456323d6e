"""A spot on the skin as its person reads it: call 120, the answer, and one page for a doctor."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.gate import for_patients
from accounts.models import Patient, User
from accounts.selectors import has_consent
from core import clock
from core.dates import day_in_words
from core.ids import new_id
from core.pure.days import local_day
from followup.pages.clinician import for_clinicians
from followup.presenters import step_words
from followup.rules.sentences import sentence
from followup.selectors import credit_balance, owner_of
from followup.skin_results import released_lesion
from followup.skin_summary import answers_of, hidden_words, is_unanswered, summary_for_clinician, summary_for_patient, unread_words
from screening.image_paths import image_path
from screening.models import Encounter
from screening.services.images import image_of
from screening.skin.selectors import emergency_in, lesion_of, own_spot, visible_spot
from screening.skin.summary import SpotSummary, summary_pdf, summary_photos
from screening.skin.words import place_in_words

LANGUAGES = {"zh-hans": "中文", "en": "English"}


def skin_result(request: HttpRequest, patient: Patient, encounter: Encounter) -> HttpResponse:
    """What may be read of a sitting about a spot now: how soon, what to do, by when – never a class, never a percentage."""
    language = get_language() or "zh-hans"
    if is_unanswered(encounter):
        return redirect("skin_sitting", encounter.pk)
    released = released_lesion(encounter, language)
    photos = summary_photos(encounter)
    context = {
        "tab": "record",
        "patient": patient,
        "spot": place_in_words(lesion_of(encounter), language),
        "opened": day_in_words(local_day(encounter.opened_at, patient.zone), language),
        "result": released,
        "step": step_words(released.next_step, language, clock.today(patient.zone)) if released.next_step else None,
        "photos": [(image_path(request.session, shown.photo.pk, "view"), shown.caption) for shown in photos],
        "hidden": hidden_words(encounter),
        "unread": unread_words(encounter, language),
        "skin_only": sentence("skin_only", language),
        "offers_reminder": has_consent(patient, "reminder_wechat"),
        "balance": credit_balance(patient),
        "tap": new_id(),
    }
    return render(request, "followup/patient/skin_result.html", context)


@require_safe
@for_patients
def skin_now(request: HttpRequest, patient: Patient, spot_id: UUID) -> HttpResponse:
    """Call 120: no photo, no waiting, and no way on from here but going. Without an emergency the sitting goes on instead."""
    encounter = own_spot(patient, spot_id)
    if emergency_in(encounter) is None:
        return redirect("skin_sitting", spot_id)
    language = get_language() or "zh-hans"
    context = {
        "tab": "home",
        "sentence": sentence("emergency_skin", language),
        "owner": owner_of(patient),
        "answers": [line for line in answers_of(encounter, language) if line.is_yes],
    }
    return render(request, "followup/patient/skin_now.html", context)


@require_safe
@for_patients
def skin_summary(request: HttpRequest, patient: Patient, spot_id: UUID) -> HttpResponse:
    """The page she shows to a doctor."""
    encounter = own_spot(patient, spot_id)
    summary = summary_for_patient(encounter, get_language() or "zh-hans")
    return _page(request, summary, back=reverse("result", args=[spot_id]), pdf="skin_summary_pdf", encounter=encounter)


@require_safe
@for_patients
def skin_summary_pdf(request: HttpRequest, patient: Patient, spot_id: UUID, language: str) -> HttpResponse:
    """The same on A4, in either language."""
    encounter = own_spot(patient, spot_id)
    with _in(language):
        return _pdf(summary_for_patient(encounter, language), patient.user)


@require_safe
@for_clinicians
def case_summary(request: HttpRequest, user: User, spot_id: UUID) -> HttpResponse:
    """The page for another doctor, with class and percentages."""
    encounter = visible_spot(user, spot_id)
    summary = summary_for_clinician(encounter, get_language() or "zh-hans")
    return _page(request, summary, back=reverse("case", args=[spot_id]), pdf="case_summary_pdf", encounter=encounter)


@require_safe
@for_clinicians
def case_summary_pdf(request: HttpRequest, user: User, spot_id: UUID, language: str) -> HttpResponse:
    """The same on A4, in either language."""
    encounter = visible_spot(user, spot_id)
    with _in(language):
        return _pdf(summary_for_clinician(encounter, language), user)


def _in(language: str) -> translation.override:
    if language not in LANGUAGES:
        raise Http404
    return translation.override(language)


def _page(request: HttpRequest, summary: SpotSummary, *, back: str, pdf: str, encounter: Encounter) -> HttpResponse:
    context = {
        "summary": summary,
        "pictures": [(image_path(request.session, shown.photo.pk, "view"), shown.caption) for shown in summary.photos],
        "back_url": back,
        "pdfs": [(reverse(pdf, args=[encounter.pk, language]), name) for language, name in LANGUAGES.items()],
    }
    return render(request, "followup/skin_summary.html", context)


def _pdf(summary: SpotSummary, reader: User | None) -> HttpResponse:
    page = summary_pdf(summary, lambda photo: image_of(photo, "view", by=reader))
    return HttpResponse(page, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="skin-{summary.language}.pdf"'})


skin_urls = [
    path("today/skin/<uuid:spot_id>/", skin_now, name="skin_now"),
    path("results/<uuid:spot_id>/summary/", skin_summary, name="skin_summary"),
    path("results/<uuid:spot_id>/summary/<slug:language>.pdf", skin_summary_pdf, name="skin_summary_pdf"),
    path("clinic/<uuid:spot_id>/summary/", case_summary, name="case_summary"),
    path("clinic/<uuid:spot_id>/summary/<slug:language>.pdf", case_summary_pdf, name="case_summary_pdf"),
]
