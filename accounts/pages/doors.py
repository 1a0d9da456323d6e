"""Signing up, in and out."""

from uuid import UUID

from django import forms
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.demo_logins import demo_logins
from accounts.forms import CodeForm, PasswordForm, PhoneForm, SignUpForm, explain
from accounts.language import readers_language
from accounts.models import LoginCode
from accounts.pages.arrival import arrive, home, remember_destination
from accounts.phones import mask_phone
from accounts.selectors import phone_awaiting_code
from accounts.services.codes import request_code
from accounts.services.sign_in import confirm_code, confirm_password, sign_out
from accounts.services.sign_up import start_sign_up
from core.problems import Problem

# The session keeps the id of the code, never the phone: sessions are not encrypted.
CODE = "code"


@never_cache
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Name, birth, phone: the one short screen of making an account."""
    if request.user.is_authenticated:
        return home(request.user)
    form = SignUpForm(request.POST or None)
    if form.is_valid():
        birth_date, birth_year = form.cleaned_data["birth"]
        try:
            sent = start_sign_up(
                name=form.cleaned_data["name"],
                birth_date=birth_date,
                birth_year=birth_year,
                phone=form.cleaned_data["phone"],
                language=readers_language(),
            )
        except Problem as problem:
            explain(form, problem)
        else:
            return _await_code(request, sent, "sign_up_code")
    return render(request, "accounts/sign_up.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
def sign_up_code(request: HttpRequest) -> HttpResponse:
    """The code that proves a new account's phone."""
    return _code_page(request, "sign_up", "accounts/sign_up_code.html")


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Phone first; staff and the demo's people have their own way below."""
    if request.user.is_authenticated:
        return home(request.user)
    remember_destination(request)
    form = PhoneForm(request.POST or None)
    if form.is_valid():
        try:
            sent = request_code(phone=form.cleaned_data["phone"])
        except Problem as problem:
            explain(form, problem)
        else:
            return _await_code(request, sent, "sign_in_code")
    return render(request, "accounts/sign_in.html", {"form": form, "demo_logins": demo_logins()})


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The code that opens an account."""
    return _code_page(request, "sign_in", "accounts/sign_in_code.html")


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_password(request: HttpRequest) -> HttpResponse:
    """Staff and the demo's people."""
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            return arrive(request, confirm_password(**form.cleaned_data))
        except Problem as problem:
            explain(form, problem)
    return render(request, "accounts/sign_in_password.html", {"form": form})


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out of this browser."""
    if request.user.is_authenticated:
        sign_out(user=request.user)
        logout(request)
    return redirect("core:first")


def _await_code(request: HttpRequest, sent: LoginCode, page: str) -> HttpResponse:
    request.session[CODE] = str(sent.pk)
    return redirect(page)


def _code_page(request: HttpRequest, before: str, template: str) -> HttpResponse:
    phone = phone_awaiting_code(UUID(request.session[CODE])) if CODE in request.session else None
    if phone is None:
        return redirect(before)
    wants_another = "again" in request.POST
    form = CodeForm(request.POST if request.POST and not wants_another else None)
    if wants_another:
        return _another_code(request, form, phone, template)
    if form.is_valid():
        try:
            user = confirm_code(phone=phone, code=form.cleaned_data["code"])
        except Problem as problem:
            explain(form, problem)
        else:
            del request.session[CODE]
            return arrive(request, user)
    return render(request, template, {"form": form, "phone": mask_phone(phone)})


def _another_code(request: HttpRequest, form: forms.Form, phone: str, template: str) -> HttpResponse:
    problem = None
    try:
        request.session[CODE] = str(request_code(phone=phone).pk)
    except Problem as refusal:
        problem = refusal
    return render(request, template, {"form": form, "phone": mask_phone(phone), "problem": problem, "sent_again": problem is None})
