"""One tap answers a reminder: the page of a step for its patient, the page a message opens, and the outcome that a clinician records."""

from datetime import date
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.gate import for_patients
from accounts.models import Patient, User
from core import clock
from core.ids import new_id
from core.problems import Problem
from followup.models import Reply, Step
from followup.pages.clinician import for_clinicians
from followup.presenters import WHY, reply_told, step_words
from followup.reply_links import reminder_of
from followup.rules.replies import REASONS, SILENCING
from followup.selectors import steps_to_reply_to, steps_visible_to
from followup.services.replies import reply_by_link, reply_to_step
from followup.services.steps import record_outcome
from screening.selectors import SKIN

NOTED = {
    "booked": gettext_lazy("Noted. You will be reminded before that day."),
    "been": gettext_lazy("Noted. Somebody asks what the doctor found; until then this stays on your list."),
    "under_doctor": gettext_lazy("Noted. Somebody confirms it; until then this stays on your list."),
    "cannot_come": gettext_lazy("Noted. Somebody will call you to find another way."),
    "call_me": gettext_lazy("Noted. Somebody will call you, at the latest on the next working day."),
    "not_me": gettext_lazy("Noted. Nothing more is sent to this phone, and a person looks into it."),
    "stop": gettext_lazy("Noted. You get no more messages. What is open stays on your home page."),
}


@require_http_methods(["GET", "POST"])
@for_patients
def reply(request: HttpRequest, patient: Patient, step_id: UUID) -> HttpResponse:
    """The answers to one step of hers or of her child, each one tap; what was typed stays."""
    assert isinstance(request.user, User)
    step = get_object_or_404(steps_to_reply_to(request.user), pk=step_id)
    if request.method == "POST":
        try:
            given = reply_to_step(
                step_id=step.pk,
                by=request.user,
                reply_id=_uuid(request.POST.get("id", "")),
                kind=request.POST.get("kind", ""),
                on=_day(request.POST.get("on", "")),
                place=request.POST.get("place", ""),
                why=request.POST.get("why", ""),
            )
        except Problem as problem:
            return _page(request, step, problem)
        messages.success(request, str(NOTED[given.kind]))
        return redirect("home")
    return _page(request, step)


def _page(request: HttpRequest, step: Step, problem: Problem | None = None) -> HttpResponse:
    language = get_language() or "zh-hans"
    today = clock.today(step.patient.zone)
    context = {
        "tab": "home",
        "step": step_words(step, language, today),
        "is_open": step.state == Step.State.OPEN,
        "whose": step.patient if step.patient.user_id != request.user.pk else None,
        "is_skin": step.encounter is not None and step.encounter.programme == SKIN,
        "today": today,
        "tap": new_id(),
        "reasons": [(code, WHY[code]) for code in REASONS],
        "earlier": _told(step, language)[:3],
        "problem": problem,
        "typed": request.POST if problem else {},
    }
    return render(request, "followup/patient/reply.html", context, status=problem.status_code if problem else 200)


@require_http_methods(["GET", "POST"])
def message(request: HttpRequest, token: str) -> HttpResponse:
    """Where a message leads: on to the answers for whoever may give them, else only *not me* and *stop*; it names nobody and nothing."""
    reminder = reminder_of(token)
    if reminder is None or reminder.step is None:
        raise Http404
    if request.method == "POST":
        if request.POST.get("kind") not in SILENCING:
            raise Http404
        given = reply_by_link(reminder=reminder, kind=request.POST["kind"])
        return render(request, "followup/patient/silenced.html", {"noted": NOTED[given.kind]})
    if isinstance(request.user, User) and steps_to_reply_to(request.user).filter(pk=reminder.step.pk).exists():
        return redirect("reply", reminder.step.pk)
    return render(request, "followup/patient/message.html", {"onward": reverse("reply", args=[reminder.step.pk])})


class OutcomeForm(forms.Form):
    """What really happened; nothing else closes a step."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What happened?"),
        choices=[
            ("attended", gettext_lazy("She has been, and the outcome is known")),
            ("declined", gettext_lazy("She declines, informed")),
            ("deceased", gettext_lazy("She has died")),
        ],
        widget=forms.RadioSelect,
    )
    next_due = forms.DateField(
        label=gettext_lazy("The next date that was given"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


@require_http_methods(["GET", "POST"])
@for_clinicians
def outcome(request: HttpRequest, user: User, step_id: UUID) -> HttpResponse:
    """Record what really happened with a step: the only way in which a referral ends."""
    step = get_object_or_404(steps_visible_to(user), pk=step_id)
    form = OutcomeForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            record_outcome(step=step, outcome=form.cleaned_data["outcome"], by=user, next_due=form.cleaned_data["next_due"])
        except Problem as problem:
            form.add_error(None, str(problem.detail))
        else:
            messages.success(request, _("Noted. The plan was made anew."))
            return redirect("queue")
    if request.method == "POST":
        status = 422
    language = get_language() or "zh-hans"
    context = {
        "step": step_words(step, language, clock.today(step.patient.zone)),
        "patient": step.patient,
        "form": form,
        "replies": _told(step, language),
    }
    return render(request, "followup/clinician/outcome.html", context, status=status)


def _told(step: Step, language: str) -> list[str]:
    return [reply_told(given, language) for given in Reply.objects.filter(step=step).order_by("-at")]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return new_id()


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


reply_urls = [
    path("steps/<uuid:step_id>/reply/", reply, name="reply"),
    path("r/<str:token>/", message, name="message"),
    path("clinic/steps/<uuid:step_id>/outcome/", outcome, name="outcome"),
]
