"""The patient's own pages: home, history, one result, its date in a calendar, reminders, and where to go today."""

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.gate import for_patients
from accounts.homes import home_above
from accounts.models import Patient, User
from accounts.selectors import actor_role, children_of, has_consent
from core import clock
from core.dates import day_in_words
from core.ids import new_id
from core.problems import Problem
from core.pure.days import local_day
from followup.calendar import all_day_event
from followup.pages.skin import skin_result, skin_urls
from followup.presenters import moments_in_words, step_words, to_do
from followup.results import released_result
from followup.rules.sentences import sentence
from followup.selectors import credit_balance, history, home_of, owner_of
from followup.services.credits import bank_credit
from screening.eyes_in_words import eyes_in_words, photos_shown
from screening.models import Reading
from screening.selectors import admission_of, own_encounter, unfinished_sitting
from screening.skin.selectors import SKIN

UNREAD = Reading.Outcome.UNREAD


STAFF_HOMES = {"clinician": "queue", "store_staff": "store_today"}


def language_now() -> str:
    """The language this page is read in."""
    return get_language() or "zh-hans"


def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in; staff have their own."""
    role = actor_role(request.user) if isinstance(request.user, User) else "none"
    if role in STAFF_HOMES:
        return redirect(STAFF_HOMES[role])
    above = home_above(request.user) if role == "none" and isinstance(request.user, User) else None
    return redirect(above.page) if above else _home(request)


@require_safe
@for_patients
def _home(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Is there something to do, what is the next date and why, what did the last check say."""
    found = home_of(patient)
    language = language_now()
    steps = [*([found.next_step] if found.next_step else []), *found.other_steps]
    day = clock.today(patient.zone)
    task = to_do(steps, day)
    dated = next((step for step in steps if step != task), None)
    last = unfinished_sitting(patient, now=clock.now()) or (found.latest.report.encounter if found.latest else None)
    return render(
        request,
        "followup/patient/home.html",
        {
            "tab": "home",
            "task": step_words(task, language, day) if task else None,
            "dated": step_words(dated, language, day) if dated else None,
            "last": released_result(last, language) if last else None,
            "children": children_of(request.user).order_by("pk"),
            "offers_reminder": found.credits == 0 and has_consent(patient, "reminder_wechat"),
            "tap": new_id(),
        },
    )


@require_safe
@for_patients
def record(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What happened, newest first, and the next step on top."""
    language = language_now()
    moments = list(moments_in_words(history(patient), patient, language))
    next_step = home_of(patient).next_step
    context = {
        "tab": "record",
        "years": [(year, list(lines)) for year, lines in groupby(moments, key=lambda moment: moment.year)],
        "next": step_words(next_step, language, clock.today(patient.zone)) if next_step else None,
    }
    return render(request, "followup/patient/history.html", context)


@require_safe
@for_patients
def result(request: HttpRequest, patient: Patient, encounter_id: UUID) -> HttpResponse:
    """One encounter as its patient may read it now."""
    encounter = own_encounter(patient, encounter_id)
    if encounter.programme == SKIN:
        return skin_result(request, patient, encounter)
    language = language_now()
    released = released_result(encounter, language)
    photos = photos_shown(encounter, request.session, with_attention=released.reading_released)
    mark = admission_of(patient, encounter.programme, at=encounter.opened_at).mark
    return render(
        request,
        "followup/patient/result.html",
        {
            "tab": "record",
            "patient": patient,
            "opened": day_in_words(local_day(encounter.opened_at, patient.zone), language),
            "result": released,
            "step": step_words(released.next_step, language, clock.today(patient.zone)) if released.next_step else None,
            "photos": photos,
            "eyes": eyes_in_words(released.finding, told=released.reading_released),
            "mark": sentence(f"mark.{mark}", language) if mark else "",
            "unread": next((sentence(f"unread.{shown.photo.reading.reason}", language) for shown in photos if shown.photo.outcome == UNREAD), ""),
            "retina_only": sentence("retina_only", language),
            "offers_reminder": has_consent(patient, "reminder_wechat"),
            "balance": credit_balance(patient),
            "tap": new_id(),
        },
    )


@require_safe
@for_patients
def result_calendar(request: HttpRequest, patient: Patient, encounter_id: UUID) -> HttpResponse:
    """The date of the result for a calendar; it names no disease, since calendars are shared. Http404 where there is no date."""
    released = released_result(own_encounter(patient, encounter_id), language_now())
    step = step_words(released.next_step, language_now(), clock.today(patient.zone)) if released.next_step else None
    day = released.date or (step.due_on if step else None)
    if day is None:
        raise Http404
    event = all_day_event(uid=str(encounter_id), day=day, stamp=clock.now(), title=_("Health check"), url=request.build_absolute_uri(reverse("home")))
    return HttpResponse(event, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="check.ics"'})


@require_http_methods(["GET", "POST"])
@for_patients
def remind_me(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Offer one WeChat reminder, and bank it; then back to where it was asked for, or on to the photo."""
    onward = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = reverse("check")
    if request.method == "POST":
        try:
            bank_credit(patient=patient, by=request.user, tap=_tap(request))
            messages.success(request, _("We will remind you by WeChat."))
        except Problem as problem:
            messages.error(request, str(problem.detail))
        return redirect(onward)
    return render(request, "followup/patient/remind_me.html", {"tab": "home", "tap": new_id(), "balance": credit_balance(patient)})


@require_safe
@for_patients
def today(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Where to go today after a yes to the symptom question; it needs no photo."""
    context = {"tab": "home", "sentence": sentence("now_eye", language_now()), "owner": owner_of(patient)}
    return render(request, "followup/patient/today.html", context)


def _tap(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("tap", ""))
    except ValueError:
        raise Http404 from None


patient_urls = [
    path("home/", home, name="home"),
    path("history/", record, name="history"),
    path("today/", today, name="today"),
    path("remind-me/", remind_me, name="remind_me"),
    path("results/<uuid:encounter_id>/", result, name="result"),
    path("results/<uuid:encounter_id>/check.ics", result_calendar, name="result_calendar"),
    *skin_urls,
]
