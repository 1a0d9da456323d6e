"""The Photo step: one card per eye while the person is in the chair. Each photo is usable, or is to be taken again now, because …"""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.gate import for_store_staff
from accounts.models import Organisation
from accounts.selectors import has_consent
from core import clock
from core.dates import day_in_words
from core.ids import new_id
from core.problems import Problem
from followup.models import Step
from followup.pages.store.forms import ChairPhotoForm
from followup.pages.store.strip import onward, strip
from followup.visits import Visit, sitting_of, visit_of
from screening.eye_cards import EyeCard, cards_of
from screening.image_paths import image_path
from screening.models import Encounter, Reading
from screening.rules.diabetic_retinopathy import LATERALITIES
from screening.rules.quality import retake_instruction
from screening.services.intake import accept_photo
from screening.services.store_sittings import open_sitting

NEEDS_PHOTO = ("empty", "again")


@dataclass
class ChairCard:
    """An eye as staff see it: `because` is the operator's instruction, `question` what is to be looked at, `examine_by` the day in words."""

    eye: EyeCard
    view: str
    because: str
    question: str
    examine_by: str
    form: ChairPhotoForm | None

    @property
    def told(self) -> str:
        """What became of the photo, in one sentence for those who listen."""
        return self.because or self.question or self.eye.told


def photo(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Both eyes, right first."""
    return _page(request, visit)


@require_POST
@for_store_staff
def send_photo(request: HttpRequest, store: Organisation, encounter_id: UUID, laterality: str) -> HttpResponse:
    """Accept a photo of one eye, taken now; what is wrong with it is said at its field."""
    form = ChairPhotoForm(request.POST, request.FILES, auto_id=f"{laterality}_%s")
    accepted = None
    try:
        visit = visit_of(request.user, store, encounter_id)
        if laterality not in LATERALITIES:
            raise Http404
        if form.is_valid():
            sitting = sitting_of(visit) or open_sitting(sitting_id=new_id(), patient=visit.patient, store=store, by=request.user)
            accepted = accept_photo(
                patient=visit.patient,
                by=request.user,
                upload=form.cleaned_data["photo"],
                kind="retina",
                laterality=laterality,
                taken_at=clock.now(),
                encounter=sitting.pk,
            )
    except Problem as problem:
        form.add_error("photo", str(problem.detail))
        return _page(request, visit, refused=(laterality, form), status=problem.status_code)
    finally:
        # What was not accepted does not stay; accept_photo discards its own.
        if accepted is None:
            for upload in request.FILES.values():
                upload.discard()
    if accepted is None:
        return _page(request, visit, refused=(laterality, form), status=422)
    if not accepted.is_new:
        messages.info(request, _("This file was sent before; it is kept once."))
    if "same_file_for_other_eye" in accepted.warnings:
        messages.warning(request, _("The same file was sent for the other eye. Please check that each eye has its own photo."))
    return redirect("store_photo", encounter_id)


@require_safe
@for_store_staff
def eye_card(request: HttpRequest, store: Organisation, encounter_id: UUID, laterality: str) -> HttpResponse:
    """One card alone, asked for every second while its photo is being read; 304 while nothing changed."""
    visit = visit_of(request.user, store, encounter_id)
    cards = chair_cards(request, visit)
    card = next((card for card in cards if card.eye.laterality == laterality), None)
    if card is None:
        raise Http404
    if request.headers.get("If-None-Match") == card.eye.etag:
        return HttpResponse(status=304, headers={"ETag": card.eye.etag})
    response = render(request, "followup/store/eye_card_alone.html", _context(request, visit, cards) | {"card": card})
    response["ETag"] = card.eye.etag
    return response


def chair_cards(request: HttpRequest, visit: Visit) -> list[ChairCard]:
    """Right eye first; without a sitting both are empty."""
    sitting = sitting_of(visit)
    return [_card(request, visit, sitting, eye) for eye in cards_of(sitting, clock.now())]


def _card(request: HttpRequest, visit: Visit, sitting: Encounter | None, eye: EyeCard) -> ChairCard:
    reading = eye.photo.reading if eye.photo else None
    other_eye = reading is not None and reading.laterality_seen not in ("", eye.laterality)
    return ChairCard(
        eye=eye,
        view=image_path(request.session, eye.photo.photo.pk, "view") if eye.photo and eye.state == "usable" else "",
        because=_because(reading) if eye.state == "again" and reading else "",
        question=_("This looks like the other eye. If it is, please take this eye's photo again; if not, go on.") if other_eye else "",
        examine_by=_examine_by(sitting, eye.laterality) if sitting and eye.state == "examine" else "",
        form=ChairPhotoForm(auto_id=f"{eye.laterality}_%s") if eye.state in NEEDS_PHOTO or (other_eye and eye.state == "usable") else None,
    )


def _because(reading: Reading) -> str:
    if reading.outcome in (Reading.Outcome.RETAKE, Reading.Outcome.REFUSED):
        return retake_instruction(reading.reason, "operator").text(get_language() or "zh-hans")
    return _("A doctor asks for one more photo of this eye.")


def _examine_by(sitting: Encounter, laterality: str) -> str:
    step = Step.objects.filter(encounter=sitting, kind="examination_in_person", laterality=laterality, state=Step.State.OPEN).first()
    return day_in_words(step.due_on, get_language() or "zh-hans") if step else ""


def _page(request: HttpRequest, visit: Visit, *, refused: tuple[str, ChairPhotoForm] | None = None, status: int = 200) -> HttpResponse:
    cards = chair_cards(request, visit)
    for card in cards:
        if refused and refused[0] == card.eye.laterality:
            card.form = refused[1]
    return render(request, "followup/store/photo.html", _context(request, visit, cards) | {"cards": cards}, status=status)


def _context(request: HttpRequest, visit: Visit, cards: list[ChairCard]) -> dict[str, object]:
    waiting = [card.eye.title for card in cards if card.eye.state in NEEDS_PHOTO]
    return strip(request, visit, "photo") | {
        "onward": onward(visit, "photo"),
        "may_photograph": has_consent(visit.patient, "share_clinic"),
        "is_busy": any(card.eye.state == "busy" for card in cards),
        "is_complete": all(card.eye.is_settled for card in cards),
        "is_begun": any(card.eye.photo for card in cards),
        "lacking": waiting,
        "first_open": next((card.eye.laterality for card in cards if card.eye.state in NEEDS_PHOTO), ""),
    }
