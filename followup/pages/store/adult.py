"""The visit of an adult at the camera: diabetes facts, what she may read of it now, and the plan with its paper."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.gate import for_store_staff
from accounts.language import LANGUAGES, readers_language
from accounts.models import Organisation
from core import clock
from core.dates import day_in_words
from core.pure.days import local_day
from followup.models import Step
from followup.pages.store.chair import NEEDS_PHOTO, chair_cards
from followup.pages.store.strip import onward, strip
from followup.presenters import StepWords, step_words
from followup.results import released_result
from followup.rules.sentences import sentence
from followup.store_day import NOT_OF_THE_SKIN
from followup.visits import Visit, visit_of
from screening.forms import AnswersForm, SymptomForm, initial_answers, last_hba1c
from screening.models import Fact
from screening.selectors import latest_facts, symptom_is_answered
from screening.services.facts import record_facts

PHOTO_MESSAGES = ("not_readable", "eye_missing")


def measure(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The symptom question of this sitting, and diabetes as it is known, to be confirmed; a post keeps the answers and goes on."""
    patient = visit.patient
    known, today = latest_facts(patient), clock.today(patient.zone)
    given = request.POST if request.method == "POST" else None
    told = symptom_is_answered(patient, visit.encounter.pk, now=clock.now())
    symptom = SymptomForm(given, initial=initial_answers(known) if told else {})
    form = AnswersForm(given, today=today, known=frozenset(known), initial=initial_answers(known))
    if given is not None and all([symptom.is_valid(), form.is_valid()]):
        record_facts(patient=patient, answers=[*symptom.answers(today), *form.answers()], source=Fact.Source.STAFF, by=request.user)
        # A yes is more urgent than any photo: the result says where to go today.
        return redirect("store_result" if symptom.cleaned_data["symptom"] == "yes" else "store_photo", visit.encounter.pk)
    context = {"symptom": symptom, "form": form, "before": last_hba1c(known)}
    return render(request, "followup/store/measure.html", strip(request, visit, "measure") | context, status=200 if given is None else 422)


def result(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What the person may read now, nothing more; what is still to be photographed is said as what to do now, not within days."""
    cards = chair_cards(request, visit)
    released = released_result(visit.encounter, readers_language())
    lacking = [card.eye.title for card in cards if card.eye.state in NEEDS_PHOTO]
    context = {
        "result": released,
        "hides_sentence": bool(lacking) and released.code in PHOTO_MESSAGES,
        "also": [message for message in released.also if not (lacking and message.code in PHOTO_MESSAGES)],
        "is_busy": any(card.eye.state == "busy" for card in cards),
        "lacking": lacking,
        "onward": onward(visit, "result"),
    }
    return render(request, "followup/store/result.html", strip(request, visit, "result") | context)


def plan(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The next step with its date and reason, and the paper to take along."""
    context = {"steps_told": _steps(visit, readers_language()), "onward": onward(visit, "plan")}
    return render(request, "followup/store/plan.html", strip(request, visit, "plan") | context)


@require_safe
@for_store_staff
def paper(request: HttpRequest, store: Organisation, encounter_id: object) -> HttpResponse:
    """One A4 page in both languages: what she may read, the step with its date, its rule and source."""
    visit = visit_of(request.user, store, encounter_id)
    patient = visit.patient
    opened = local_day(visit.encounter.opened_at, patient.zone)
    told = [
        {
            "language": language,
            "opened": day_in_words(opened, language),
            "store": store.name_en if language == "en" else store.name_zh,
            "result": released_result(visit.encounter, language),
            "steps": _steps(visit, language),
            "net": sentence("safety_net_eye", language),
        }
        for language in LANGUAGES
    ]
    return render(request, "followup/store/paper.html", {"visit": visit, "patient": patient, "told": told})


def _steps(visit: Visit, language: str) -> list[StepWords]:
    """Open steps about her eyes, the next one first."""
    steps = Step.objects.filter(NOT_OF_THE_SKIN, patient=visit.patient, state=Step.State.OPEN).order_by("-is_next", "due_on", "opened_at")
    today = clock.today(visit.patient.zone)
    return [step_words(step, language, today) for step in steps]
