"""Where a person stands after a door opened for her."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.homes import home_above
from accounts.models import User
from accounts.selectors import actor_role, has_consent, patient_of

NEXT = "next"
HOMES = {"patient": "home", "clinician": "queue", "store_staff": "store_today", "none": "core:first"}


def arrive(request: HttpRequest, user: User) -> HttpResponse:
    """Sign the browser in under a new session key and go on: to what is still to be agreed to, to where she wanted to go, or home."""
    wanted = request.session.pop(NEXT, "")
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    response = HttpResponseRedirect(_destination(user, wanted))
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language)
    return response


def home(user: User) -> HttpResponseRedirect:
    """The first page of this person's shell."""
    return HttpResponseRedirect(_home(user))


def remember_destination(request: HttpRequest) -> None:
    """Keep the page that asked for signing in, if it is one of ours."""
    wanted = request.GET.get(NEXT, "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        request.session[NEXT] = wanted


def _destination(user: User, wanted: str) -> str:
    patient = patient_of(user)
    if patient is not None and not has_consent(patient, "care"):
        return reverse("consent")
    return wanted or _home(user)


def _home(user: User) -> str:
    role = actor_role(user)
    above = home_above(user) if role == "none" else None
    return reverse(above.page if above else HOMES[role])
