"""Pages that belong to no app: health, and what Django asks for when something is wrong."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import problems


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def _answer(request: HttpRequest, code: str, status: int) -> HttpResponse:
    if problems.wants_problem(request):
        return problems.response(code, status)
    return render(request, "core/problem.html", {"title": problems.TITLES[code]}, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Unknown and forbidden look the same."""
    return _answer(request, "not_found", 404)


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, "malformed", 400)


def our_fault(request: HttpRequest) -> HttpResponse:
    """No template that could itself fail, no detail of the failure."""
    if problems.wants_problem(request):
        return problems.response("our_fault", 500)
    return HttpResponse(_("Something went wrong on our side. It has been recorded."), status=500, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, "csrf", 403)
