"""A new person at the counter: name, birth and phone, then her ticks and the code from her phone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import consent_texts
from accounts.forms import explain
from accounts.gate import for_store_staff
from accounts.language import readers_language
from accounts.models import Organisation
from accounts.phones import mask_phone
from accounts.selectors import default_reading_centre, phone_awaiting_code
from accounts.services.registration import NEEDED, confirm_registration, start_registration
from core.problems import Problem
from followup.pages.store.forms import CounterConsentForm, RegistrationForm

# The session keeps the id of the code, never the phone: sessions are not encrypted.
CODE = "store_code"


@require_http_methods(["GET", "POST"])
@for_store_staff
def register(request: HttpRequest, store: Organisation) -> HttpResponse:
    """Who she is; a code goes to her phone."""
    form = RegistrationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        birth_date, birth_year = form.cleaned_data["birth"]
        try:
            sent = start_registration(
                store=store,
                by=request.user,
                name=form.cleaned_data["name"],
                phone=form.cleaned_data["phone"],
                birth_date=birth_date,
                birth_year=birth_year,
                language=readers_language(),
            )
        except Problem as problem:
            explain(form, problem)
        else:
            request.session[CODE] = str(sent.pk)
            return redirect("store_register_code")
    return render(request, "followup/store/register.html", {"store": store, "tab": "find", "form": form})


@require_http_methods(["GET", "POST"])
@for_store_staff
def register_code(request: HttpRequest, store: Organisation) -> HttpResponse:
    """She reads, ticks, and says the code: her yes, with who stood by."""
    phone = phone_awaiting_code(UUID(request.session[CODE])) if CODE in request.session else None
    if phone is None:
        return redirect("store_register")
    language = readers_language()
    words = consent_texts.wordings(consent_texts.purposes_at_counter(), language, default_reading_centre(), store)
    form = CounterConsentForm(request.POST if request.method == "POST" else None, wordings=words)
    if form.is_valid():
        try:
            found = confirm_registration(
                store=store, by=request.user, phone=phone, code=form.cleaned_data["code"], purposes=form.ticked, language=language
            )
        except Problem as problem:
            explain(form, problem)
        else:
            del request.session[CODE]
            if not found.is_new:
                messages.info(request, _("This phone had an account already; name and birth date stay as they were registered then."))
            return redirect("store_person", found.patient.pk)
    context = {"store": store, "tab": "find", "form": form, "phone": mask_phone(phone), "needed": NEEDED}
    return render(request, "followup/store/register_code.html", context)
