"""What happens around every request: an id and one log line, honest limits on bodies, and a clear 503 when the database is away."""

from collections.abc import Callable
from contextlib import suppress
from time import perf_counter

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.shortcuts import render
from django.utils.translation import gettext as _

from core import problems
from core.ids import new_id
from core.request_id import set_request_id

log = structlog.get_logger("request")
Next = Callable[[HttpRequest], HttpResponseBase]
# A multipart envelope around the largest photo: boundaries, headers and the few form fields.
ENVELOPE_BYTES = 256 * 1024


class RequestLog:
    """One line per request: route and status, never the path (it may carry signatures) and never a body."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = str(new_id())
        set_request_id(request_id)
        started = perf_counter()
        try:
            response = self.get_response(request)
        finally:
            set_request_id("")
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            route=match.route if match else "unknown",
            status=response.status_code,
            milliseconds=round((perf_counter() - started) * 1000),
            request_id=request_id,
        )
        response["X-Request-Id"] = request_id
        return response


class DatabaseDown:
    """A request that meets a dead database answers 503 with a time to come back, as page or as problem."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError):
            return unavailable(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return unavailable(request) if isinstance(exception, (OperationalError, InterfaceError)) else None


def unavailable(request: HttpRequest) -> HttpResponse:
    """The 503 of a service whose memory is away for a moment."""
    response: HttpResponse
    if problems.wants_problem(request):
        response = problems.response("temporarily_unavailable", 503, retry_after=3)
    else:
        response = HttpResponse(_("The service is busy; nothing was lost. Please try again in a moment."), status=503, content_type="text/plain")
    response["Retry-After"] = "3"
    return response


class BodyLimits:
    """Tells an over-long body before it is read. What no view has read (too long, a stranger's, an unknown address) is drained.

    Otherwise gunicorn closes under the sender's feet, who sees a broken pipe instead of the answer.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        limit = settings.UPLOAD_MAX_BYTES + ENVELOPE_BYTES
        if length <= limit:
            response = self.get_response(request)
            drain(request)
            return response
        drain(request)
        detail = _("The file is too large: %(found)s MB; at most %(limit)s MB are taken.") % {
            "found": length // 1_048_576,
            "limit": settings.UPLOAD_MAX_BYTES // 1_048_576,
        }
        if problems.wants_problem(request):
            return problems.response("too_many_bytes", 413, detail, found=length, limit=settings.UPLOAD_MAX_BYTES)
        return render(request, "core/problem.html", {"title": detail}, status=413)


def drain(request: HttpRequest, most: int = 200 * 1024 * 1024) -> None:
    """Read and forget a body, up to `most` bytes, so that the client hears the answer instead of a broken pipe."""
    # The sender may have gone already; then nobody waits for the answer.
    with suppress(UnreadablePostError):
        while most > 0 and (chunk := request.read(1_048_576)):
            most -= len(chunk)
