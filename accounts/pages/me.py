"""The account itself: who I am here, what I agreed to, my language."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import consent_texts
from accounts.homes import home_above
from accounts.language import LANGUAGES, readers_language
from accounts.phones import mask_phone
from accounts.selectors import active_consents, actor_role, default_reading_centre, organisations_of, patient_of, stores_of
from accounts.services.profile import set_language

SHELLS = {
    "clinician": "shells/clinician.html",
    "store_staff": "shells/store.html",
    "patient": "shells/patient.html",
    "none": "shells/patient.html",
}


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Name, masked phone, consents with their words; a post sets the language of pages and messages."""
    user = request.user
    if request.method == "POST":
        language = request.POST.get("language", "")
        response = redirect("me")
        if language in LANGUAGES:
            set_language(user=user, language=language)
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language)
        return response
    role = actor_role(user)
    above = home_above(user) if role == "none" else None
    patient = patient_of(user)
    given = list(active_consents(patient)) if patient else []
    language, centre = readers_language(), default_reading_centre()
    offered = consent_texts.wordings(consent_texts.purposes_of_account(), language, centre) if patient else []
    return render(
        request,
        "accounts/me.html",
        {
            "tab": "me",
            "shell": above.shell if above else SHELLS[role],
            "store": stores_of(user).first() if role == "store_staff" else None,
            "phone": mask_phone(user.phone) if user.phone else "",
            "patient": patient,
            "organisations": [*organisations_of(user), *stores_of(user)],
            "given": [(consent, consent_texts.wording(consent.purpose, language, consent.organisation or centre)) for consent in given],
            "open": [words for words in offered if words.purpose not in {consent.purpose for consent in given}],
        },
    )
