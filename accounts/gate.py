"""The gates of pages: a patient's – signed in, a patient, and with a record to speak of – and those of a store's staff."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Organisation, Patient, User
from accounts.selectors import has_consent, patient_of, stores_of

Given = ParamSpec("Given")
Page = Callable[Concatenate[HttpRequest, Patient, Given], HttpResponseBase]
StorePage = Callable[Concatenate[HttpRequest, Organisation, Given], HttpResponseBase]


def for_patients(page: Page[Given]) -> Callable[Concatenate[HttpRequest, Given], HttpResponseBase]:
    """Call `page(request, patient, …)` for a signed-in patient who agreed to care.

    Without sign-in the way leads to it and back; without `care` there is no record, so it leads to the consent page.
    Raises Http404 for staff: a patient's pages are nobody else's.
    """

    @wraps(page)
    def gated(request: HttpRequest, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return _lead(request, redirect_to_login(request.get_full_path()))
        patient = patient_of(request.user)
        if patient is None:
            raise Http404
        if not has_consent(patient, "care"):
            return _lead(request, redirect("consent"))
        return _unstored(page(request, patient, *args, **kwargs))

    return gated


def for_store_staff(page: StorePage[Given]) -> Callable[Concatenate[HttpRequest, Given], HttpResponseBase]:
    """Call `page(request, store, …)` for signed-in staff of a store; where she works at several, the latest. Raises Http404 for others."""

    @wraps(page)
    def gated(request: HttpRequest, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, User):
            return _lead(request, redirect_to_login(request.get_full_path()))
        store = stores_of(request.user).first()
        if store is None:
            raise Http404
        return _unstored(page(request, store, *args, **kwargs))

    return gated


def _unstored(response: HttpResponseBase) -> HttpResponseBase:
    if isinstance(response, HttpResponse) and "Cache-Control" not in response:
        # Phones and counters are shared: nothing of a record stays behind in the browser.
        response["Cache-Control"] = "private, no-store"
    return response


def _lead(request: HttpRequest, way: HttpResponseRedirect) -> HttpResponse:
    """The whole page goes there, also when only a part of it was asked for."""
    return HttpResponseClientRedirect(way.url) if request.headers.get("HX-Request") else way
