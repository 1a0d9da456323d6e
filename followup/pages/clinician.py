"""The clinician's two pages: the queue with its lists, and the case that is answered."""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.selectors import actor_role
from core.problems import Problem
from followup.cases import Case, case_of
from followup.pages.case_form import CaseForm, CorrectionForm
from followup.pages.desk import answer_form, case_after, case_on_desk, desk_of, echo_of
from followup.pages.spot_form import SpotForm
from followup.selectors import tasks_visible_to
from followup.services.tasks import done
from screening.services.images import reveal
from screening.services.signing import correct_photos, sign_report
from screening.skin.signing import sign_spot

Given = ParamSpec("Given")


def for_clinicians(page: Callable[Concatenate[HttpRequest, User, Given], HttpResponse]) -> Callable[Concatenate[HttpRequest, Given], HttpResponse]:
    """Call `page(request, user, …)` for a clinician; a sign-in leads back here, and for anybody else there is nothing here."""

    @wraps(page)
    def gated(request: HttpRequest, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponse:
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        if actor_role(request.user) != "clinician":
            raise Http404
        response = page(request, request.user, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return gated


@require_safe
@for_clinicians
def queue(request: HttpRequest, user: User) -> HttpResponse:
    """The shared queue and the list of matters for a person; beside them the first case, where there is room."""
    desk = desk_of(user)
    first = desk["lines"][0].line.step.encounter_id if desk["lines"] else None
    shown = case_on_desk(request, case_of(user, first)) if first else {}
    context = {**desk, **shown, "following": case_after(desk["lines"], first), "list_first": True}
    return render(request, "followup/clinician/desk.html", context)


@require_safe
@for_clinicians
def case(request: HttpRequest, user: User, encounter_id: UUID) -> HttpResponse:
    """One case beside the queue."""
    return _answer(request, user, case_of(user, encounter_id))


@require_POST
@for_clinicians
def case_sign(request: HttpRequest, user: User, encounter_id: UUID) -> HttpResponse:
    """Sign or amend, then on to the next case. What was not yet shown in words is shown first, and asked once."""
    found = case_of(user, encounter_id)
    form = answer_form(found, request.POST)
    if not form.is_valid():
        return _answer(request, user, found, form, status=422)
    if request.POST.get("echo") != form.echo:
        return _answer(request, user, found, form, asked=True)
    following = case_after(desk_of(user)["lines"], encounter_id)
    try:
        _sign(form, user)
    except Problem as problem:
        return _look_again(request, user, encounter_id, problem)
    messages.success(request, _("Signed. This is the next case.") if following else _("Signed. Nothing else is waiting."))
    return redirect("case", following) if following else redirect("queue")


def _sign(form: CaseForm | SpotForm, by: User) -> None:
    base_number, encounter_id = form.cleaned_data["base_number"], form.case.encounter.pk
    if isinstance(form, SpotForm):
        sign_spot(encounter_id=encounter_id, by=by, base_number=base_number, decision=form.decision, remarks=form.remarks)
    else:
        decisions, remarks = form.decisions, asdict(form.remarks)
        sign_report(encounter_id=encounter_id, by=by, base_number=base_number, decisions=decisions, dme=form.dme_place, **remarks)


@require_POST
@for_clinicians
def case_preview(request: HttpRequest, user: User, encounter_id: UUID) -> HttpResponse:
    """The decision in words and what will follow from it; writes nothing."""
    found = case_of(user, encounter_id)
    form = answer_form(found, request.POST)
    return render(request, "followup/clinician/echo.html", {"case": found, "form": form, **echo_of(form)})


@require_POST
@for_clinicians
def case_reveal(request: HttpRequest, user: User, encounter_id: UUID, photo_id: UUID) -> HttpResponse:
    """The case with one hidden photo shown, this once; who asked is noted."""
    found = case_of(user, encounter_id)
    photo = next((seen.photo for seen in found.photos if seen.photo.pk == photo_id and seen.photo.intimate), None)
    if photo is None:
        raise Http404
    reveal(photo, by=user)
    return _answer(request, user, found, revealed=photo_id)


@require_POST
@for_clinicians
def case_correct(request: HttpRequest, user: User, encounter_id: UUID) -> HttpResponse:
    """Photos of the other eye, of another person, or that cannot be read."""
    found = case_of(user, encounter_id)
    form = CorrectionForm(found, request.POST)
    if not form.is_valid():
        return _answer(request, user, found, correction=form, status=422)
    given = form.cleaned_data
    correct_photos(
        encounter_id=encounter_id, by=user, photo_ids=[UUID(photo) for photo in given["photos"]], kind=given["kind"], reason=given["reason"]
    )
    messages.success(request, _("Noted. The case was planned anew."))
    return redirect("case", encounter_id)


@require_POST
@for_clinicians
def task_done(request: HttpRequest, user: User, task_id: UUID) -> HttpResponse:
    """A matter that a person has seen to."""
    done(task=get_object_or_404(tasks_visible_to(user), pk=task_id), by=user)
    messages.success(request, _("Done."))
    return redirect("queue")


def _answer(
    request: HttpRequest,
    user: User,
    found: Case,
    form: CaseForm | SpotForm | None = None,
    *,
    correction: CorrectionForm | None = None,
    revealed: UUID | None = None,
    asked: bool = False,
    status: int = 200,
) -> HttpResponse:
    desk = desk_of(user)
    shown = case_on_desk(request, found, form, correction, revealed=revealed)
    context = {**desk, **shown, "asked": asked, "following": case_after(desk["lines"], found.encounter.pk)}
    return render(request, "followup/clinician/desk.html", context, status=status)


def _look_again(request: HttpRequest, user: User, encounter_id: UUID, problem: Problem) -> HttpResponse:
    """The case as it is now with what was typed; a newer version becomes the one that is answered."""
    found = case_of(user, encounter_id)
    typed = request.POST.copy()
    typed["base_number"] = str(found.latest.number if found.latest else 0)
    form = answer_form(found, typed)
    form.add_error(None, str(problem.detail))
    return _answer(request, user, found, form, status=problem.status_code)


clinician_urls = [
    path("clinic/", queue, name="queue"),
    path("clinic/<uuid:encounter_id>/", case, name="case"),
    path("clinic/<uuid:encounter_id>/sign/", case_sign, name="case_sign"),
    path("clinic/<uuid:encounter_id>/preview/", case_preview, name="case_preview"),
    path("clinic/<uuid:encounter_id>/photos/", case_correct, name="case_correct"),
    path("clinic/<uuid:encounter_id>/photos/<uuid:photo_id>/", case_reveal, name="case_reveal"),
    path("clinic/tasks/<uuid:task_id>/done/", task_done, name="task_done"),
]
