"""Errors as problem+json (RFC 9457): a stable code, words in the reader's language, and for forms a pointer to each field."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.response import Response

from core.request_id import current_request_id

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "urn:problem:"
TITLES: Mapping[str, str | Promise] = {
    "not_found": _("Nothing was found here."),
    "invalid": _("Some answers need another look."),
    "malformed": _("The request could not be read."),
    "not_signed_in": _("Please sign in first."),
    "method_not_allowed": _("This address does not take that kind of request."),
    "unsupported_media_type": _("This kind of content is not taken here."),
    "not_acceptable": _("The answer cannot be given in that form."),
    "too_many_requests": _("Too many requests; please wait a little."),
    "temporarily_unavailable": _("The service is busy; nothing was lost. Please try again in a moment."),
    "our_fault": _("Something went wrong on our side. It has been recorded."),
    "csrf": _("This page was open for too long. Please load it again; nothing was sent."),
}


class Problem(exceptions.APIException):
    """An error with a stable `code`, a sentence for people, and facts (`found`, `limit` …) for programs."""

    def __init__(
        self, code: str, detail: str | Promise, *, status_code: int = status.HTTP_400_BAD_REQUEST, pointer: str | None = None, **facts: Any
    ) -> None:
        super().__init__(detail=detail, code=code)
        self.status_code = status_code
        self.code = code
        self.pointer = pointer
        self.facts = facts


def body(code: str, status_code: int, detail: str | Promise = "", *, errors: list[dict[str, str]] | None = None, **facts: Any) -> dict[str, Any]:
    """The members of one problem document."""
    title = str(TITLES.get(code, detail))
    found: dict[str, Any] = {"type": TYPE_BASE + code, "title": title, "status": status_code, "code": code, "detail": str(detail) or title}
    if errors:
        found["errors"] = errors
    request_id = current_request_id()
    if request_id:
        found["request_id"] = request_id
    return found | facts


def response(code: str, status_code: int, detail: str | Promise = "", **facts: Any) -> JsonResponse:
    """A problem as a plain Django response, for what fails before or beside the API framework."""
    return JsonResponse(body(code, status_code, detail, **facts), status=status_code, content_type=MEDIA_TYPE)


def _field_errors(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _field_errors(inner, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    elif isinstance(detail, (list, tuple)):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, (Mapping, list, tuple))
            yield from _field_errors(inner, f"{pointer}/{position}" if nested else pointer)
    else:
        yield {"pointer": pointer or "/", "code": getattr(detail, "code", "invalid"), "detail": str(detail)}


def _document(error: Exception) -> dict[str, Any] | None:
    match error:
        case Problem():
            errors = [{"pointer": error.pointer, "code": error.code, "detail": str(error.detail)}] if error.pointer else None
            return body(error.code, error.status_code, str(error.detail), errors=errors, **error.facts)
        case exceptions.ValidationError():
            errors = list(_field_errors(error.detail))
            return body("invalid", 400, " ".join(dict.fromkeys(entry["detail"] for entry in errors)), errors=errors)
        case exceptions.ParseError():
            return body("malformed", 400)
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return body("not_signed_in", 401)
        case Http404() | PermissionDenied() | exceptions.NotFound() | exceptions.PermissionDenied():
            return body("not_found", 404)
        case exceptions.MethodNotAllowed():
            return body("method_not_allowed", 405)
        case exceptions.NotAcceptable():
            return body("not_acceptable", 406)
        case exceptions.UnsupportedMediaType():
            return body("unsupported_media_type", 415)
        case exceptions.Throttled():
            return body("too_many_requests", 429, retry_after=int(error.wait or 1))
    return None


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: every API error as a problem; unknown exceptions go on to Django (and become `our_fault`)."""
    document = _document(error)
    if document is None:
        return None
    answer = Response(document, status=document["status"], content_type=MEDIA_TYPE)
    if "retry_after" in document:
        answer["Retry-After"] = str(document["retry_after"])
    if document["status"] == status.HTTP_401_UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def wants_problem(request: HttpRequest) -> bool:
    """Whether the caller is a program (the API) rather than a person with a page."""
    return request.path.startswith("/api/")
