"""The photos of a spot: an overview, then one or two close-ups, and what the server is doing with them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.gate import for_patients
from accounts.models import Patient
from accounts.selectors import has_consent
from core import clock
from core.problems import Problem
from screening.pages.skin import language_now
from screening.pages.skin_cards import SLOTS, SpotCard, spot_cards
from screening.pages.skin_forms import SkinPhotoForm
from screening.pages.skin_sitting import Sitting, way_on
from screening.services.intake import Accepted, accept_photo
from screening.skin.selectors import photo_admission_in


@require_safe
@for_patients
def photos(request: HttpRequest, patient: Patient, spot_id: UUID) -> HttpResponse:
    """One card per kind of photo; where none may be taken, what happens instead."""
    found = Sitting.of(patient, spot_id)
    return _elsewhere(request, found) or _photos_page(request, found)


@require_POST
@for_patients
def send(request: HttpRequest, patient: Patient, spot_id: UUID, slot: str) -> HttpResponse:
    """Accept one photo of the spot; what is wrong with it is said at its field."""
    form = SkinPhotoForm(request.POST, request.FILES, today=clock.today(patient.zone), auto_id=f"{slot}_%s")
    accepted: Accepted | None = None
    try:
        if slot not in SLOTS:
            raise Http404
        found = Sitting.of(patient, spot_id)
        if elsewhere := _elsewhere(request, found):
            return elsewhere
        if form.is_valid():
            accepted = accept_photo(
                patient=patient,
                by=request.user,
                upload=form.cleaned_data["photo"],
                kind="skin",
                slot=slot,
                taken_at=form.taken_at(patient.zone),
                encounter=spot_id,
            )
    except Problem as problem:
        form.add_error({"/file": "photo", "/taken_at": "taken_on"}.get(problem.pointer or ""), str(problem.detail))
        return _photos_page(request, found, refused=(slot, form), status=problem.status_code)
    finally:
        # What was not accepted does not stay; accept_photo discards its own.
        if accepted is None:
            for upload in request.FILES.values():
                upload.discard()
    if accepted is None:
        return _photos_page(request, found, refused=(slot, form), status=422)
    if not accepted.is_new:
        messages.info(request, _("This file was sent before; it is kept once."))
    return redirect("skin_photos", spot_id)


@require_safe
@for_patients
def card(request: HttpRequest, patient: Patient, spot_id: UUID, slot: str) -> HttpResponse:
    """One card alone, asked for every two seconds while its photo is being read; 304 while nothing changed."""
    found = Sitting.of(patient, spot_id)
    cards = _cards(request, found)
    shown = next((card for card in cards if card.slot == slot), None)
    if shown is None:
        raise Http404
    if request.headers.get("If-None-Match") == shown.etag:
        return HttpResponse(status=304, headers={"ETag": shown.etag})
    response = render(request, "screening/skin/card_alone.html", _context(found, cards) | {"card": shown})
    response["ETag"] = shown.etag
    return response


def _elsewhere(request: HttpRequest, found: Sitting) -> HttpResponse | None:
    """Where this sitting goes instead of the camera: unanswered questions, *call 120 now*, no sharing, or a place that is not photographed."""
    way = way_on(found)
    if way[0] != "skin_photos":
        return redirect(*way)
    if not has_consent(found.encounter.patient, "share_clinic"):
        return render(request, "screening/skin/without_sharing.html", {"tab": "check"}, status=200 if request.method == "GET" else 403)
    admission = photo_admission_in(found.encounter)
    if not admission.allowed:
        context = {"tab": "check", "reason": admission.reason, "sitting_id": found.encounter.pk}
        return render(request, "screening/skin/no_photo.html", context, status=200 if request.method == "GET" else 403)
    return None


def _cards(request: HttpRequest, found: Sitting) -> list[SpotCard]:
    return spot_cards(found.encounter, request.session, now=clock.now(), today=clock.today(found.encounter.patient.zone))


def _photos_page(request: HttpRequest, found: Sitting, *, refused: tuple[str, SkinPhotoForm] | None = None, status: int = 200) -> HttpResponse:
    cards = _cards(request, found)
    for shown in cards:
        if refused and refused[0] == shown.slot:
            shown.form = refused[1]
    context = _context(found, cards) | {
        "tab": "check",
        "spot": found.place(language_now()),
        "is_intimate": photo_admission_in(found.encounter).intimate,
    }
    return render(request, "screening/skin/photos.html", context, status=status)


def _context(found: Sitting, cards: list[SpotCard]) -> dict[str, object]:
    return {
        "sitting_id": found.encounter.pk,
        "cards": cards,
        "is_busy": any(card.state == "busy" for card in cards),
        "is_begun": any(card.state != "empty" for card in cards),
        "is_complete": all(card.is_settled for card in cards),
        "first_open": next((card.slot for card in cards if card.form and card.state != "more"), ""),
    }
