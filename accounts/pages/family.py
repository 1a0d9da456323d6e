"""What a guardian agreed to for her child, and takes back, from her own phone."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import consent_texts
from accounts.gate import for_patients
from accounts.language import readers_language
from accounts.models import Patient
from accounts.selectors import active_consents, children_of, default_reading_centre
from accounts.services.consent import CARE, give_consents, withdraw_consent
from accounts.services.guardians import PURPOSES
from core.problems import Problem


@require_http_methods(["GET", "POST"])
@for_patients
def child_consents(request: HttpRequest, guardian: Patient, child_id: UUID) -> HttpResponse:
    """Each consent with its words; a post gives or withdraws one. Closing the child's record is asked once more. 404 for another's child."""
    child = children_of(request.user).filter(pk=child_id).first()
    if child is None:
        raise Http404
    if request.method == "POST" and not _asks_first(request):
        try:
            _decide(request, child)
        except Problem as problem:
            messages.error(request, str(problem.detail))
        return redirect("child_consents", child_id=child.pk)
    language, centre = readers_language(), default_reading_centre()
    given = list(active_consents(child))
    agreed = {consent.purpose for consent in given}
    offered = [purpose for purpose in PURPOSES if purpose in consent_texts.purposes_without_place() and purpose not in agreed]
    context = {
        "tab": "home",
        "child": child,
        "closing": request.method == "POST",
        "given": [(consent, consent_texts.wording(consent.purpose, language, consent.organisation or centre)) for consent in given],
        "open": consent_texts.wordings(offered, language, centre),
    }
    return render(request, "accounts/child_consents.html", context)


def _asks_first(request: HttpRequest) -> bool:
    return request.POST.get("withdraw") == CARE and request.POST.get("confirm") != CARE


def _decide(request: HttpRequest, child: Patient) -> None:
    if purpose := request.POST.get("give"):
        give_consents(patient=child, purposes=[purpose], by=request.user, language=readers_language())
        messages.success(request, _("Agreed"))
        return
    withdraw_consent(patient=child, purpose=request.POST.get("withdraw", ""), by=request.user, organisation=_store(request))
    messages.success(request, _("Withdrawn."))


def _store(request: HttpRequest) -> UUID | None:
    meant = request.POST.get("organisation", "")
    try:
        return UUID(meant) if meant else None
    except ValueError:
        raise Http404 from None
