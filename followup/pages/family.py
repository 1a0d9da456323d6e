"""A guardian's children: each with her next step, what her visits said, and a page to print."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from accounts.gate import for_patients
from accounts.language import readers_language
from accounts.models import Patient
from accounts.rules.age import youngest_age
from accounts.selectors import children_of
from core import clock
from followup.child_words import visits_in_words
from followup.models import Step
from followup.pages.child_paper import child_paper
from followup.presenters import step_words
from screening.myopia.selectors import child_visits, visible_visit


@require_safe
@for_patients
def family(request: HttpRequest, guardian: Patient) -> HttpResponse:
    """The children she decides for, each with what is next."""
    language = readers_language()
    children = list(children_of(guardian.user).order_by("pk")) if guardian.user else []
    nexts = {step.patient_id: step for step in Step.objects.filter(patient__in=children, is_next=True)}
    shown = [
        (child, _age(child), step_words(nexts[child.pk], language, clock.today(child.zone)) if child.pk in nexts else None) for child in children
    ]
    return render(request, "followup/child/family.html", {"tab": "home", "children": shown})


@require_safe
@for_patients
def child(request: HttpRequest, guardian: Patient, child_id: UUID) -> HttpResponse:
    """One child: her open steps, and her visits with what each said."""
    found = _child_of(guardian, child_id)
    language, today = readers_language(), clock.today(found.zone)
    steps = list(Step.objects.filter(patient=found, state=Step.State.OPEN).order_by("-is_next", "due_on"))
    context = {
        "tab": "home",
        "child": found,
        "age": _age(found),
        "steps": [step_words(step, language, today) for step in steps],
        "visits": visits_in_words(child_visits(found), steps, language),
    }
    return render(request, "followup/child/child.html", context)


@require_safe
@for_patients
def paper(request: HttpRequest, guardian: Patient, child_id: UUID, encounter_id: UUID) -> HttpResponse:
    """One visit for printing."""
    found = _child_of(guardian, child_id)
    visit = visible_visit(request.user, encounter_id)
    if visit.patient_id != found.pk:
        raise Http404
    return child_paper(request, visit, back=reverse("family_child", args=[found.pk]))


def _child_of(guardian: Patient, child_id: UUID) -> Patient:
    found = children_of(guardian.user).filter(pk=child_id).first() if guardian.user else None
    if found is None:
        raise Http404
    return found


def _age(patient: Patient) -> int:
    return youngest_age(clock.today(patient.zone), birth_date=patient.birth_date, birth_year=patient.birth_year)


family_urls = [
    path("family/", family, name="family"),
    path("family/<uuid:child_id>/", child, name="family_child"),
    path("family/<uuid:child_id>/visits/<uuid:encounter_id>/", paper, name="family_visit"),
]
