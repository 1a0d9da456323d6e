"""The facts before a first photo: one symptom question, then diabetes and eyes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.gate import for_patients
from accounts.models import Patient
from accounts.selectors import has_consent
from core import clock
from screening.forms import AnswersForm, SymptomForm, initial_answers, last_hba1c
from screening.models import Fact
from screening.selectors import latest_facts
from screening.services.facts import record_facts


@require_http_methods(["GET", "POST"])
@for_patients
def facts(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The symptom question; a yes leads straight to where to go today."""
    form = SymptomForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return tell_symptom(request, patient, form) or redirect("answers")
    return render(request, "screening/facts.html", {"form": form, "tab": "me", "is_new": not latest_facts(patient)})


@require_http_methods(["GET", "POST"])
@for_patients
def answers(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Diabetes and eyes; afterwards reminders are offered once, and then the photo."""
    known = latest_facts(patient)
    is_new = "diabetes" not in known
    given = request.POST if request.method == "POST" else None
    form = AnswersForm(given, today=clock.today(patient.zone), known=frozenset(known), initial=initial_answers(known))
    if form.is_valid():
        record_facts(patient=patient, answers=form.answers(), source=Fact.Source.SELF, by=request.user)
        if not is_new:
            return redirect("me")
        return redirect("remind_me" if has_consent(patient, "reminder_wechat") else "check")
    return render(request, "screening/answers.html", {"form": form, "tab": "me", "is_new": is_new, "before": last_hba1c(known)})


def tell_symptom(request: HttpRequest, patient: Patient, form: SymptomForm) -> HttpResponse | None:
    """Record the symptom answer; the way to go when it was a yes."""
    record_facts(patient=patient, answers=form.answers(clock.today(patient.zone)), source=Fact.Source.SELF, by=request.user)
    return redirect("today") if form.cleaned_data["symptom"] == "yes" else None
