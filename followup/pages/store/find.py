"""Who is here: a check-in code or a look-up among the store's own people, and then her visit."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.gate import for_store_staff
from accounts.language import readers_language
from accounts.models import Organisation, Patient
from accounts.rules.age import youngest_age
from accounts.rules.guardianship import ADULT
from accounts.selectors import patients_visible_to, people_found
from accounts.services.check_in import check_in, looks_like_a_code
from core import clock
from core.dates import day_in_words
from core.ids import new_id
from core.problems import Problem
from core.pure.days import local_day
from followup.pages.store.forms import FindForm
from followup.pages.store.strip import age_in_words
from followup.visits import visits_of
from screening.services.store_sittings import open_sitting


@require_http_methods(["GET", "POST"])
@for_store_staff
def find(request: HttpRequest, store: Organisation) -> HttpResponse:
    """One field: a scanned code leads straight to its person, a name or phone to those of the store's people who have it.

    What is sought is posted, never part of an address.
    """
    form = FindForm(request.POST if request.method == "POST" else None)
    found: list[Patient] = []
    if form.is_valid():
        sought = form.cleaned_data["sought"]
        problem = None
        if looks_like_a_code(sought):
            try:
                return _person_page(check_in(code=sought, store=store, by=request.user, language=readers_language()))
            except Problem as refusal:
                problem = refusal
        found = list(people_found(request.user, sought))
        if len(found) == 1:
            return _person_page(found[0])
        if not found and problem is not None:
            form.add_error("sought", str(problem.detail))
        elif not found:
            form.add_error("sought", _("Nobody of this store has this name or phone. Ask for a check-in code, or register the person."))
    people = [(person, age_in_words(person)) for person in found]
    return render(request, "followup/store/find.html", {"store": store, "tab": "find", "form": form, "people": people})


@require_safe
@for_store_staff
def person(request: HttpRequest, store: Organisation, patient_id: UUID) -> HttpResponse:
    """Who was found: her visits here, and the next one to begin."""
    patient = _of_store(request, patient_id)
    language = readers_language()
    visits = [(visit, day_in_words(local_day(visit.opened_at, patient.zone), language)) for visit in visits_of(patient, store)]
    context = {"store": store, "tab": "find", "patient": patient, "age": age_in_words(patient), "is_child": age_of(patient) < ADULT, "visits": visits}
    return render(request, "followup/store/person.html", context)


@require_POST
@for_store_staff
def start(request: HttpRequest, store: Organisation, patient_id: UUID) -> HttpResponse:
    """An adult's visit at the camera."""
    patient = _of_store(request, patient_id)
    if age_of(patient) < ADULT:
        messages.error(request, _("This person is under 18: please begin a child's visit."))
        return redirect("store_person", patient_id)
    sitting = open_sitting(sitting_id=new_id(), patient=patient, store=store, by=request.user)
    return redirect("store_measure", sitting.pk)


def age_of(patient: Patient) -> int:
    """Whole years today, at the youngest."""
    return youngest_age(clock.today(patient.zone), birth_date=patient.birth_date, birth_year=patient.birth_year)


def _of_store(request: HttpRequest, patient_id: UUID) -> Patient:
    patient = patients_visible_to(request.user).filter(pk=patient_id).first()
    if patient is None:
        raise Http404
    return patient


def _person_page(patient: Patient) -> HttpResponse:
    return redirect("store_person", patient.pk)
