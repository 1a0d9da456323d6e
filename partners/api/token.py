"""The OAuth2 token endpoint (RFC 6749 4.4): allauth's own, for client credentials and nothing else, behind our own limit."""

from allauth.idp.oidc.models import Client
from allauth.idp.oidc.views import token as issue
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import problems
from partners.api.authentication import caller_address
from partners.services.tokens import count_token_request

FORM = "application/x-www-form-urlencoded"


@csrf_exempt
@require_POST
@never_cache
def token(request: HttpRequest) -> HttpResponse:
    """A bearer token for a client's id and secret (HTTP Basic or form fields). Errors are OAuth2's own, but for the limit (429)."""
    if request.content_type != FORM:
        return _refusal("invalid_request")
    try:
        count_token_request(caller_address(request))
    except problems.Problem as problem:
        return problems.response(problem.code, problem.status_code, problem.detail, **problem.facts)
    if request.POST.get("grant_type") != Client.GrantType.CLIENT_CREDENTIALS:
        return _refusal("unsupported_grant_type")
    return issue(request)


def _refusal(error: str) -> JsonResponse:
    return JsonResponse({"error": error}, status=400)
