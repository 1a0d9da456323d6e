"""Today's list of a store."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.gate import for_store_staff
from accounts.language import readers_language
from accounts.models import Organisation
from core import clock
from core.dates import day_in_words
from followup.presenters import step_words
from followup.store_day import DayLine, OverdueLine, day_of

# What is still open, with the shape of its chip.
MATTERS: Mapping[str, tuple[str | Promise, str]] = {
    "emergency_care_today": (_("Eye emergency care today"), "now"),
    "waiting_for_reading": (_("Being read"), "blank"),
    "retake_now": (_("Retake the photo now"), "watch"),
    "photo_missing": (_("A photo is missing"), "watch"),
    "examination_to_arrange": (_("Examination to arrange"), "see"),
    "doctor_to_arrange": (_("Doctor's visit to arrange"), "see"),
    "report_waiting": (_("A doctor will answer"), "blank"),
}
PROGRAMMES: Mapping[str, str | Promise] = {"retina-dr": _("Retina"), "myopia": _("Child's eyes")}


@require_safe
@for_store_staff
def today(request: HttpRequest, store: Organisation) -> HttpResponse:
    """The store's sittings of today with what is still open, and its people whose date has passed."""
    found = day_of(request.user, store)
    language = readers_language()
    context = {
        "store": store,
        "tab": "today",
        "day": day_in_words(found.day, language),
        "lines": [_line(line, language) for line in found.lines],
        "open": sum(bool(line.open) for line in found.lines),
        "overdue": [_overdue(line, language) for line in found.overdue],
    }
    return render(request, "followup/store/today.html", context)


def _line(line: DayLine, language: str) -> dict[str, object]:
    return {
        "line": line,
        "time": f"{line.encounter.opened_at.astimezone(ZoneInfo(line.patient.zone)):%H:%M}",
        "what": PROGRAMMES.get(line.encounter.programme, ""),
        "open": [MATTERS[code] for code in line.open],
    }


def _overdue(line: OverdueLine, language: str) -> dict[str, object]:
    user = line.patient.user
    return {
        "patient": line.patient,
        "step": step_words(line.step, language, clock.today(line.patient.zone)),
        "phone": (user.phone or "") if user and line.may_call else "",
    }
