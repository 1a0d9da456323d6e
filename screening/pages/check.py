"""A sitting: the symptom question, then one photo of each eye, and what the server is doing with them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.gate import for_patients
from accounts.models import Patient
from accounts.selectors import has_consent
from core import clock
from core.ids import new_id
from core.problems import Problem
from screening.eye_cards import EyeCard, cards_of
from screening.forms import PhotoForm, SymptomForm
from screening.image_paths import image_path
from screening.pages.facts import tell_symptom
from screening.rules.diabetic_retinopathy import LATERALITIES
from screening.selectors import own_sitting, symptom_is_answered, unfinished_sitting
from screening.services.intake import Accepted, accept_photo
from screening.skin.selectors import lesion_of, unfinished_spots
from screening.skin.words import place_in_words


@require_safe
@for_patients
def choose(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Eye or skin."""
    now, language = clock.now(), get_language() or "zh-hans"
    spots = [(spot.pk, place_in_words(lesion_of(spot), language)) for spot in unfinished_spots(patient, now=now)]
    context = {"tab": "check", "is_eye_begun": unfinished_sitting(patient, now=now) is not None, "unfinished_spots": spots}
    return render(request, "screening/choose.html", context)


@require_http_methods(["GET", "POST"])
@for_patients
def check_eye(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The symptom question of this sitting; once answered, straight to its photos."""
    if not has_consent(patient, "share_clinic"):
        return _without_sharing(request)
    now = clock.now()
    unfinished = unfinished_sitting(patient, now=now)
    sitting_id = unfinished.pk if unfinished else new_id()
    form = SymptomForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return tell_symptom(request, patient, form) or redirect("sitting", sitting_id)
    if symptom_is_answered(patient, sitting_id, now=now):
        return redirect("sitting", sitting_id)
    return render(request, "screening/check.html", {"form": form, "tab": "check", "unfinished": unfinished})


@require_safe
@for_patients
def sitting(request: HttpRequest, patient: Patient, encounter_id: UUID) -> HttpResponse:
    """One card per eye."""
    own_sitting(patient, encounter_id)
    if not has_consent(patient, "share_clinic"):
        return _without_sharing(request)
    if not symptom_is_answered(patient, encounter_id, now=clock.now()):
        return redirect("check_eye")
    return _sitting_page(request, patient, encounter_id)


@require_POST
@for_patients
def send_photo(request: HttpRequest, patient: Patient, encounter_id: UUID, laterality: str) -> HttpResponse:
    """Accept the photo of one eye; what is wrong with it is said at its field."""
    form = PhotoForm(request.POST, request.FILES, today=clock.today(patient.zone), auto_id=f"{laterality}_%s")
    accepted: Accepted | None = None
    try:
        if laterality not in LATERALITIES:
            raise Http404
        own_sitting(patient, encounter_id)
        if not symptom_is_answered(patient, encounter_id, now=clock.now()):
            return redirect("check_eye")
        if form.is_valid():
            accepted = accept_photo(
                patient=patient,
                by=request.user,
                upload=form.cleaned_data["photo"],
                kind="retina",
                laterality=laterality,
                taken_at=form.taken_at(patient.zone),
                encounter=encounter_id,
            )
    except Problem as problem:
        if problem.code == "consent_missing":
            return _without_sharing(request, status=problem.status_code)
        form.add_error({"/file": "photo", "/taken_at": "taken_on"}.get(problem.pointer or ""), str(problem.detail))
        return _sitting_page(request, patient, encounter_id, refused=(laterality, form), status=problem.status_code)
    finally:
        # What was not accepted does not stay; accept_photo discards its own.
        if accepted is None:
            for upload in request.FILES.values():
                upload.discard()
    if accepted is None:
        return _sitting_page(request, patient, encounter_id, refused=(laterality, form), status=422)
    return _sent(request, accepted, encounter_id)


@require_safe
@for_patients
def eye_card(request: HttpRequest, patient: Patient, encounter_id: UUID, laterality: str) -> HttpResponse:
    """One card alone, asked for every two seconds while its photo is being read; 304 while nothing changed."""
    encounter = own_sitting(patient, encounter_id)
    cards = cards_of(encounter, clock.now())
    card = next((card for card in cards if card.laterality == laterality), None)
    if card is None:
        raise Http404
    if request.headers.get("If-None-Match") == card.etag:
        return HttpResponse(status=304, headers={"ETag": card.etag})
    response = render(request, "screening/eye_card_alone.html", _context(request, patient, encounter_id, cards) | {"card": card})
    response["ETag"] = card.etag
    return response


def _sitting_page(
    request: HttpRequest, patient: Patient, encounter_id: UUID, *, refused: tuple[str, PhotoForm] | None = None, status: int = 200
) -> HttpResponse:
    cards = cards_of(own_sitting(patient, encounter_id), clock.now())
    context = _context(request, patient, encounter_id, cards)
    for card in cards:
        if refused and refused[0] == card.laterality:
            card.form = refused[1]
    return render(request, "screening/sitting.html", context | {"cards": cards, "tab": "check"}, status=status)


def _context(request: HttpRequest, patient: Patient, encounter_id: UUID, cards: list[EyeCard]) -> dict[str, object]:
    for card in cards:
        if card.state in ("empty", "again"):
            card.form = PhotoForm(today=clock.today(patient.zone), auto_id=f"{card.laterality}_%s")
    return {
        "sitting_id": encounter_id,
        "views": {
            card.laterality: image_path(request.session, card.photo.photo.pk, "view") for card in cards if card.photo and card.state == "usable"
        },
        "is_busy": any(card.state == "busy" for card in cards),
        "is_begun": any(card.photo for card in cards),
        "is_complete": all(card.is_settled for card in cards),
        "first_open": next((card.laterality for card in cards if card.form), ""),
        "lacking": [card.title for card in cards if card.state in ("empty", "again")],
    }


def _sent(request: HttpRequest, accepted: Accepted, encounter_id: UUID) -> HttpResponse:
    if not accepted.is_new:
        messages.info(request, _("This file was sent before; it is kept once."))
    if "same_file_for_other_eye" in accepted.warnings:
        messages.warning(request, _("The same file was sent for the other eye. Please check that each eye has its own photo."))
    joined = accepted.photo.encounter_id
    if joined != encounter_id and request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(reverse("sitting", args=[joined]))
    return redirect("sitting", joined)


def _without_sharing(request: HttpRequest, *, status: int = 200) -> HttpResponse:
    return render(request, "screening/without_sharing.html", {"tab": "check"}, status=status)
