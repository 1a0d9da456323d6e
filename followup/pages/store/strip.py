"""The strip of a visit: five steps across the top of every page of it, and who it is about.

A page of a visit renders `strip(request, visit, "measure") | {...}` into a template that extends "followup/store/visit.html".
"""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.language import readers_language
from accounts.models import Patient
from accounts.rules.age import youngest_age
from core import clock
from core.dates import day_in_words
from followup.visits import Visit

STEPS = ("measure", "photo", "result", "plan")


def strip(request: HttpRequest, visit: Visit, current: str) -> dict[str, object]:
    """Context of a visit's page: `store`, `visit`, `patient`, `who` (age), and `steps` as (label, address, state); `current` is one of STEPS.

    Every step is a way to it: staff go back to what they typed, and see what is still to come.
    """
    labels = {"measure": _("Measure"), "photo": _("Photo"), "result": _("Result"), "plan": _("Plan")}
    place = STEPS.index(current)
    steps = [(_("Find"), reverse("store_find"), "done")]
    for number, name in enumerate(STEPS):
        state = "current" if name == current else "done" if number < place else "next"
        steps.append((labels[name], reverse(f"store_{name}", args=[visit.encounter.pk]), state))
    return {"store": visit.store, "tab": "visit", "visit": visit, "patient": visit.patient, "who": age_in_words(visit.patient), "steps": steps}


def onward(visit: Visit, current: str) -> str:
    """The address of the step after `current`; after the plan the day goes on with today's list."""
    place = STEPS.index(current) + 1
    return reverse(f"store_{STEPS[place]}", args=[visit.encounter.pk]) if place < len(STEPS) else reverse("store_today")


def age_in_words(patient: Patient) -> str:
    """The age and, where it is known, the birth date, by which two people of one name are told apart."""
    age = youngest_age(clock.today(patient.zone), birth_date=patient.birth_date, birth_year=patient.birth_year)
    years = _("%(age)s years") % {"age": age}
    return f"{years} · {day_in_words(patient.birth_date, readers_language())}" if patient.birth_date else years
