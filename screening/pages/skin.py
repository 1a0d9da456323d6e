"""A spot on the skin: where it is, the questions – emergencies first –, then its photos; each page goes on where the sitting stands."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from accounts.gate import for_patients
from accounts.models import Patient, User
from accounts.selectors import has_consent
from core.ids import new_id
from core.problems import Problem
from screening.models import Encounter
from screening.pages.skin_forms import PlaceForm, QuestionsForm
from screening.pages.skin_parts import URGENT, Part, before, next_part, part_of, place_of, questions_of
from screening.pages.skin_sitting import Sitting, way_on
from screening.rules.skin.questionnaire import emergency, to_ask_again
from screening.skin.selectors import known_spots
from screening.skin.services import answer_questions, open_spot


def language_now() -> str:
    """The language this page is read in."""
    return get_language() or "zh-hans"


@require_http_methods(["GET", "POST"])
@for_patients
def where(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The place of the spot; choosing it opens the sitting."""
    if not has_consent(patient, "share_clinic"):
        return render(request, "screening/skin/without_sharing.html", {"tab": "check"})
    given = request.POST if request.method == "POST" else None
    form = PlaceForm(given, language=language_now(), known=known_spots(patient), initial={"sitting": new_id()})
    if form.is_valid():
        return redirect("skin_sitting", _opened(patient, request.user, form).pk)
    return render(request, "screening/skin/where.html", {"form": form, "tab": "check"})


def _opened(patient: Patient, by: User, form: PlaceForm) -> Encounter:
    """The sitting the form asks for; one press makes one, and going back to choose another place makes another."""
    try:
        return open_spot(patient=patient, by=by, encounter_id=form.cleaned_data["sitting"], **form.spot)
    except Problem as problem:
        if problem.code != "sitting_differs":
            raise
    return open_spot(patient=patient, by=by, encounter_id=new_id(), **form.spot)


@require_safe
@for_patients
def sitting(request: HttpRequest, patient: Patient, spot_id: UUID) -> HttpResponse:
    """To the page where this sitting stands."""
    return redirect(*way_on(Sitting.of(patient, spot_id)))


@require_http_methods(["GET", "POST"])
@for_patients
def questions(request: HttpRequest, patient: Patient, spot_id: UUID, number: int) -> HttpResponse:
    """The questions of one screen. A yes to an emergency question goes to *call 120 now*; "don't know" there is asked once more."""
    found, part = Sitting.of(patient, spot_id), part_of(number)
    if part is None:
        raise Http404
    if found.is_stopped:
        return redirect(*way_on(found))
    if part != URGENT and next_part(found.answers, found.age) == URGENT:
        return redirect("skin_questions", spot_id, URGENT.number)
    codes = questions_of(part, found.answers, found.age)
    if not codes:
        return redirect(*way_on(found))
    if request.method != "POST":
        return _asked(request, found, part, QuestionsForm(codes=codes, language=language_now(), known=found.answers))
    is_second = "again" in request.POST
    codes = to_ask_again(found.answers) if is_second and part == URGENT else codes
    form = QuestionsForm(request.POST, codes=codes, language=language_now(), known={})
    given = form.answers_at_all()
    if not form.is_valid() and not emergency(given, found.age):
        return _asked(request, found, part, form, is_second=is_second)
    answer_questions(encounter=found.encounter, by=request.user, answers=given)
    unsure = to_ask_again(given)
    if part == URGENT and unsure and not is_second:
        return _asked(request, found, part, QuestionsForm(codes=unsure, language=language_now(), known={}), is_second=True)
    return redirect("skin_sitting", spot_id)


def _asked(request: HttpRequest, found: Sitting, part: Part, form: QuestionsForm, *, is_second: bool = False) -> HttpResponse:
    return render(
        request,
        "screening/skin/questions.html",
        {
            "tab": "check",
            "sitting_id": found.encounter.pk,
            "spot": found.place(language_now()),
            "part": part,
            "place": place_of(part, found.answers, found.age),
            "back": before(part, found.answers, found.age),
            "form": form,
            "is_second": is_second,
        },
    )
