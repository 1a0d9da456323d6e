"""What a person agrees to, and takes back."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import consent_texts
from accounts.consent_texts import SHARE_STORE
from accounts.forms import ConsentForm, explain
from accounts.language import readers_language
from accounts.models import Patient
from accounts.selectors import active_consents, default_reading_centre, patient_of
from accounts.services.consent import CARE, give_consents, withdraw_consent
from core.problems import Problem


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """The ticks, each with its words and version, all off; then on to the facts."""
    patient = own_patient(request)
    given = {found.purpose for found in active_consents(patient)}
    # Who has just signed up decides on four; the rest wait on her own page.
    offered = consent_texts.purposes_of_account() if CARE in given else consent_texts.purposes()
    words = consent_texts.wordings(offered, readers_language(), default_reading_centre())
    form = ConsentForm(request.POST or None, wordings=[found for found in words if found.purpose not in given])
    if form.is_bound and form.is_valid():
        try:
            give_consents(patient=patient, purposes=form.ticked, by=request.user, language=readers_language())
            return redirect("facts")
        except Problem as problem:
            explain(form, problem)
    return render(request, "accounts/consent.html", {"form": form, "given": [found for found in words if found.purpose in given]})


@login_required
@require_POST
def give(request: HttpRequest, purpose: str) -> HttpResponse:
    """Agree to one purpose, or take a withdrawal back."""
    patient = own_patient(request)
    try:
        give_consents(patient=patient, purposes=[purpose], by=request.user, language=readers_language())
    except Problem as problem:
        messages.error(request, str(problem.detail))
    return redirect("me")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, purpose: str) -> HttpResponse:
    """Withdraw one purpose at once, with undo; closing the whole record asks once and says what happens."""
    patient = own_patient(request)
    if purpose not in consent_texts.every_purpose():
        raise Http404
    if request.method == "POST" and (purpose != CARE or request.POST.get("confirm") == CARE):
        withdraw_consent(patient=patient, purpose=purpose, by=request.user, organisation=_store_meant(request))
        messages.success(request, _("Withdrawn."), extra_tags="" if purpose in (CARE, SHARE_STORE) else reverse("give_consent", args=[purpose]))
        return redirect("me")
    words = consent_texts.wording(purpose, readers_language(), default_reading_centre())
    return render(request, "accounts/withdraw.html", {"words": words, "is_care": purpose == CARE, "tab": "me"})


def _store_meant(request: HttpRequest) -> UUID | None:
    """Which store no longer, where she shares with several."""
    meant = request.POST.get("organisation", "")
    try:
        return UUID(meant) if meant else None
    except ValueError:
        raise Http404 from None


def own_patient(request: HttpRequest) -> Patient:
    """The patient who is signed in; Http404 for staff, to whom these pages do not exist."""
    patient = patient_of(request.user)
    if patient is None:
        raise Http404
    return patient
